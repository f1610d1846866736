// What an edit changed, for the agent that learns from it: names and types, never values. The
// server makes the same of payloads that it can read (src/api/letsping/diff_summary.h).

import type { Change } from "./changes";
import type { ParsedNode } from "./parse";

interface Item {
  pointer: string;
  change: "changed" | "added" | "removed";
  from?: string;
  to?: string;
}

// So many characters of names at most, so that a note stays a note.
const charactersMax = 8_000;

export function summaryText(changes: Change[]): string {
  const items: Item[] = [];
  let [room, more] = [charactersMax, 0];
  for (const change of changes) {
    if (change.kind === "reordered") continue;
    const item: Item = { pointer: change.pointer, change: change.kind };
    if ("before" in change) item.from = typeOf(change.before);
    if ("after" in change) item.to = typeOf(change.after);
    room -= JSON.stringify(item).length;
    if (room < 0) more += 1;
    else items.push(item);
  }
  return JSON.stringify(more > 0 ? { changes: items, more } : { changes: items });
}

function typeOf({ kind }: ParsedNode): string {
  return kind === "true" || kind === "false" ? "boolean" : kind;
}
