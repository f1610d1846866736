// One channel or browser: whether it works, what leaves to it, a test, and its end.

import { type ReactNode, useState } from "react";
import { type Health, type Place, previewPlace, removePlace, sendTest } from "../../api/channels";
import { useApi } from "../../context";
import { Confirm } from "../../ui/confirm";
import { Ago } from "../../ui/time";
import { useAction } from "../people/use_action";

export function PlaceRow(props: {
  place: Place;
  health: Health;
  name: ReactNode;
  mayChange: boolean;
  children: ReactNode;
}) {
  const { place, health, mayChange } = props;
  const api = useApi();
  const action = useAction();
  const [preview, setPreview] = useState<string>();
  const [tested, setTested] = useState<"waiting" | "unknown">();
  const test = () =>
    action.run(async (server, key) => {
      setTested("waiting");
      const outcome = await sendTest(server, key, place).catch((error: unknown) => {
        setTested(undefined);
        throw error;
      });
      setTested(outcome ? undefined : "unknown");
    });
  const look = async () => setPreview(preview ? undefined : await previewPlace(api, place));
  return (
    <li data-place={place.id}>
      <div className="place-head">
        <span className="session-words">
          <span>{props.name}</span>
          <span className="muted">{props.children}</span>
          <HealthLine health={health} />
        </span>
        <span className="form-actions">
          <button
            type="button"
            className="button quiet"
            aria-expanded={preview !== undefined}
            onClick={() => void look().catch(() => setPreview("The server does not answer."))}
          >
            {preview ? "Hide what leaves" : "Show what leaves"}
          </button>
          {mayChange && (
            <>
              <button
                type="button"
                className="button"
                disabled={!action.able}
                onClick={() => void test()}
              >
                {tested === "waiting" ? "Sending…" : "Send a test"}
              </button>
              <Confirm
                label="Remove"
                really="Really remove"
                able={action.able}
                run={() => void action.run((server, key) => removePlace(server, key, place))}
              />
            </>
          )}
        </span>
      </div>
      {tested === "unknown" && (
        <p className="field-problem" role="alert">
          The test was sent, and what became of it is not known yet.
        </p>
      )}
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
      {preview && <pre className="leaves">{preview}</pre>}
    </li>
  );
}

export function HealthLine(props: { health: Health; untried?: string }) {
  const { health, untried = "Not known to work: send a test" } = props;
  const { works, last_success, last_failure, why, last_shown } = health;
  if (works && last_success) {
    return (
      <span className="place-health works">
        Works: the last one arrived <Ago at={last_success} />
        {last_shown && (
          <>
            , and one was on the screen <Ago at={last_shown} />
          </>
        )}
      </span>
    );
  }
  if (last_failure) {
    return (
      <span className="place-health fails">
        Fails: {why}, <Ago at={last_failure} />
      </span>
    );
  }
  return <span className="place-health fails">{untried}</span>;
}
