// What stands in a project's log, as its pages hand it out and as the table shows it.

import { fromBase64, hex } from "../../../sdk/typescript/src/bytes.js";
import type { Level } from "../api/types";

export const levels: readonly Level[] = ["none", "low", "medium", "high", "critical"];

// GET /log/{log}/statements
export interface LogPage {
  size: number; // of the signed tree
  leaves: LogLeaf[];
}

export interface LogLeaf {
  index: number;
  type: string;
  stream: string;
  statement: string; // base64 of its exact bytes; empty where it was erased
  leaf: string; // base64
  erased?: true;
}

export interface Entry {
  index: number;
  time: string; // empty where the statement was erased, as all below
  type: string;
  stream: string;
  actor: { id: string; kind: string; method: string };
  level: Level | "";
  version: number;
  verdict: string;
  marks: string[];
  sha256: string; // of the statement, hex
  erased: boolean;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

// Of a page's leaf: what its statement says of itself. Nothing is checked here; a statement that
// cannot be read leaves its members empty, and the check of the log names it.
export function entryOf(leaf: LogLeaf): Entry {
  const said = predicateOf(leaf.statement);
  const actor = inner(said, "actor");
  const request = inner(said, "request");
  const marks = said["marks"];
  return {
    index: leaf.index,
    time: text(said, "time"),
    type: leaf.type,
    stream: leaf.stream,
    actor: { id: text(actor, "id"), kind: text(actor, "kind"), method: text(actor, "method") },
    level: levels.find((level) => level === request["level"]) ?? "",
    version: typeof request["version"] === "number" ? request["version"] : 0,
    verdict: text(said, "verdict"),
    marks: Array.isArray(marks) ? marks.filter((mark) => typeof mark === "string") : [],
    sha256: digestOf(leaf.leaf),
    erased: leaf.erased === true,
  };
}

// The text of a statement; nothing where it was erased or is no UTF-8.
export function statementText(leaf: LogLeaf): string | undefined {
  const bytes = fromBase64(leaf.statement);
  if (!bytes || bytes.length === 0) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

// A leaf names the hash of its statement, in whichever of its two forms it is.
export function digestOf(leaf: string): string {
  const spec = inner(objectOf(atob(leaf)), "spec");
  const inside = inner(spec, "hashedRekordV002");
  const data = inner("data" in inside ? inside : spec, "data");
  const bytes = fromBase64(text(data, "digest"));
  return bytes ? hex(bytes) : "";
}

type Members = Record<string, unknown>;

function predicateOf(statement: string): Members {
  const bytes = fromBase64(statement);
  if (!bytes || bytes.length === 0) return {};
  try {
    return inner(objectOf(decoder.decode(bytes)), "predicate");
  } catch {
    return {};
  }
}

function objectOf(json: string): Members {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Members) : {};
  } catch {
    return {};
  }
}

function inner(members: Members, name: string): Members {
  const value = members[name];
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

function text(members: Members, name: string): string {
  const value = members[name];
  return typeof value === "string" ? value : "";
}
