// The value that somebody types before they approve what is critical and no other side is there to
// compare with: it stands in the payload, and whoever types it has looked for it.

import type { Member, Parsed } from "./parse";
import { deceives, suspicions } from "./suspicious";

export interface Significant {
  name: string; // where it stands, members joined by dots
  text: string; // what is typed
}

// In this order: how much, where, in which of its kind.
const names = [
  /^(?:amount|total|sum|price)(?:_?(?:cents|minor|value))?$/i,
  /^(?:host|hostname|domain|server|cluster|instance)(?:_?name)?$/i,
  /^(?:environment|env|stage)$/i,
];
const longest = 64;
const depthMost = 3;

// Nothing where the payload has no such value that could be typed as it is read.
export function significant(parsed: Parsed): Significant | undefined {
  if (!parsed.ok || parsed.root.kind !== "object") return undefined;
  const found = valuesOf(parsed.root.members, "", 1);
  for (const name of names) {
    const first = found.find(({ key }) => name.test(key));
    if (first) return { name: first.name, text: first.text };
  }
  return undefined;
}

function valuesOf(members: Member[], before: string, depth: number) {
  const found: { key: string; name: string; text: string }[] = [];
  for (const { key, node } of members) {
    if (deceiving(key)) continue;
    const name = before === "" ? key : `${before}.${key}`;
    if (node.kind === "number") found.push({ key, name, text: node.source });
    if (node.kind === "string" && typed(node.value)) found.push({ key, name, text: node.value });
    // What the client library sealed along is none of the action's.
    if (node.kind === "object" && key !== "_lp_meta" && depth < depthMost) {
      found.push(...valuesOf(node.members, name, depth + 1));
    }
  }
  return found;
}

const deceiving = (text: string) => suspicions(text).some(deceives);

const typed = (text: string) =>
  text.trim() === text && text !== "" && text.length <= longest && !deceiving(text);
