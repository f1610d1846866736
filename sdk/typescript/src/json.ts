// Strict, lossless JSON reader. Every value keeps its exact source text, because what a person
// approves are the bytes that run, not what JSON.parse makes of them: it rounds numbers, keeps
// the last of two equal keys and says nothing.
//
// What programs could read in two ways is reported as a finding. Findings that disarm mean:
// nobody can say what would run, so nobody can approve it here. The tree is built all the same,
// to be seen.

import type { Json } from "./jcs.js";
import { fitBinary64 } from "./json_number.js";

interface Base {
  source: string; // the exact slice of the text
  at: number; // where that slice begins
  pointer: string; // RFC 6901
}
export interface StringNode extends Base {
  kind: "string";
  value: string;
}
export interface NumberNode extends Base {
  kind: "number";
}
export interface LiteralNode extends Base {
  kind: "true" | "false" | "null";
}
export interface ArrayNode extends Base {
  kind: "array";
  items: ParsedNode[];
}
export interface Member {
  key: string;
  keySource: string;
  keyAt: number;
  node: ParsedNode;
}
export interface ObjectNode extends Base {
  kind: "object";
  members: Member[];
}
export type ParsedNode = StringNode | NumberNode | LiteralNode | ArrayNode | ObjectNode;

export type FindingCode =
  | "duplicate_key"
  | "lone_surrogate"
  | "non_finite_number"
  | "too_deep"
  | "too_many_members"
  | "lossy_number";

export interface Finding {
  code: FindingCode;
  pointer: string;
  at: number; // of the value, or of the name, that it is about
  disarms: boolean;
}

export type Parsed =
  | { ok: true; root: ParsedNode; findings: Finding[]; leaves: number }
  | { ok: false; problem: string; offset: number };

// The bounds of the strict profile. Beyond them other programs refuse the document.
const depthMax = 64;
const membersMax = 100_000;
// Beyond this we do not build the tree either; the raw text is shown.
const depthShownMax = 1000;

export function parse(text: string): Parsed {
  const reader = new Reader(text);
  try {
    return reader.document();
  } catch (error) {
    if (error instanceof SyntaxFault) {
      return { ok: false, problem: error.message, offset: error.offset };
    }
    throw error;
  }
}

export function isObject(node: ParsedNode): node is ObjectNode {
  return node.kind === "object";
}

// A value without members of its own: what is counted as shown. Empty containers are leaves too.
export function isLeaf(node: ParsedNode): boolean {
  if (node.kind === "object") return node.members.length === 0;
  if (node.kind === "array") return node.items.length === 0;
  return true;
}

// Where an offset is, as an editor counts: from 1, in UTF-16 units within the line.
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

// For documents that are hashed again (envelopes). Only for trees without disarming findings.
export function toJson(node: ParsedNode): Json {
  switch (node.kind) {
    case "object": {
      const object: { [key: string]: Json } = Object.create(null);
      for (const { key, node: value } of node.members) object[key] = toJson(value);
      return object;
    }
    case "array":
      return node.items.map(toJson);
    case "string":
      return node.value;
    case "number":
      return Number(node.source);
    case "null":
      return null;
    case "true":
    case "false":
      return node.kind === "true";
  }
}

