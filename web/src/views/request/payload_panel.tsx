import { Bot } from "lucide-react";
import { memo, useMemo, useState } from "react";
import type { Detail } from "../../api/types";
import { fromHex } from "../../crypto/bytes";
import { fourWords } from "../../crypto/words";
import type { Opened, OpenedPayload } from "../../payload/open";
import { isLeaf, type Member, type Parsed } from "../../payload/parse";
import { isProse } from "../../payload/prose";
import type { Shown } from "../../payload/shown";
import { LongText, longFrom } from "../../ui/long_text";
import { Notice } from "../../ui/notice";
import { useShortcuts } from "../../ui/shortcuts";
import { Tabs } from "../../ui/tabs";
import { VisibleText } from "../../ui/visible_text";
import { FactTree } from "./fact_tree";
import { FindBox } from "./find_box";
import { ReadingsPanel } from "./readings_panel";
import { SourceView } from "./source_view";

export interface PayloadParts {
  facts: Member[] | undefined;
  says: Member[];
  meta: Member | undefined;
}

export function partsOf(parsed: Extract<Parsed, { ok: true }>): PayloadParts {
  const { root } = parsed;
  if (root.kind !== "object") return { facts: undefined, says: [], meta: undefined };
  const isMeta = ({ key, node }: Member) => key === "_lp_meta" && node.kind === "object";
  const meta = root.members.filter(isMeta);
  // A second _lp_meta is no metadata but a duplicate, and belongs among the facts.
  const hidden = meta.length === 1 ? meta[0] : undefined;
  const visible = root.members.filter((member) => member !== hidden);
  return {
    facts: visible.filter(({ key, node }) => !isProse(key, node)),
    says: visible.filter(({ key, node }) => isProse(key, node)),
    meta: hidden,
  };
}

type Tab = "facts" | "json" | "stored";

export function PayloadPanel(props: {
  detail: Detail;
  opened: OpenedPayload;
  shown: Shown | undefined;
  changed?: ReadonlySet<string> | undefined; // since the version that was read before
}) {
  const { detail, opened } = props;
  const [tab, setTab] = useState<Tab>("facts");
  const { parsed } = opened;
  const meta = useMemo(() => (parsed.ok ? partsOf(parsed).meta : undefined), [parsed]);
  useShortcuts({ v: () => setTab(tab === "json" ? "facts" : "json") });
  const long = opened.leaves > longLeaves || opened.text.length > longFrom;
  const tabs: [Tab, string][] = [
    ["facts", "Facts"],
    ["json", "JSON"],
    ["stored", detail.payload_kind === "plain" ? "Stored" : "Stored, sealed"],
  ];
  return (
    <section className="payload" translate="no" aria-labelledby="payload-title">
      <header className="section-head">
        <PayloadTitle pending={detail.state === "pending"} />
        <Tabs label="View of the payload" tabs={tabs} chosen={tab} choose={setTab} />
      </header>
      <Disarmed reasons={opened.disarmed} />
      {parsed.ok && long && <FindBox root={parsed.root} />}
      <div role="tabpanel" id="panel-facts" aria-labelledby="tab-facts" hidden={tab !== "facts"}>
        <Values
          opened={opened}
          high={isHigh(detail)}
          {...(props.changed && { changed: props.changed })}
        />
      </div>
      {tab === "json" && (
        <div role="tabpanel" id="panel-json" aria-labelledby="tab-json">
          {parsed.ok ? (
            <SourceView node={parsed.root} elsewhere={meta} />
          ) : (
            <RawText text={opened.text} />
          )}
        </div>
      )}
      {tab === "stored" && (
        <div role="tabpanel" id="panel-stored" aria-labelledby="tab-stored">
          <Stored detail={detail} />
        </div>
      )}
      <div className="payload-end">
        <Count opened={opened} shown={props.shown} />
      </div>
    </section>
  );
}

