import { type CSSProperties, memo, startTransition, useMemo, useState } from "react";
import { twins } from "../../payload/confusable";
import { type Finding, isLeaf, type Member, type ParsedNode } from "../../payload/parse";
import { isProse } from "../../payload/prose";
import { emptyList, emptyObject } from "../../payload/shown";
import { type Suspicion, suspicions } from "../../payload/suspicious";
import { LongText, longFrom } from "../../ui/long_text";
import { VisibleText } from "../../ui/visible_text";
import { Suspicions } from "./suspicions";

// The payload as facts: one row for every value, in the order of the text, nothing left out and
// nothing cut. Each leaf row carries data-leaf, and those are held against what the parser found.
// A row that says to look twice carries data-must-see: approve waits until it has been on screen.

interface Row {
  name: string | number | undefined; // member name or array index; nothing for the document itself
  node: ParsedNode;
  depth: number;
  twin: string | undefined; // another name beside it that looks the same
}

// So many rows are drawn at first, for the page must answer while it draws. The rest is counted on
// the page, and approve waits for it.
const rowsAtFirst = 600;
const rowsMore = 5000;

export const FactTree = memo(function FactTree(props: {
  members: Member[] | undefined; // of the document, or
  node?: ParsedNode; // a document that is no object, or is empty
  findings: Finding[];
  changed?: ReadonlySet<string>; // pointers of what an edit changes
}) {
  const { members, node, findings, changed } = props;
  const [most, setMost] = useState(rowsAtFirst);
  const rows = useMemo(() => {
    const all: Row[] = [];
    if (members) collectMembers(all, members, 0);
    else if (node) collect(all, undefined, node, 0);
    return all;
  }, [members, node]);
  const flagged = useMemo(() => {
    const byPointer = new Map<string, Finding[]>();
    for (const finding of findings) {
      byPointer.set(finding.pointer, [...(byPointer.get(finding.pointer) ?? []), finding]);
    }
    return byPointer;
  }, [findings]);
  let at = 0;
  const left = rows.length - most;
  return (
    <>
      <dl className="facts">
        {rows.slice(0, most).map((row) => (
          <FactRow
            key={at++}
            row={row}
            findings={flagged.get(row.node.pointer) ?? nothing}
            changed={changed?.has(row.node.pointer) ?? false}
          />
        ))}
      </dl>
      {left > 0 && (
        <p className="not-shown">
          {left.toLocaleString("en")} more rows are not shown.{" "}
          <button
            type="button"
            className="button"
            onClick={() => startTransition(() => setMost(most + rowsMore))}
          >
            Show {left > rowsMore ? `${rowsMore.toLocaleString("en")} more` : "them"}
          </button>
        </p>
      )}
    </>
  );
});

const nothing: Finding[] = [];
const none: Suspicion[] = [];

function collect(rows: Row[], name: Row["name"], node: ParsedNode, depth: number): void {
  rows.push({ name, node, depth, twin: undefined });
  collectBelow(rows, node, depth);
}

function collectBelow(rows: Row[], node: ParsedNode, depth: number): void {
  if (node.kind === "object") collectMembers(rows, node.members, depth + 1);
  else if (node.kind === "array") {
    for (const [index, item] of node.items.entries()) collect(rows, index, item, depth + 1);
  }
}

function collectMembers(rows: Row[], members: Member[], depth: number): void {
  const alike = twins(members.map(({ key }) => key));
  for (const { key, node } of members) {
    rows.push({ name: key, node, depth, twin: alike.get(key) });
    collectBelow(rows, node, depth);
  }
}

const indentMax = 6;

