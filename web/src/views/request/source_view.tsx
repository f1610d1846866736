import { type CSSProperties, memo } from "react";
import type { ParsedNode } from "../../payload/parse";
import { VisibleText } from "../../ui/visible_text";

// The document laid out in lines. Every name and value is its exact source text; only the space
// between them is ours.
export const SourceView = memo(function SourceView({ node }: { node: ParsedNode }) {
  const lines: string[] = [];
  layOut(lines, node, "", "", "");
  let at = 0;
  return (
    <pre className="source">
      {lines.map((line) => (
        <span key={at++} className="source-line" style={hanging(line)}>
          <VisibleText text={line} />
        </span>
      ))}
    </pre>
  );
});

// What wraps hangs under its own line, so that the nesting stays visible.
function hanging(line: string): CSSProperties {
  return { "--indent": line.search(/[^ ]/) } as CSSProperties;
}

function layOut(lines: string[], node: ParsedNode, indent: string, head: string, tail: string) {
  const inner = `${indent}  `;
  if (node.kind === "object" && node.members.length > 0) {
    lines.push(`${indent}${head}{`);
    for (const [index, { keySource, node: value }] of node.members.entries()) {
      const comma = index < node.members.length - 1 ? "," : "";
      layOut(lines, value, inner, `${keySource}: `, comma);
    }
    lines.push(`${indent}}${tail}`);
  } else if (node.kind === "array" && node.items.length > 0) {
    lines.push(`${indent}${head}[`);
    for (const [index, item] of node.items.entries()) {
      layOut(lines, item, inner, "", index < node.items.length - 1 ? "," : "");
    }
    lines.push(`${indent}]${tail}`);
  } else {
    lines.push(`${indent}${head}${node.source}${tail}`);
  }
}
