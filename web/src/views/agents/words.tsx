// What keys and agents have in common on the page.

import type { ReactNode } from "react";
import type { Owner } from "../../api/agents";
import { VisibleText } from "../../ui/visible_text";
import type { Target } from "./stop";

// The panic button of a list's rows: `panel` stands under the row of the id `stopping`.
export interface Stopping {
  stop(target: Target): void;
  stopping: string | undefined;
  panel: ReactNode;
}

export function StopButton(props: { id: string; name: string; stop(target: Target): void }) {
  const { id, name, stop } = props;
  return (
    <button
      type="button"
      className="button quiet"
      aria-label={`Stop ${name}`}
      onClick={() => stop({ kind: "agent", id, name })}
    >
      Stop
    </button>
  );
}

export function OwnerName({ owner }: { owner: Owner }) {
  return <VisibleText text={owner.name === "" ? owner.id : owner.name} />;
}

export function Pending({ count }: { count: number }) {
  if (count === 0) return null;
  return <span className="badge">{count} waiting</span>;
}

export function Ended(props: { what: string; count: number; children: ReactNode }) {
  if (props.count === 0) return null;
  return (
    <details className="their-sessions">
      <summary>
        {props.count} ended {props.count === 1 ? props.what.replace(/s$/, "") : props.what}
      </summary>
      <ul className="session-list">{props.children}</ul>
    </details>
  );
}
