import { ChevronDown, ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "../route";
import { VisibleText } from "../ui/visible_text";
import type { Flood } from "./floods";

// All that an agent asks in a flood, as one row that can be opened; and the way to stop it.
export function FloodGroup({ flood, children }: { flood: Flood; children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const actions = new Set(
    flood.rows.map(({ request }) => `${request.service}/${request.action}`),
  );
  const Chevron = shown ? ChevronDown : ChevronRight;
  return (
    <li className="flood">
      <div className="flood-head">
        <button
          type="button"
          className="flood-toggle"
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
        >
          <Chevron aria-hidden size={15} />
          <span>
            <b>
              <VisibleText text={flood.agent.name} />
            </b>{" "}
            asks in a flood: {flood.rows.length} requests
            {actions.size > 1 && <>, {actions.size} kinds</>}
          </span>
        </button>
        <Link href="/settings?page=agents" className="flood-stop">
          Stop this agent
        </Link>
      </div>
      {shown && <ul>{children}</ul>}
    </li>
  );
}
