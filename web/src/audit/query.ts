// The query over a log: `type:decision actor:ada level>=high after:2026-11-01`, terms that must all
// hold. A word without a name is looked for in ids, types and hashes.

import type { Level } from "../api/types";
import { type Entry, levels } from "./entry";

export interface Query {
  matches(entry: Entry, nameOf: (member: string) => string): boolean;
  problems: string[]; // of terms that mean nothing, and then match nothing
}

type Test = (entry: Entry, nameOf: (member: string) => string) => boolean;

export function readQuery(text: string): Query {
  const problems: string[] = [];
  const tests = terms(text).map((term) => {
    const test = readTerm(term);
    if (typeof test !== "string") return test;
    problems.push(test);
    return () => false;
  });
  return { problems, matches: (entry, nameOf) => tests.every((test) => test(entry, nameOf)) };
}

// The same query with this term, or without it if it is there.
export function toggled(text: string, term: string): string {
  const all = terms(text);
  const rest = all.filter((one) => one !== term);
  return (rest.length < all.length ? rest : [...all, term]).join(" ");
}

export function terms(text: string): string[] {
  return text.match(/[^\s"]*"[^"]*"?|\S+/g) ?? [];
}

function readTerm(term: string): Test | string {
  const [, name = "", sign = "", quoted = ""] = /^([a-z]+)(:|>=|<=)(.*)$/.exec(term) ?? [];
  const value = quoted.replace(/"/g, "").toLowerCase();
  if (name === "") return anywhere(term.replace(/"/g, "").toLowerCase());
  if (value === "") return `${name}${sign} names nothing to look for`;
  if (name === "level") return ofLevel(sign, value);
  const ordered = name === "index" || name === "version";
  if (ordered) return ofNumber(name, sign, value);
  if (sign !== ":") return `${name} can only be compared with a colon`;
  return ofText(name, value);
}

function ofText(name: string, value: string): Test | string {
  switch (name) {
    case "type":
      return ({ type }) => type === value || type.startsWith(`${value}.`);
    case "actor":
      return ({ actor }, nameOf) =>
        actor.kind === value ||
        actor.id.toLowerCase().startsWith(value) ||
        nameOf(actor.id).toLowerCase().includes(value);
    case "method":
      return ({ actor }) => actor.method === value;
    case "stream":
    case "request":
      return ({ stream }) => stream.toLowerCase() === value;
    case "verdict":
      return ({ verdict }) => verdict === value;
    case "mark":
      return ({ marks }) => marks.includes(value);
    case "hash":
      return ({ sha256 }) => sha256.startsWith(value);
    case "is":
      return value === "erased" ? ({ erased }) => erased : `is:${value} is not known`;
    case "after":
    case "before":
      return ofTime(name, value);
    default:
      return `${name} is not known`;
  }
}

function ofTime(name: "after" | "before", value: string): Test | string {
  const at = /^\d{4}-\d{2}-\d{2}(t\d{2}:\d{2}(:\d{2}(\.\d{3})?)?z?)?$/.test(value);
  if (!at) return `${name} takes a day or a time in UTC, as 2026-11-01 or 2026-11-01T08:30`;
  const bound = value.toUpperCase().replace(/Z$/, "");
  // Texts of the log's own form compare as times do.
  if (name === "after") return ({ time }) => time >= bound;
  return ({ time }) => time !== "" && time < bound;
}

function ofLevel(sign: string, value: string): Test | string {
  const wanted = levels.indexOf(value as Level);
  if (wanted < 0) return `level is one of ${levels.join(", ")}`;
  return ({ level }) => level !== "" && compares(levels.indexOf(level), sign, wanted);
}

function ofNumber(name: "index" | "version", sign: string, value: string): Test | string {
  if (!/^\d{1,15}$/.test(value)) return `${name} takes a number`;
  const wanted = Number(value);
  if (name === "index") return ({ index }) => compares(index, sign, wanted);
  return ({ version }) => version > 0 && compares(version, sign, wanted);
}

function compares(found: number, sign: string, wanted: number): boolean {
  if (sign === ">=") return found >= wanted;
  return sign === "<=" ? found <= wanted : found === wanted;
}

function anywhere(word: string): Test {
  return ({ stream, type, sha256, actor }, nameOf) =>
    [stream, type, sha256, actor.id, nameOf(actor.id)].some((text) =>
      text.toLowerCase().includes(word),
    );
}
