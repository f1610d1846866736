// A document laid out in lines, for reading and for editing. Every name and value is its exact
// source text; only the space between them is ours.

import type { Member, ParsedNode } from "./parse";

export function layOut(node: ParsedNode): string[] {
  const lines: string[] = [];
  place(lines, node, "", "", "");
  return lines;
}

// The lines of an object that has only these of its members.
export function layOutMembers(members: Member[]): string[] {
  if (members.length === 0) return ["{", "}"];
  return layOut({ kind: "object", members, source: "", at: 0, pointer: "" });
}

function place(lines: string[], node: ParsedNode, indent: string, head: string, tail: string) {
  const inner = `${indent}  `;
  if (node.kind === "object" && node.members.length > 0) {
    lines.push(`${indent}${head}{`);
    for (const [index, { keySource, node: value }] of node.members.entries()) {
      const comma = index < node.members.length - 1 ? "," : "";
      place(lines, value, inner, `${keySource}: `, comma);
    }
    lines.push(`${indent}}${tail}`);
  } else if (node.kind === "array" && node.items.length > 0) {
    lines.push(`${indent}${head}[`);
    for (const [index, item] of node.items.entries()) {
      place(lines, item, inner, "", index < node.items.length - 1 ? "," : "");
    }
    lines.push(`${indent}]${tail}`);
  } else {
    lines.push(`${indent}${head}${node.source}${tail}`);
  }
}
