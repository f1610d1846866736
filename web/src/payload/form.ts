// A payload as fields to fill in. The form is another view of the same draft text: each field
// writes its own value into that text and touches nothing else, so types and all other bytes stay.

import { isLeaf, type ParsedNode, parse } from "./parse";
import { equal, type FieldWords, wordsFor } from "./schema";
import { pieces } from "./visible";

export interface Field extends FieldWords {
  node: ParsedNode;
  path: (string | number)[];
  kind: "text" | "number" | "choice" | "fixed";
  why?: string; // it cannot be changed here
}

export interface Form {
  fields: Field[];
  more: number; // values beyond what a form is good for
}

const fieldsMax = 200;
const textMax = 10_000;

export function formOf(root: ParsedNode, schema: ParsedNode | undefined): Form {
  const form: Form = { fields: [], more: 0 };
  const visit = (node: ParsedNode, path: Field["path"]) => {
    if (isLeaf(node)) {
      if (form.fields.length < fieldsMax) form.fields.push(fieldOf(node, path, schema));
      else form.more += 1;
    } else if (node.kind === "object") {
      for (const { key, node: value } of node.members) visit(value, [...path, key]);
    } else if (node.kind === "array") {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    }
  };
  visit(root, []);
  return form;
}

const booleans = ["true", "false"].map((source): ParsedNode => {
  const parsed = parse(source);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.root;
});

function fieldOf(node: ParsedNode, path: Field["path"], schema: ParsedNode | undefined): Field {
  const words: FieldWords = schema ? wordsFor(schema, path) : {};
  const fixed = (why: string): Field => ({ ...words, node, path, kind: "fixed", why });
  if (words.options?.some((option) => equal(option, node))) {
    return { ...words, node, path, kind: "choice" };
  }
  switch (node.kind) {
    case "true":
    case "false":
      return { ...words, node, path, kind: "choice", options: booleans };
    case "number":
      return { ...words, node, path, kind: "number" };
    case "string":
      if (node.value.length > textMax) return fixed("It is too long for a form.");
      if (pieces(node.value).some((piece) => piece.kind === "chip" && piece.code !== 10)) {
        return fixed("It holds characters that a form would hide.");
      }
      return { ...words, node, path, kind: "text" };
    default:
      return fixed("It has no value that a form could hold.");
  }
}

// The draft with another value in one place. `source` is the JSON of that value.
export function withValue(draft: string, node: ParsedNode, source: string): string {
  return draft.slice(0, node.at) + source + draft.slice(node.at + node.source.length);
}

// The JSON of a text: as the agent spelt it, where it is the agent's text again.
export function textSource(value: string, original: ParsedNode | undefined): string {
  if (original?.kind === "string" && original.value === value) return original.source;
  return JSON.stringify(value);
}

// Whether this, exactly as it was typed, is a JSON number that programs do not overflow on.
export function isNumber(typed: string): boolean {
  const parsed = parse(typed);
  return (
    parsed.ok &&
    parsed.root.kind === "number" &&
    parsed.root.source === typed &&
    !parsed.findings.some(({ disarms }) => disarms)
  );
}

export function nodeAt(root: ParsedNode, path: Field["path"]): ParsedNode | undefined {
  let here: ParsedNode | undefined = root;
  for (const step of path) {
    if (here?.kind === "object") here = here.members.find(({ key }) => key === step)?.node;
    else here = here?.kind === "array" && typeof step === "number" ? here.items[step] : undefined;
  }
  return here;
}
