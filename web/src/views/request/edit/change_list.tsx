import { memo } from "react";
import type { Change } from "../../../payload/changes";
import type { ParsedNode } from "../../../payload/parse";
import { LongText } from "../../../ui/long_text";
import { VisibleText } from "../../../ui/visible_text";

const verbs: Record<Change["kind"], string> = {
  changed: "changed",
  added: "added",
  removed: "removed",
  reordered: "in another order",
};

const kinds: Record<ParsedNode["kind"], string> = {
  string: "text",
  number: "number",
  true: "true or false",
  false: "true or false",
  null: "null",
  object: "object",
  array: "list",
};

export function changeCount(changes: Change[]): string {
  return `${changes.length} ${changes.length === 1 ? "field" : "fields"}`;
}

// Each change by its pointer, with the exact text before and after. Approve waits until each has
// been on screen.
export const ChangeList = memo(function ChangeList({ changes }: { changes: Change[] }) {
  return (
    <ol className="changes" data-testid="changes">
      {changes.map((change) => (
        <li
          key={`${change.kind} ${change.pointer}`}
          className={`change ${change.kind}`}
          data-must-see
        >
          <p className="change-head">
            <code className="pointer">
              {change.pointer === "" ? "the payload" : <VisibleText text={change.pointer} />}
            </code>
            <span className="muted">{verbs[change.kind]}</span>
            <TypeFlag change={change} />
          </p>
          {change.kind !== "reordered" && (
            <p className="change-values">
              {"before" in change && (
                <del>
                  <span className="sr">was </span>
                  <LongText text={change.before.source} />
                </del>
              )}
              {"after" in change && (
                <ins>
                  <span className="sr">becomes </span>
                  <LongText text={change.after.source} />
                </ins>
              )}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
});

// "5" instead of 5 breaks programs in ways that nobody sees in a form.
function TypeFlag({ change }: { change: Change }) {
  if (change.kind !== "changed") return null;
  const { before, after } = change;
  const [was, is] = [kinds[before.kind], kinds[after.kind]];
  if (was !== is) {
    return (
      <span className="flag">
        {was} becomes {is}
      </span>
    );
  }
  const same =
    (before.kind === "string" && after.kind === "string" && before.value === after.value) ||
    (before.kind === "number" && Number(before.source) === Number(after.source));
  return same ? <span className="flag">same value, spelt differently</span> : null;
}
