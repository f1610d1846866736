import { useMemo } from "react";
import type { Detail } from "../../api/types";
import { contradictions } from "../../payload/claims";
import type { Opened } from "../../payload/open";
import { parse } from "../../payload/parse";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";

// Where the agent told the server something else than it sealed for the person.
export function ClaimsNotice({ detail, opened }: { detail: Detail; opened: Opened | undefined }) {
  const { facts } = detail;
  const payload = opened?.state === "open" && opened.parsed.ok ? opened.parsed.root : undefined;
  const list = useMemo(() => {
    const claimed = facts === undefined ? undefined : parse(facts);
    return claimed?.ok && payload ? contradictions(claimed.root, payload) : [];
  }, [facts, payload]);
  if (list.length === 0) return null;
  return (
    <div data-must-see>
      <Notice kind="problem" title="The agent told the server something else than you">
        {list.map(({ name, claimed, actual }) => (
          <p key={name}>
            <VisibleText text={name} />: <VisibleText text={claimed.source} /> to the server, for
            routing; <VisibleText text={actual.source} /> in the payload, which is what would run.
          </p>
        ))}
      </Notice>
    </div>
  );
}