const FactRow = memo(function FactRow(props: {
  row: Row;
  findings: Finding[];
  changed: boolean;
}) {
  const { findings } = props;
  const { node, depth, name, twin } = props.row;
  const leaf = isLeaf(node);
  const nameDoubts = useMemo(() => (typeof name === "string" ? suspicions(name) : none), [name]);
  const doubts = useMemo(() => (node.kind === "string" ? suspicions(node.value) : none), [node]);
  const marked = [findings, nameDoubts, doubts].some((list) => list.length > 0);
  // A value of which a part is not on the page does not count as shown.
  const [whole, setWhole] = useState(node.kind !== "string" || node.value.length < longFrom);
  const indent = Math.min(depth, indentMax);
  return (
    <div
      className={`fact${leaf ? "" : " container"}${props.changed ? " changed" : ""}`}
      data-must-see={marked || twin !== undefined || props.changed ? "" : undefined}
      style={{ "--depth": indent } as CSSProperties}
    >
      <dt>
        {depth > indentMax && <span className="badge">depth {depth}</span>}
        <Name name={name} />
        <Suspicions list={nameDoubts} />
        {twin !== undefined && <span className="flag problem">looks like another name here</span>}
      </dt>
      <dd data-leaf={leaf && whole ? node.pointer : undefined}>
        {leaf ? <Value node={node} whole={() => setWhole(true)} /> : <Size node={node} />}
        <Suspicions list={doubts} />
        {depth > 0 && typeof name === "string" && isProse(name, node) && (
          <span className="badge">the agent's own words, unverified</span>
        )}
        {props.changed && <span className="flag changed">changed</span>}
        {findings.map((finding) => (
          <span key={finding.code} className={finding.disarms ? "flag problem" : "flag"}>
            {findingWords[finding.code]}
          </span>
        ))}
      </dd>
    </div>
  );
});

function Name({ name }: { name: Row["name"] }) {
  if (name === undefined) return <span className="muted">payload</span>;
  if (typeof name === "number") return <span className="index">{name + 1}</span>;
  if (name === "") return <span className="muted">(empty name)</span>;
  return <VisibleText text={name} />;
}

function Size({ node }: { node: ParsedNode }) {
  const count =
    node.kind === "object" ? node.members.length : node.kind === "array" ? node.items.length : 0;
  const [one, many] = node.kind === "array" ? ["item", "items"] : ["field", "fields"];
  return (
    <span className="muted">
      {count} {count === 1 ? one : many}
    </span>
  );
}

function Value({ node, whole }: { node: ParsedNode; whole(): void }) {
  switch (node.kind) {
    case "string":
      return <Text value={node.value} source={node.source} whole={whole} />;
    case "number":
      return (
        <>
          <span className="value number">{node.source}</span>
          <Grouped literal={node.source} />
        </>
      );
    case "true":
    case "false":
    case "null":
      return <span className="value literal">{node.source}</span>;
    case "object":
      return <span className="value muted">{emptyObject}</span>;
    case "array":
      return <span className="value muted">{emptyList}</span>;
  }
}

// 5000000 is easily misread by a factor of ten.
function Grouped({ literal }: { literal: string }) {
  const match = /^(-?)(\d{5,})(\.\d+)?$/.exec(literal);
  if (!match) return null;
  const [, sign, whole = "", fraction = ""] = match;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (
    <span className="muted reading">
      {sign}
      {grouped}
      {fraction}
    </span>
  );
}

const lengthShownFrom = 80;

function Text({ value, source, whole }: { value: string; source: string; whole(): void }) {
  const lines = useMemo(() => value.split("\n").length, [value]);
  const length = useMemo(() => codePoints(value), [value]);
  const escaped = useMemo(() => /\\u/.test(source), [source]);
  return (
    <>
      <span className="value text">
        <span className="quote">"</span>
        <LongText text={value} whole={whole} />
        <span className="quote">"</span>
      </span>
      {(value.length >= lengthShownFrom || lines > 1) && (
        <span className="muted reading">
          {length.toLocaleString("en")} characters
          {lines > 1 && `, ${lines.toLocaleString("en")} lines`}
        </span>
      )}
      {escaped && <AsSent source={source} />}
    </>
  );
}

function AsSent({ source }: { source: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="as-sent" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>as sent</summary>
      <span className="value">{open && <LongText text={source} />}</span>
    </details>
  );
}

// A surrogate pair is one character. Not [...value].length, which builds millions of strings.
function codePoints(value: string): number {
  let count = 0;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff || at === 0 || !isHighHalf(value.charCodeAt(at - 1))) {
      count += 1;
    }
  }
  return count;
}

const isHighHalf = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;

const findingWords: Record<Finding["code"], string> = {
  duplicate_key: "name occurs twice",
  lone_surrogate: "half a character",
  non_finite_number: "too large for most programs",
  too_deep: "nested too deeply",
  too_many_members: "too many values",
  lossy_number: "many programs would change this number",
};
