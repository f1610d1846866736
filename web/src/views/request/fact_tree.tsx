import { type CSSProperties, Fragment, memo } from "react";
import { type Finding, isLeaf, type Member, type ParsedNode } from "../../payload/parse";
import { type Suspicion, suspicions } from "../../payload/visible";
import { VisibleText } from "../../ui/visible_text";

// The payload as facts: one row for every value, in the order of the text, nothing left out and
// nothing cut. Each leaf row carries data-leaf, and those are counted against what the parser
// found.

interface Row {
  name: string | number | undefined; // member name or array index; nothing for the document itself
  node: ParsedNode;
  depth: number;
}

export const FactTree = memo(function FactTree(props: {
  members: Member[] | undefined; // of the document, or
  node?: ParsedNode; // a document that is no object, or is empty
  findings: Finding[];
}) {
  const { members, node, findings } = props;
  const rows: Row[] = [];
  if (members) for (const member of members) collect(rows, member.key, member.node, 0);
  else if (node) collect(rows, undefined, node, 0);
  const flagged = new Map<string, Finding[]>();
  for (const finding of findings) {
    flagged.set(finding.pointer, [...(flagged.get(finding.pointer) ?? []), finding]);
  }
  let at = 0;
  return (
    <dl className="facts">
      {rows.map((row) => (
        <FactRow key={at++} row={row} findings={flagged.get(row.node.pointer) ?? []} />
      ))}
    </dl>
  );
});

function collect(rows: Row[], name: Row["name"], node: ParsedNode, depth: number): void {
  rows.push({ name, node, depth });
  if (node.kind === "object") {
    for (const member of node.members) collect(rows, member.key, member.node, depth + 1);
  } else if (node.kind === "array") {
    for (const [index, item] of node.items.entries()) collect(rows, index, item, depth + 1);
  }
}

const indentMax = 6;

function FactRow({ row, findings }: { row: Row; findings: Finding[] }) {
  const { node, depth } = row;
  const leaf = isLeaf(node);
  const indent = Math.min(depth, indentMax);
  return (
    <div
      className={leaf ? "fact" : "fact container"}
      style={{ "--depth": indent } as CSSProperties}
    >
      <dt>
        {depth > indentMax && <span className="badge">depth {depth}</span>}
        <Name name={row.name} />
      </dt>
      <dd data-leaf={leaf ? node.pointer : undefined}>
        {leaf ? <Value node={node} /> : <Size node={node} />}
        {findings.map((finding) => (
          <span key={finding.code} className={finding.disarms ? "flag problem" : "flag"}>
            {findingWords[finding.code]}
          </span>
        ))}
      </dd>
    </div>
  );
}

function Name({ name }: { name: Row["name"] }) {
  if (name === undefined) return <span className="muted">payload</span>;
  if (typeof name === "number") return <span className="index">{name + 1}</span>;
  if (name === "") return <span className="muted">(empty name)</span>;
  return (
    <>
      <VisibleText text={name} />
      <Suspicions text={name} />
    </>
  );
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

function Value({ node }: { node: ParsedNode }) {
  switch (node.kind) {
    case "string":
      return <Text value={node.value} source={node.source} />;
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
      return <span className="value muted">{"{ } empty object"}</span>;
    case "array":
      return <span className="value muted">[ ] empty list</span>;
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

function Text({ value, source }: { value: string; source: string }) {
  const lines = value.split("\n").length;
  const escaped = /\\u/.test(source);
  return (
    <>
      <span className="value text">
        <span className="quote">"</span>
        <VisibleText text={value} />
        <span className="quote">"</span>
      </span>
      {(value.length >= lengthShownFrom || lines > 1) && (
        <span className="muted reading">
          {[...value].length.toLocaleString("en")} characters
          {lines > 1 && `, ${lines.toLocaleString("en")} lines`}
        </span>
      )}
      <Suspicions text={value} />
      {escaped && (
        <details className="as-sent">
          <summary>as sent</summary>
          <span className="value">
            <VisibleText text={source} />
          </span>
        </details>
      )}
    </>
  );
}

function Suspicions({ text }: { text: string }) {
  return suspicions(text).map((suspicion) => (
    <Fragment key={suspicion.kind}>
      <span className={suspicion.kind === "opaque" ? "flag" : "flag problem"}>
        <SuspicionWords suspicion={suspicion} />
      </span>
    </Fragment>
  ));
}

function SuspicionWords({ suspicion }: { suspicion: Suspicion }) {
  switch (suspicion.kind) {
    case "reorders":
      return "reorders text";
    case "hidden_text":
      return (
        <>
          hidden text: <VisibleText text={suspicion.text} />
        </>
      );
    case "invisible":
      return `${suspicion.count} invisible`;
    case "mixed_scripts":
      return `mixes ${suspicion.scripts.join(" and ")} letters`;
    case "right_to_left":
      return "holds right-to-left letters, drawn in stored order";
    case "not_nfc":
      return "letters spelt in parts (not NFC)";
    case "opaque":
      return `cannot be inspected: looks like ${suspicion.guess}`;
  }
}

const findingWords: Record<Finding["code"], string> = {
  duplicate_key: "name occurs twice",
  lone_surrogate: "half a character",
  non_finite_number: "too large for most programs",
  too_deep: "nested too deeply",
  too_many_members: "too many values",
  lossy_number: "many programs would change this number",
};