// What is read of it in its own language, and every value; the exact text of what is no JSON.
export function Values(props: {
  opened: OpenedPayload;
  high: boolean;
  changed?: ReadonlySet<string>;
}) {
  const { parsed, text } = props.opened;
  if (!parsed.ok) return <RawText text={text} />;
  return (
    <>
      <ReadingsPanel root={parsed.root} />
      <Facts
        parsed={parsed}
        high={props.high}
        {...(props.changed && { changed: props.changed })}
      />
    </>
  );
}

// From so many values on there is a search.
const longLeaves = 60;

function PayloadTitle({ pending }: { pending: boolean }) {
  return <h2 id="payload-title">{pending ? "What would run" : "What was asked"}</h2>;
}

export const isHigh = (detail: Detail) => detail.level === "high" || detail.level === "critical";

// Drawn once: a long payload must not be drawn again with every tick of a clock beside it.
export const Facts = memo(function Facts(props: {
  parsed: Extract<Parsed, { ok: true }>;
  high: boolean;
  changed?: ReadonlySet<string>; // pointers of what an edit changes
}) {
  const { parsed, high } = props;
  const changed = props.changed && { changed: props.changed };
  const { facts, says } = useMemo(() => partsOf(parsed), [parsed]);
  const { findings } = parsed;
  return (
    <>
      {facts && facts.length > 0 && <FactTree members={facts} findings={findings} {...changed} />}
      {(!facts || isLeaf(parsed.root)) && (
        <FactTree members={undefined} node={parsed.root} findings={findings} {...changed} />
      )}
      {says.length > 0 && (
        <details className="agent-says" open={!high}>
          <summary>
            <Bot aria-hidden size={15} /> Agent says <span className="badge">unverified</span>
          </summary>
          <p className="muted">
            The agent wrote this about its own request. Nobody has checked it.
          </p>
          <FactTree members={says} findings={findings} {...changed} />
        </details>
      )}
    </>
  );
});

function RawText({ text }: { text: string }) {
  return (
    <pre className="source">
      <LongText text={text} />
    </pre>
  );
}

export function Disarmed({ reasons }: { reasons: string[] }) {
  if (reasons.length === 0) return null;
  return (
    <Notice kind="problem" title="This payload cannot be approved here">
      {reasons.map((reason) => (
        <p key={reason}>
          <VisibleText text={reason} />
        </p>
      ))}
      <p>Reject it; the agent can ask again with a payload that has one meaning.</p>
    </Notice>
  );
}

function Stored({ detail }: { detail: Detail }) {
  return (
    <>
      <p className="muted">
        {detail.payload_kind === "plain"
          ? "This payload reached the server in clear. The server can read it."
          : "This is all that the server has of the payload. It has no key to it."}
      </p>
      <pre className="source">
        <LongText text={detail.payload} />
      </pre>
      {detail.env_sha256 && (
        <p className="muted">
          Envelope hash <span className="mono breakable">{detail.env_sha256}</span>
        </p>
      )}
    </>
  );
}

export function Count({ opened, shown }: { opened: OpenedPayload; shown: Shown | undefined }) {
  const bytes = `${opened.bytes.length.toLocaleString("en")} bytes`;
  return (
    <p className="count-line">
      {opened.parsed.ok && shown !== undefined && (
        <span data-testid="leaf-count">
          {shown.values.toLocaleString("en")} of {opened.leaves.toLocaleString("en")}{" "}
          {opened.leaves === 1 ? "value" : "values"} shown
        </span>
      )}
      <span>{bytes}</span>
      <span>
        bound as <b className="words">{fourWords(fromHex(opened.commit))}</b>
      </span>
    </p>
  );
}

export function Unopened({ detail, opened }: { detail: Detail; opened: Opened }) {
  return (
    <section className="payload" translate="no" aria-labelledby="payload-title">
      <PayloadTitle pending={detail.state === "pending"} />
      <Stored detail={detail} />
      {opened.state !== "open" && <div className="payload-end" />}
    </section>
  );
}
