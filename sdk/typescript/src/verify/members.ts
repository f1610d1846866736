// The members of a JSON object, taken one by one with their types. What is not taken at the end is
// unknown, and what is unknown is refused: a member that a verifier skips could say anything.

import { type Bytes, fromBase64 } from "../bytes.js";
import { type Json, jcs } from "../jcs.js";
import { type ParsedNode, parse } from "../json.js";

export type JsonObject = { [name: string]: Json | undefined };

// Why something is not of the form that it should have. The checks turn it into a verdict.
export class Malformed extends Error {}

// Which members of an object hold a number that is written with a sign, a fraction or an exponent.
// 1.0 is the number 1, but no integer as the formats write them.
const oddNumbers = new WeakMap<object, Set<string>>();

const saltBytes = 32;

export class Members {
  private readonly object: JsonObject;
  private readonly what: string;
  private readonly taken = new Set<string>();

  constructor(value: Json | undefined, what: string) {
    if (!isObject(value)) throw new Malformed(`${what} is not an object`);
    this.object = value;
    this.what = what;
  }

  has(name: string): boolean {
    return this.object[name] !== undefined;
  }

  value(name: string): Json {
    const value = this.object[name];
    if (value === undefined) throw this.wrong(name, "is missing");
    this.taken.add(name);
    return value;
  }

  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.has(name) ? read.call(this, name) : undefined;
  }

  anyText(name: string): string {
    const value = this.value(name);
    if (typeof value !== "string") throw this.wrong(name, "is not a text");
    return value;
  }

  text(name: string): string {
    const text = this.anyText(name);
    if (text === "") throw this.wrong(name, "is empty");
    return text;
  }

  oneOf<T extends string>(name: string, names: readonly T[]): T {
    const text = this.text(name);
    const found = names.find((candidate) => candidate === text);
    if (found === undefined) throw this.wrong(name, `is none of ${names.join(", ")}`);
    return found;
  }

  integer(name: string): number {
    const value = this.value(name);
    if (!isInteger(value) || oddNumbers.get(this.object)?.has(name)) {
      throw this.wrong(name, "is not an integer from 0 to 2^53 - 1");
    }
    return value;
  }

  version(name: string): number {
    const version = this.integer(name);
    if (version < 1) throw this.wrong(name, "is less than 1");
    return version;
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== "boolean") throw this.wrong(name, "is not a boolean");
    return value;
  }

  hash(name: string): string {
    const text = this.text(name);
    if (!isHash(text)) throw this.wrong(name, "is not a SHA-256 in lower-case hex");
    return text;
  }

  instant(name: string): string {
    const text = this.text(name);
    if (!isInstant(text)) throw this.wrong(name, "is not a time as YYYY-MM-DDThh:mm:ss.mmmZ");
    return text;
  }

  binary(name: string): Bytes {
    return this.decoded(this.text(name), name);
  }

  salt(name: string): Bytes {
    const bytes = this.binary(name);
    if (bytes.length !== saltBytes) throw this.wrong(name, "is not of 32 bytes");
    return bytes;
  }

  list<T>(name: string, read: (item: Json, what: string) => T): T[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw this.wrong(name, "is not an array");
    return value.map((item, index) => read(item, `${this.what}.${name}[${index}]`));
  }

  // Where the formats say "omitted when empty".
  filled<T>(name: string, read: (item: Json, what: string) => T, max = Infinity): T[] {
    if (!this.has(name)) return [];
    const items = this.list(name, read);
    if (items.length === 0) throw this.wrong(name, "is empty and should be left out");
    if (items.length > max) throw this.wrong(name, `has more than ${max} items`);
    return items;
  }

  inner(name: string): Members {
    return new Members(this.value(name), `${this.what}.${name}`);
  }

  // Last of all: nothing may be left.
  done(): void {
    for (const name of Object.keys(this.object)) {
      if (!this.taken.has(name)) throw this.wrong(name, "is not known here");
    }
  }

  wrong(name: string, why: string): Malformed {
    return new Malformed(`${this.what}.${name} ${why}`);
  }

  private decoded(text: string, name: string): Bytes {
    const bytes = fromBase64(text);
    if (!bytes) throw this.wrong(name, "is not base64 with padding and zero trailing bits");
    return bytes;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isInteger(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

// Texts, booleans, integers, and arrays and objects of these.
export function isPlain(value: Json | undefined): boolean {
  if (Array.isArray(value)) return !oddNumbers.has(value) && value.every(isPlain);
  if (isObject(value)) return !oddNumbers.has(value) && Object.values(value).every(isPlain);
  return isInteger(value) || typeof value === "string" || typeof value === "boolean";
}

export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

export function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return false;
  const ms = Date.parse(text);
  // Date.parse rolls 30 February over into March; written again, it differs.
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

export function textItem(item: Json, what: string): string {
  if (typeof item !== "string" || item === "") throw new Malformed(`${what} is not a text`);
  return item;
}

export function hashItem(item: Json, what: string): string {
  if (typeof item !== "string" || !isHash(item)) throw new Malformed(`${what} is not a hash`);
  return item;
}

export function binaryItem(item: Json, what: string): Bytes {
  const bytes = typeof item === "string" && item !== "" ? fromBase64(item) : undefined;
  if (!bytes) throw new Malformed(`${what} is not base64 with padding and zero trailing bits`);
  return bytes;
}

// Texts that are sorted, each there once.
export function sortedTexts(texts: string[], what: string): string[] {
  const sorted = texts.every((text, index) => index === 0 || (texts[index - 1] as string) < text);
  if (!sorted) throw new Malformed(`${what} is not sorted, or names something twice`);
  return texts;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Malformed(`${what} is not UTF-8`);
  }
}

// Strict: duplicate names, lone surrogates, infinite numbers and more than 64 levels are refused.
export function readJson(text: string, what: string): Json {
  const parsed = parse(text);
  if (!parsed.ok) throw new Malformed(`${what} is not JSON: ${parsed.problem}`);
  const finding = parsed.findings.find(({ disarms }) => disarms);
  if (finding) {
    const reason = finding.code.replaceAll("_", " ");
    throw new Malformed(`${what} is not strict JSON: ${reason} at ${finding.pointer || "/"}`);
  }
  return jsonOf(parsed.root);
}

function jsonOf(node: ParsedNode): Json {
  switch (node.kind) {
    case "object":
      return container(
        Object.create(null),
        node.members.map(({ key, node: value }) => [key, value]),
      );
    case "array":
      return container(
        [],
        node.items.map((item, index) => [String(index), item]),
      );
    case "string":
      return node.value;
    case "number":
      return Number(node.source);
    case "null":
      return null;
    default:
      return node.kind === "true";
  }
}

function container<T extends object & Json>(made: T, members: [string, ParsedNode][]): T {
  const odd = new Set<string>();
  for (const [name, node] of members) {
    (made as JsonObject)[name] = jsonOf(node);
    if (node.kind === "number" && !/^\d+$/.test(node.source)) odd.add(name);
  }
  if (odd.size > 0) oddNumbers.set(made, odd);
  return made;
}

// The exact text of a value: the one that RFC 8785 gives it.
export function readCanonical(bytes: Uint8Array, what: string): Json {
  const text = decodeText(bytes, what);
  const value = readJson(text, what);
  if (jcs(value) !== text) throw new Malformed(`${what} is not in canonical form`);
  return value;
}
