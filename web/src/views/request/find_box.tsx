import { useDeferredValue, useMemo, useState } from "react";
import { findIn } from "../../payload/find";
import type { ParsedNode } from "../../payload/parse";
import { VisibleText } from "../../ui/visible_text";

// Searches all of a long payload, what is folded too: the browser's own search finds only what is
// drawn.
export function FindBox({ root }: { root: ParsedNode }) {
  const [needle, setNeedle] = useState("");
  const wanted = useDeferredValue(needle);
  const { total, first } = useMemo(() => findIn(root, wanted), [root, wanted]);
  let at = 0;
  return (
    <search className="find">
      <div className="find-row">
        <input
          className="input"
          type="search"
          aria-label="Find in all values, shown or not"
          placeholder="Find in all values, shown or not"
          autoComplete="off"
          spellCheck={false}
          value={needle}
          onChange={(event) => setNeedle(event.target.value)}
        />
        <span role="status" className="muted">
          {wanted !== "" &&
            (total === 0
              ? "nowhere"
              : `${total.toLocaleString("en")} ${total === 1 ? "place" : "places"}`)}
          {total > first.length && `, of which the first ${first.length} are listed`}
        </span>
      </div>
      {first.length > 0 && (
        <ol className="matches">
          {first.map((match) => (
            <li key={at++}>
              <code className="pointer">
                <VisibleText text={match.pointer === "" ? "the payload" : match.pointer} />
                {match.name && " (the name)"}
              </code>
              <span className="value">
                <VisibleText text={match.before} />
                <mark>
                  <VisibleText text={match.hit} />
                </mark>
                <VisibleText text={match.after} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </search>
  );
}
