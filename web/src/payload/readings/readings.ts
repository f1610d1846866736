// All readings of a payload: each value that looks like something this page can read, by its name
// or by its form. What is not found here is in the values all the same.

import { type Member, type ParsedNode, parse } from "../parse";
import { looksLikeHttp, readHttp } from "./http";
import {
  looksLikeManifest,
  looksLikeYamlManifest,
  outlineYaml,
  readManifest,
} from "./kubernetes";
import { itemsOf, memberOf, type Reading, textOf } from "./reading";
import { looksLikeShell, readArguments, readShell } from "./shell";
import { looksLikeSql, readSql } from "./sql";
import { looksLikePlan, readPlan } from "./terraform";
import { looksLikeDiff, looksLikePair, pairOf, readDiff, readPair } from "./text_diff";

// What is beyond these bounds is told as unread; a page must answer while it reads.
const readingsMax = 20;
const textMax = 300_000;
const valuesMax = 20_000;

export interface Readings {
  list: Reading[];
  more: boolean; // there are values that were not looked at
}

export function readingsOf(root: ParsedNode): Readings {
  const reader = new Reader();
  reader.value(root, "");
  return {
    list: reader.list.filter(({ parts, unread }) => parts.length + unread.length > 0),
    more: reader.more,
  };
}

class Reader {
  readonly list: Reading[] = [];
  more = false;
  private visited = 0;
  // What a reading has told already: the objects of a list, the two texts of a pair.
  private readonly told = new Set<ParsedNode>();

  // Goes on below what was read: nothing that is put around a value keeps that value from being
  // read.
  value(node: ParsedNode, name: string): void {
    this.visited += 1;
    if (this.visited > valuesMax || this.list.length >= readingsMax) {
      this.more = true;
      return;
    }
    const found = this.told.has(node) ? undefined : readingOf(node, name.toLowerCase());
    if (found) {
      this.list.push(found);
      for (const part of partsOf(node, found)) this.told.add(part);
    }
    if (node.kind === "object") for (const member of node.members) this.member(node, member);
    if (node.kind === "array" && !(found && found.language === "Command")) {
      for (const item of node.items) this.value(item, name);
    }
  }

  private member(parent: ParsedNode, { key, node }: Member): void {
    // {"command": "rm", "args": [...]}: one command, read with its arguments.
    const words = node.kind === "string" ? argumentsOf(parent, node) : undefined;
    if (words) this.list.push(readArguments(words, node.pointer));
    else this.value(node, key);
  }
}

function partsOf(node: ParsedNode, { language }: Reading): ParsedNode[] {
  if (language === "Kubernetes") return itemsOf(memberOf(node, "items"));
  return language === "Text diff" ? pairOf(node) : [];
}

function readingOf(node: ParsedNode, name: string): Reading | undefined {
  const { pointer } = node;
  if (node.kind === "object") return objectReading(node, pointer);
  if (node.kind === "array") {
    const words = node.items.map(textOf);
    if (!/^(?:argv|command|cmd)$/.test(name) || words.length === 0) return undefined;
    return words.every((word) => word !== undefined) ? readArguments(words, pointer) : undefined;
  }
  return node.kind === "string" ? textReading(node.value, name, pointer) : undefined;
}

function objectReading(node: ParsedNode, pointer: string): Reading | undefined {
  if (looksLikePlan(node)) return readPlan(node, pointer);
  if (looksLikeManifest(node)) return readManifest(node, pointer);
  if (looksLikeHttp(node)) return readHttp(node, pointer);
  if (looksLikePair(node)) return readPair(node, pointer);
  return undefined;
}

function textReading(text: string, name: string, pointer: string): Reading | undefined {
  if (text.length > textMax) {
    const long = "This value is too long to be read here as anything but text.";
    const guess = looksLikeSql(text.slice(0, 2000), name) ? "SQL" : undefined;
    return guess && { language: guess, pointer, parts: [], ordered: true, unread: [long] };
  }
  if (/^\s*\{/.test(text)) return documentReading(text, pointer);
  if (looksLikeDiff(text)) return readDiff(text, pointer);
  if (looksLikeSql(text, name)) return readSql(text, pointer);
  if (looksLikeYamlManifest(text)) return outlineYaml(text, pointer);
  if (looksLikeShell(text, name)) return readShell(text, pointer);
  return undefined;
}

// JSON that was put into a text.
function documentReading(text: string, pointer: string): Reading | undefined {
  const parsed = parse(text);
  if (!parsed.ok) return undefined;
  const found = objectReading(parsed.root, pointer);
  if (found && parsed.findings.some(({ disarms }) => disarms)) {
    found.unread.push(
      "This text is JSON that programs read differently: a name occurs twice, for one.",
    );
  }
  return found;
}

function argumentsOf(parent: ParsedNode, node: ParsedNode): string[] | undefined {
  const program = textOf(node);
  if (memberOf(parent, "command", "program", "executable") !== node) return undefined;
  if (program === undefined || program === "" || /\s/.test(program)) return undefined;
  const given = memberOf(parent, "args", "arguments", "argv");
  if (given?.kind !== "array") return undefined;
  const words = given.items.map(textOf);
  return words.every((word) => word !== undefined) ? [program, ...words] : undefined;
}
