// What a value says in the language that it is written in: a statement that deletes, a command
// that runs as root, a manifest that opens a port. A reading stands beside the values and never in
// their place. It is made from the same source text, by this page and not by the agent; and where
// programs could read that text in another way, it says so instead of choosing.

import type { ParsedNode } from "../parse";

export type Weight = "grave" | "change" | "unknown" | "calm";

export interface Part {
  weight: Weight;
  verb: string; // our word for what it does
  subject: string; // what it is done to, as the payload spells it
  notes: string[]; // what a person should know of it; may quote the payload
  facts: [string, string][]; // our name, the payload's text
  source?: string; // the exact text of this part, where it is a slice of one
  lines?: ChangedLine[];
}

export interface ChangedLine {
  kind: "same" | "added" | "removed" | "place";
  text: string;
}

export interface Reading {
  language: string;
  pointer: string; // of the value that was read
  parts: Part[];
  ordered: boolean; // they happen one after the other; otherwise the gravest come first
  unread: string[]; // why this reading may be wrong or is not whole
}

export interface Found {
  node: ParsedNode;
  name: string; // the member's name, lower case; empty for items and the document
  parent: ParsedNode | undefined;
}

export const part = (weight: Weight, verb: string, subject: string): Part => ({
  weight,
  verb,
  subject,
  notes: [],
  facts: [],
});

export function grave(of: Part, note: string): void {
  of.weight = "grave";
  of.notes.push(note);
}

const order: Weight[] = ["grave", "unknown", "change", "calm"];

export function byWeight(parts: Part[]): Part[] {
  return order.flatMap((weight) => parts.filter((candidate) => candidate.weight === weight));
}

// How often each thing is done, the gravest first.
export function tally({ parts }: Reading): { weight: Weight; verb: string; count: number }[] {
  const counts = new Map<string, { weight: Weight; verb: string; count: number }>();
  for (const { weight, verb } of byWeight(parts)) {
    const key = `${weight} ${verb}`;
    const entry = counts.get(key) ?? { weight, verb, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  return [...counts.values()];
}

export function memberOf(
  node: ParsedNode | undefined,
  ...names: string[]
): ParsedNode | undefined {
  if (node?.kind !== "object") return undefined;
  return node.members.find(({ key }) => names.includes(key.toLowerCase()))?.node;
}

export function textOf(node: ParsedNode | undefined): string | undefined {
  return node?.kind === "string" ? node.value : undefined;
}

export function itemsOf(node: ParsedNode | undefined): ParsedNode[] {
  return node?.kind === "array" ? node.items : [];
}

// What stands at a path of names, if it does.
export function at(node: ParsedNode | undefined, ...path: string[]): ParsedNode | undefined {
  let here = node;
  for (const name of path) {
    here =
      here?.kind === "object" ? here.members.find(({ key }) => key === name)?.node : undefined;
  }
  return here;
}
