// A document laid out in lines, for reading and for editing. Every name and value is its exact
// source text; only the space between them is ours.

import { isLeaf, type Member, type ParsedNode } from "./parse";

export interface Line {
  indent: number;
  head: string; // a name and a colon, or nothing
  leaf: ParsedNode | undefined; // whose source stands here
  tail: string; // brackets and commas
}

export function layOut(node: ParsedNode): string[] {
  return linesOf(node).map(
    ({ indent, head, leaf, tail }) => " ".repeat(indent) + head + (leaf?.source ?? "") + tail,
  );
}

export function linesOf(node: ParsedNode): Line[] {
  const lines: Line[] = [];
  place(lines, node, 0, "", "");
  return lines;
}

// The lines of an object that has only these of its members.
export function layOutMembers(members: Member[]): string[] {
  if (members.length === 0) return ["{", "}"];
  return layOut({ kind: "object", members, source: "", at: 0, pointer: "" });
}

function place(lines: Line[], node: ParsedNode, indent: number, head: string, tail: string) {
  const bare = (bracket: string) => ({ indent, head: "", leaf: undefined, tail: bracket });
  if (isLeaf(node)) {
    lines.push({ indent, head, leaf: node, tail });
  } else if (node.kind === "object") {
    lines.push({ ...bare("{"), head });
    for (const [index, { keySource, node: value }] of node.members.entries()) {
      const comma = index < node.members.length - 1 ? "," : "";
      place(lines, value, indent + 2, `${keySource}: `, comma);
    }
    lines.push(bare(`}${tail}`));
  } else if (node.kind === "array") {
    lines.push({ ...bare("["), head });
    for (const [index, item] of node.items.entries()) {
      place(lines, item, indent + 2, "", index < node.items.length - 1 ? "," : "");
    }
    lines.push(bare(`]${tail}`));
  }
}
