// What of a payload is on the page. A value counts as shown only where the text that stands there
// is its own: drawn by an element that names its pointer, and the same when the drawing is undone.
// So a row that is missing, folded, drawn twice in place of another, or changed by whatever
// translates and rewrites pages, is a value that was not shown.

import { isLeaf, type ParsedNode } from "./parse";
import { undrawn } from "./visible";

export interface Shown {
  values: number; // that are there as they should be
  surplus: number; // that are there and should not be, or are not as they should be
}

// What each leaf must read, by its pointer. A name that occurs twice has two.
export type Expected = ReadonlyMap<string, readonly ParsedNode[]>;

export function expectedLeaves(root: ParsedNode): Expected {
  const all = new Map<string, ParsedNode[]>();
  const visit = (node: ParsedNode) => {
    if (isLeaf(node)) {
      const others = all.get(node.pointer);
      if (others) others.push(node);
      else all.set(node.pointer, [node]);
    } else if (node.kind === "object") for (const { node: value } of node.members) visit(value);
    else if (node.kind === "array") for (const item of node.items) visit(item);
  };
  visit(root);
  return all;
}

// Facts draw a text between quotes, the JSON view draws each value as its source.
export interface Drawing {
  pointer: string;
  text: string; // as it stands on the page
  as: "fact" | "source";
}

export function shownOf(expected: Expected, drawings: Iterable<Drawing>): Shown {
  const left = new Map<string, ParsedNode[]>();
  const shown: Shown = { values: 0, surplus: 0 };
  for (const { pointer, text, as } of drawings) {
    const wanted = left.get(pointer) ?? [...(expected.get(pointer) ?? [])];
    left.set(pointer, wanted);
    const read = undrawn(text);
    const at = wanted.findIndex(
      (node) => read === (as === "fact" ? factText(node) : node.source),
    );
    if (at < 0) shown.surplus += 1;
    else {
      wanted.splice(at, 1);
      shown.values += 1;
    }
  }
  return shown;
}

export const emptyObject = "{ } empty object";
export const emptyList = "[ ] empty list";

export function factText(node: ParsedNode): string {
  switch (node.kind) {
    case "string":
      return `"${node.value}"`;
    case "object":
      return emptyObject;
    case "array":
      return emptyList;
    default:
      return node.source;
  }
}
