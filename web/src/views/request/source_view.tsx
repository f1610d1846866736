import { type CSSProperties, memo } from "react";
import { layOut } from "../../payload/lay_out";
import type { ParsedNode } from "../../payload/parse";
import { LongText } from "../../ui/long_text";

// The document laid out in lines. Every name and value is its exact source text; only the space
// between them is ours.
export const SourceView = memo(function SourceView({ node }: { node: ParsedNode }) {
  const lines = layOut(node);
  let at = 0;
  return (
    <pre className="source">
      {lines.map((line) => (
        <span key={at++} className="source-line" style={hanging(line)}>
          <LongText text={line} />
        </span>
      ))}
    </pre>
  );
});

// What wraps hangs under its own line, so that the nesting stays visible.
function hanging(line: string): CSSProperties {
  return { "--indent": line.search(/[^ ]/) } as CSSProperties;
}
