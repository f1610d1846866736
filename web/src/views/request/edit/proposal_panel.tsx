import { useEffect, useMemo, useRef, useState } from "react";
import type { Detail } from "../../../api/types";
import { changedPointers } from "../../../payload/changes";
import type { OpenedPayload } from "../../../payload/open";
import type { Shown } from "../../../payload/shown";
import { LongText } from "../../../ui/long_text";
import { useShortcuts } from "../../../ui/shortcuts";
import { Tabs } from "../../../ui/tabs";
import { Count, Facts, isHigh } from "../payload_panel";
import { ReadingsPanel } from "../readings_panel";
import { ChangeList, changeCount } from "./change_list";
import type { Editing } from "./use_editing";

type Tab = "facts" | "exact";

// What would run instead, whole: the changes first, then every value. This is what is signed.
export function ProposalPanel(props: {
  detail: Detail;
  editing: Editing;
  proposal: OpenedPayload;
  shown: Shown | undefined;
}) {
  const { editing, proposal } = props;
  const [tab, setTab] = useState<Tab>("facts");
  useShortcuts({ v: () => setTab(tab === "exact" ? "facts" : "exact") });
  const { draft } = editing;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus(); // The button that led here is gone.
  }, []);
  const changes = draft?.ok ? draft.changes : [];
  const changed = useMemo(() => changedPointers(changes), [changes]);
  const tabs: [Tab, string][] = [
    ["facts", "Facts"],
    ["exact", "Exact text"],
  ];
  return (
    <section className="payload proposal" translate="no" aria-labelledby="payload-title">
      <h2 ref={heading} tabIndex={-1}>
        You are changing {changeCount(changes)}
      </h2>
      <ChangeList changes={changes} />
      <header className="section-head">
        <h2 id="payload-title">What would run instead</h2>
        <Tabs label="View of the changed payload" tabs={tabs} chosen={tab} choose={setTab} />
      </header>
      <div role="tabpanel" id="panel-facts" aria-labelledby="tab-facts" hidden={tab !== "facts"}>
        {proposal.parsed.ok && (
          <>
            <ReadingsPanel root={proposal.parsed.root} />
            <Facts parsed={proposal.parsed} high={isHigh(props.detail)} changed={changed} />
          </>
        )}
      </div>
      {tab === "exact" && (
        <div role="tabpanel" id="panel-exact" aria-labelledby="tab-exact">
          <pre className="source">
            <LongText text={proposal.text} />
          </pre>
        </div>
      )}
      <div className="payload-end">
        <Count opened={proposal} shown={props.shown} />
      </div>
    </section>
  );
}
