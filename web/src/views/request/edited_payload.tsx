import type { Detail } from "../../api/types";
import { useKeys } from "../../context";
import { Notice } from "../../ui/notice";
import { FactTree } from "./fact_tree";
import { useOpened } from "./use_opened";

// What runs instead, where a person approved with changes.
export function EditedPayload({ detail }: { detail: Detail }) {
  return detail.edited ? <Edited detail={detail} edited={detail.edited} /> : null;
}

function Edited(props: { detail: Detail; edited: NonNullable<Detail["edited"]> }) {
  const { detail, edited } = props;
  const { keyring } = useKeys();
  const key = detail.commit_key === undefined ? {} : { commit_key: detail.commit_key };
  const opened = useOpened({ ...edited, ...key }, keyring.content, "edit");
  const parsed = opened?.state === "open" && opened.parsed.ok ? opened.parsed : undefined;
  const root = parsed?.root;
  const members = root?.kind === "object" && root.members.length > 0 ? root.members : undefined;
  return (
    <section className="edited" aria-labelledby="edited-title">
      <h2 id="edited-title">What runs instead</h2>
      <Notice kind="info" title="A person changed this payload before approving it">
        The agent was given these values in place of its own.
      </Notice>
      {root && <FactTree members={members} node={root} findings={parsed.findings} />}
      {opened && !root && (
        <p className="field-problem">The changed payload does not open with your keys.</p>
      )}
    </section>
  );
}
