// Where a text occurs in a payload: in every name and every value, folded or not.

import { isLeaf, type ParsedNode } from "./parse";

export interface Match {
  pointer: string;
  name: boolean; // in the name, not in the value
  before: string;
  hit: string;
  after: string;
}

export interface Matches {
  total: number;
  first: Match[];
}

const listedMax = 50;
const around = 60;

// Without regard to upper and lower case, where that does not change lengths.
export function findIn(root: ParsedNode, needle: string): Matches {
  const matches: Matches = { total: 0, first: [] };
  if (needle === "") return matches;
  const wanted = folded(needle);
  const look = (text: string, pointer: string, name: boolean) => {
    const all = folded(text);
    for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + wanted.length)) {
      matches.total += 1;
      if (matches.first.length >= listedMax) continue;
      const end = at + needle.length;
      matches.first.push({
        pointer,
        name,
        before: text.slice(Math.max(0, at - around), at),
        hit: text.slice(at, end),
        after: text.slice(end, end + around),
      });
    }
  };
  const visit = (node: ParsedNode) => {
    if (isLeaf(node))
      look(node.kind === "string" ? node.value : node.source, node.pointer, false);
    else if (node.kind === "object") {
      for (const { key, node: value } of node.members) {
        look(key, value.pointer, true);
        visit(value);
      }
    } else if (node.kind === "array") for (const item of node.items) visit(item);
  };
  visit(root);
  return matches;
}

function folded(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}