class SyntaxFault extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids exactly these.
const plainForm = /[^"\\\u0000-\u001f]+/y;
const escapes: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  private at = 0;
  private leaves = 0;
  private members = 0;
  private readonly findings: Finding[] = [];
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(): Parsed {
    const root = this.value("", 0);
    this.space();
    if (this.at < this.text.length) this.fail("There is more text after the value");
    return { ok: true, root, findings: this.findings, leaves: this.leaves };
  }

  private value(pointer: string, depth: number): ParsedNode {
    this.space();
    const start = this.at;
    const node = this.bare(pointer, depth);
    node.at = start;
    node.source = this.text.slice(start, this.at);
    if (isLeaf(node)) this.leaves += 1;
    return node;
  }

  private bare(pointer: string, depth: number): ParsedNode {
    const first = this.text[this.at];
    const start = this.at;
    if (first === "{") return this.object(pointer, depth + 1);
    if (first === "[") return this.array(pointer, depth + 1);
    if (first === '"') {
      const value = this.string();
      if (!value.isWellFormed()) this.report("lone_surrogate", pointer, start, true);
      return { kind: "string", value, source: "", at: start, pointer };
    }
    for (const kind of ["true", "false", "null"] as const) {
      if (this.text.startsWith(kind, this.at)) {
        this.at += kind.length;
        return { kind, source: "", at: start, pointer };
      }
    }
    return this.number(pointer);
  }

  private object(pointer: string, depth: number): ObjectNode {
    this.enter(pointer, depth);
    const members: Member[] = [];
    const seen = new Set<string>();
    if (!this.closes("}")) {
      do {
        this.space();
        if (this.text[this.at] !== '"') this.fail("A member name must be a string");
        const start = this.at;
        const key = this.string();
        const keySource = this.text.slice(start, this.at);
        const inner = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        if (!key.isWellFormed()) this.report("lone_surrogate", inner, start, true);
        if (seen.has(key)) this.report("duplicate_key", inner, start, true);
        seen.add(key);
        this.expect(":");
        this.countMember(pointer);
        members.push({ key, keySource, keyAt: start, node: this.value(inner, depth) });
      } while (this.more("}"));
    }
    return { kind: "object", members, source: "", at: 0, pointer };
  }

  private array(pointer: string, depth: number): ArrayNode {
    this.enter(pointer, depth);
    const items: ParsedNode[] = [];
    if (!this.closes("]")) {
      do {
        this.countMember(pointer);
        items.push(this.value(`${pointer}/${items.length}`, depth));
      } while (this.more("]"));
    }
    return { kind: "array", items, source: "", at: 0, pointer };
  }

  private number(pointer: string): NumberNode {
    numberForm.lastIndex = this.at;
    const start = this.at;
    const literal = numberForm.exec(this.text)?.[0];
    if (literal === undefined) this.fail("This is not a JSON value");
    this.at += literal.length;
    const fit = fitBinary64(literal);
    if (fit === "overflow") this.report("non_finite_number", pointer, start, true);
    if (fit === "lossy") this.report("lossy_number", pointer, start, false);
    return { kind: "number", source: literal, at: start, pointer };
  }

  private string(): string {
    this.at += 1;
    let value = "";
    for (;;) {
      plainForm.lastIndex = this.at;
      const plain = plainForm.exec(this.text)?.[0] ?? "";
      value += plain;
      this.at += plain.length;
      const next = this.text[this.at];
      if (next === '"') {
        this.at += 1;
        return value;
      }
      if (next !== "\\") this.fail("A string is not closed or holds a raw control character");
      value += this.escape();
    }
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? "";
    const short = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (short !== undefined) {
      this.at += 2;
      return short;
    }
    const code = this.text.slice(this.at + 2, this.at + 6);
    if (letter !== "u" || !/^[0-9a-fA-F]{4}$/.test(code)) this.fail("This escape is not JSON");
    this.at += 6;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  private enter(pointer: string, depth: number): void {
    this.at += 1;
    if (depth === depthMax + 1) this.report("too_deep", pointer, this.at - 1, true);
    if (depth > depthShownMax) this.fail("The document is nested too deeply to draw");
  }

  private countMember(pointer: string): void {
    this.members += 1;
    if (this.members === membersMax + 1) this.report("too_many_members", pointer, this.at, true);
  }

  private closes(bracket: string): boolean {
    this.space();
    if (this.text[this.at] !== bracket) return false;
    this.at += 1;
    return true;
  }

  private more(bracket: string): boolean {
    this.space();
    const next = this.text[this.at];
    if (next !== "," && next !== bracket) this.fail(`Expected a comma or ${bracket}`);
    this.at += 1;
    return next === ",";
  }

  private expect(char: string): void {
    this.space();
    if (this.text[this.at] !== char) this.fail(`Expected ${char}`);
    this.at += 1;
  }

  private space(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
  }

  private report(code: FindingCode, pointer: string, at: number, disarms: boolean): void {
    this.findings.push({ code, pointer, at, disarms });
  }

  private fail(message: string): never {
    throw new SyntaxFault(message, this.at);
  }
}
