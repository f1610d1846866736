import { Link, withQuery } from "../../route";
import { VisibleText } from "../../ui/visible_text";
import type { Picks } from "./use_picks";

// Under the list while rows are selected, or when one could not be: how many, of what, and what can
// be done with them.
export function PickBar({ picks, query }: { picks: Picks; query: URLSearchParams }) {
  const { ids, first, refused, clear } = picks;
  // Nothing that is selected waits any more: it was decided.
  if (ids.length === 0 ? !refused : !first) return null;
  return (
    <div className="pick-bar">
      <p role="status">
        {ids.length > 0 && <b>{ids.length} selected</b>}
        {first && (
          <>
            {" "}
            of <VisibleText text={`${first.service} / ${first.action}`} />
          </>
        )}
        {refused && (
          <span className="pick-refused">
            <VisibleText text={refused} />
          </span>
        )}
      </p>
      {ids.length > 0 && (
        <div className="pick-actions">
          <button type="button" className="button quiet" onClick={clear}>
            Clear
          </button>
          {ids.length > 1 && (
            <Link href={`/requests/together${withQuery(query, {})}`} className="button primary">
              Read all {ids.length}
            </Link>
          )}
        </div>
      )}
    </div>
  );
}
