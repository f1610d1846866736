import { useMemo } from "react";
import type { Detail } from "../../api/types";
import { useKeys } from "../../context";
import { changedPointers } from "../../payload/changes";
import type { Opened } from "../../payload/open";
import { ChangeList, changeCount } from "./edit/change_list";
import { Facts } from "./payload_panel";
import { useChanges } from "./use_changes";
import { useOpened } from "./use_opened";

// What runs instead, where a person approved with changes.
export function EditedPayload(props: { detail: Detail; opened: Opened | undefined }) {
  const { detail, opened } = props;
  if (!detail.edited) return null;
  return <Edited detail={detail} edited={detail.edited} base={opened} />;
}

function Edited(props: {
  detail: Detail;
  edited: NonNullable<Detail["edited"]>;
  base: Opened | undefined;
}) {
  const { detail, edited, base } = props;
  const { keyring } = useKeys();
  const key = detail.commit_key === undefined ? {} : { commit_key: detail.commit_key };
  const opened = useOpened({ ...edited, ...key }, keyring.content, "edit");
  const after = opened?.state === "open" && opened.parsed.ok ? opened.parsed : undefined;
  const list = useChanges(base, opened);
  const changed = useMemo(() => changedPointers(list ?? []), [list]);
  return (
    <section className="edited" aria-labelledby="edited-title">
      <h2 id="edited-title">What runs instead</h2>
      <p className="muted">
        A person changed {list?.length ? changeCount(list) : "this payload"} before approving. The
        agent was given these values in place of its own.
      </p>
      {list && <ChangeList changes={list} />}
      {after && <Facts parsed={after} high={false} changed={changed} />}
      {opened && !after && (
        <p className="field-problem">The changed payload does not open with your keys.</p>
      )}
    </section>
  );
}
