import { type CSSProperties, memo, useMemo, useState } from "react";
import { type Line, linesOf } from "../../payload/lay_out";
import type { Member, ParsedNode } from "../../payload/parse";
import { LongText, longFrom } from "../../ui/long_text";

// The document laid out in lines. Every name and value is its exact source text; only the space
// between them is ours. The values are counted as shown, but for those of `elsewhere`, which stand
// beside the payload already.
export const SourceView = memo(function SourceView(props: {
  node: ParsedNode;
  elsewhere?: Member | undefined;
}) {
  const { node, elsewhere } = props;
  const lines = useMemo(() => linesOf(node), [node]);
  let at = 0;
  return (
    <pre className="source">
      {lines.map((line) => (
        <SourceLine key={at++} line={line} counted={!isOf(elsewhere, line.leaf)} />
      ))}
    </pre>
  );
});

function SourceLine({ line, counted }: { line: Line; counted: boolean }) {
  const { indent, head, leaf, tail } = line;
  // What wraps hangs under its own line, so that the nesting stays visible.
  const hanging = { "--indent": indent } as CSSProperties;
  return (
    <span className="source-line" style={hanging}>
      {" ".repeat(indent)}
      {head !== "" && <LongText text={head} />}
      {leaf && <Source node={leaf} counted={counted} />}
      {tail}
    </span>
  );
}

function Source({ node, counted }: { node: ParsedNode; counted: boolean }) {
  const [whole, setWhole] = useState(node.source.length < longFrom);
  return (
    <span data-leaf={counted && whole ? node.pointer : undefined} data-as="source">
      <LongText text={node.source} whole={() => setWhole(true)} />
    </span>
  );
}

function isOf(member: Member | undefined, leaf: ParsedNode | undefined): boolean {
  if (!member || !leaf) return false;
  const { pointer } = member.node;
  return leaf.pointer === pointer || leaf.pointer.startsWith(`${pointer}/`);
}
