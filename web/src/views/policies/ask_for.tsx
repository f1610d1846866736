import { activatePolicy } from "../../api/policies";
import { navigate } from "../../route";
import type { Action } from "../people/use_action";

// Asks people to put a version into force, and leads to the request.
export function AskFor(props: {
  project: string;
  version: number;
  words: string;
  action: Action;
}) {
  const { project, version, words, action } = props;
  return (
    <button
      type="button"
      className="button"
      aria-label={`${words}: version ${version}`}
      disabled={!action.able}
      onClick={() =>
        void action.run(async (api, key) => {
          const { request } = await activatePolicy(api, key, project, version);
          navigate(`/requests/${request}`);
        })
      }
    >
      {words}
    </button>
  );
}
