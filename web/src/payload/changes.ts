// What an edit changes, value by value, as JSON pointers into both documents. Two values are the
// same only if their source texts are: 1.0 is not 1, for somebody's program may tell them apart.
//
// Space between values is no change: patch.ts keeps the original's.

import type { Member, ParsedNode } from "./parse";

export type Change =
  | { kind: "changed"; pointer: string; before: ParsedNode; after: ParsedNode }
  | { kind: "added"; pointer: string; after: ParsedNode }
  | { kind: "removed"; pointer: string; before: ParsedNode }
  | { kind: "reordered"; pointer: string; before: ParsedNode; after: ParsedNode };

export function changes(before: ParsedNode, after: ParsedNode): Change[] {
  const out: Change[] = [];
  compare(before, after, out);
  return out;
}

// Where the changed document has values that the first one did not.
export function changedPointers(list: Change[]): ReadonlySet<string> {
  return new Set(list.flatMap((change) => ("after" in change ? [change.pointer] : [])));
}

// Neither has findings that disarm: names within one object differ.
function compare(before: ParsedNode, after: ParsedNode, out: Change[]): void {
  if (before.source === after.source) return;
  if (before.kind === "object" && after.kind === "object") {
    compareMembers(before.members, after.members, out);
    if (reordered(before.members, after.members)) {
      out.push({ kind: "reordered", pointer: after.pointer, before, after });
    }
  } else if (before.kind === "array" && after.kind === "array") {
    compareItems(before.items, after.items, out);
  } else {
    out.push({ kind: "changed", pointer: after.pointer, before, after });
  }
}

function compareMembers(before: Member[], after: Member[], out: Change[]): void {
  const old = byKey(before);
  const kept = byKey(after);
  for (const { key, keySource, node } of after) {
    const was = old.get(key);
    if (!was) out.push({ kind: "added", pointer: node.pointer, after: node });
    // A name that is spelt with other escapes is the same name in other bytes.
    else if (was.keySource !== keySource) {
      out.push({ kind: "changed", pointer: node.pointer, before: was.node, after: node });
    } else compare(was.node, node, out);
  }
  for (const { key, node } of before) {
    if (!kept.has(key)) out.push({ kind: "removed", pointer: node.pointer, before: node });
  }
}

function reordered(before: Member[], after: Member[]): boolean {
  const old = byKey(before);
  const kept = byKey(after);
  const was = before.filter(({ key }) => kept.has(key)).map(({ key }) => key);
  const is = after.filter(({ key }) => old.has(key)).map(({ key }) => key);
  return was.some((key, index) => is[index] !== key);
}

function compareItems(before: ParsedNode[], after: ParsedNode[], out: Change[]): void {
  const { head, tail } = commonEnds(before, after);
  const old = before.slice(head, before.length - tail);
  const now = after.slice(head, after.length - tail);
  for (const [index, node] of now.entries()) {
    const was = old[index];
    if (was) compare(was, node, out);
    else out.push({ kind: "added", pointer: node.pointer, after: node });
  }
  for (const node of old.slice(now.length)) {
    out.push({ kind: "removed", pointer: node.pointer, before: node });
  }
}

// How many items at the beginning and at the end are the same, so that one more in the middle is
// one change and not a change of everything after it.
export function commonEnds(before: ParsedNode[], after: ParsedNode[]) {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && sameTokens(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < most - head && sameTokens(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  return { head, tail };
}

// The same values in the same spelling and order, whatever the space between them.
export function sameTokens(a: ParsedNode | undefined, b: ParsedNode | undefined): boolean {
  if (!a || !b || a.kind !== b.kind) return a === b;
  if (a.source === b.source) return true;
  if (a.kind === "object" && b.kind === "object") {
    return (
      a.members.length === b.members.length &&
      a.members.every(({ keySource, node }, index) => {
        const other = b.members[index];
        return keySource === other?.keySource && sameTokens(node, other.node);
      })
    );
  }
  if (a.kind === "array" && b.kind === "array") {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => sameTokens(item, b.items[index]))
    );
  }
  return false;
}

export function byKey(members: Member[]): Map<string, Member> {
  return new Map(members.map((member) => [member.key, member]));
}
