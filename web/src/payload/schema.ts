// The JSON Schema that an agent sends with its request, as far as a form needs it: what a field is
// called, what may stand there, and what an edit breaks. It is the agent's own claim about its
// payload, never a rule of ours: it can only make an edit be refused here.
//
// Of the keywords of draft-07 and 2020-12 those below are checked; the others that constrain are
// named, so that nobody takes them for checked. Patterns are among those: a browser runs them
// without a bound on time, and the agent chooses them.

import { fitBinary64 } from "./number";
import type { Member, ObjectNode, ParsedNode } from "./parse";

export interface Fault {
  pointer: string;
  keyword: string;
  sentence: string;
}

export interface SchemaCheck {
  faults: Fault[];
  unchecked: string[]; // keywords, in the order in which they were met
}

const notChecked = new Set([
  "pattern",
  "format",
  "if",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "patternProperties",
  "propertyNames",
  "unevaluatedProperties",
  "unevaluatedItems",
  "contains",
  "prefixItems",
  "additionalItems",
  "uniqueItems",
  "multipleOf",
  "minProperties",
  "maxProperties",
  "$dynamicRef",
  "contentEncoding",
  "contentSchema",
]);
// Schemas refer to themselves, and agents write them.
const stepsMax = 20_000;
const depthMax = 48;

export function checkSchema(schema: ParsedNode, value: ParsedNode): SchemaCheck {
  const checker = new Checker(schema);
  const faults = checker.check(schema, value, 0);
  return { faults, unchecked: [...checker.unchecked] };
}

const member = (node: ParsedNode | undefined, name: string): ParsedNode | undefined =>
  node?.kind === "object" ? node.members.find(({ key }) => key === name)?.node : undefined;
const text = (node: ParsedNode | undefined) => (node?.kind === "string" ? node.value : undefined);
const items = (node: ParsedNode | undefined) => (node?.kind === "array" ? node.items : []);

class Checker {
  readonly unchecked = new Set<string>();
  private steps = 0;
  private readonly root: ParsedNode;

  constructor(root: ParsedNode) {
    this.root = root;
  }

  check(schema: ParsedNode, value: ParsedNode, depth: number): Fault[] {
    this.steps += 1;
    if (this.steps > stepsMax || depth > depthMax) {
      this.unchecked.add("what is nested too deeply");
      return [];
    }
    if (schema.kind === "false") return [fault(value, "false", "may not be there")];
    if (schema.kind !== "object") return [];
    for (const { key } of schema.members) if (notChecked.has(key)) this.unchecked.add(key);
    return [
      ...this.reference(schema, value, depth),
      ...this.type(schema, value),
      ...values(schema, value),
      ...numbers(schema, value),
      ...lengths(schema, value),
      ...this.combined(schema, value, depth),
      ...this.below(schema, value, depth),
    ];
  }

  private reference(schema: ObjectNode, value: ParsedNode, depth: number): Fault[] {
    if (member(schema, "$ref") === undefined) return [];
    const target = resolved(this.root, schema);
    if (target !== schema) return this.check(target, value, depth + 1);
    this.unchecked.add("$ref");
    return [];
  }

  private type(schema: ObjectNode, value: ParsedNode): Fault[] {
    const node = member(schema, "type");
    const names = node?.kind === "array" ? node.items.map(text) : [text(node)];
    const wanted = names.filter((name) => name !== undefined);
    if (wanted.length === 0 || wanted.some((name) => isOfType(value, name))) return [];
    return [fault(value, "type", `must be ${wanted.join(" or ")}`)];
  }

  private combined(schema: ObjectNode, value: ParsedNode, depth: number): Fault[] {
    const passes = (one: ParsedNode) => this.check(one, value, depth + 1).length === 0;
    const faults = items(member(schema, "allOf")).flatMap((one) =>
      this.check(one, value, depth + 1),
    );
    const any = items(member(schema, "anyOf"));
    if (any.length > 0 && !any.some(passes)) {
      faults.push(fault(value, "anyOf", "fits none of the forms that the schema allows"));
    }
    const one = items(member(schema, "oneOf"));
    if (one.length > 0 && one.filter(passes).length !== 1) {
      faults.push(fault(value, "oneOf", "does not fit exactly one of the forms of the schema"));
    }
    const not = member(schema, "not");
    if (not && passes(not))
      faults.push(fault(value, "not", "has a form that the schema forbids"));
    return faults;
  }

  private below(schema: ObjectNode, value: ParsedNode, depth: number): Fault[] {
    if (value.kind === "array") {
      const each = member(schema, "items");
      if (!each || each.kind === "array") return [];
      return value.items.flatMap((item) => this.check(each, item, depth + 1));
    }
    if (value.kind !== "object") return [];
    const properties = member(schema, "properties");
    const others = member(schema, "additionalProperties");
    const named = member(schema, "patternProperties") !== undefined;
    const faults = items(member(schema, "required")).flatMap((name) => {
      const wanted = text(name);
      if (wanted === undefined || member(value, wanted)) return [];
      return [{ ...fault(value, "required", ""), sentence: `“${wanted}” is missing` }];
    });
    for (const { key, node } of value.members) {
      const own = member(properties, key);
      if (own) faults.push(...this.check(own, node, depth + 1));
      else if (others && !named) faults.push(...this.additional(others, node, depth));
    }
    return faults;
  }

  private additional(others: ParsedNode, node: ParsedNode, depth: number): Fault[] {
    if (others.kind !== "false") return this.check(others, node, depth + 1);
    return [fault(node, "additionalProperties", "is not a field of the schema")];
  }
}

function fault({ pointer }: ParsedNode, keyword: string, what: string): Fault {
  const name = pointer === "" ? "The payload" : pointer;
  return { pointer, keyword, sentence: `${name} ${what}` };
}

function isOfType(value: ParsedNode, name: string): boolean {
  if (name === "boolean") return value.kind === "true" || value.kind === "false";
  if (name === "integer") {
    return value.kind === "number" && Number.isInteger(Number(value.source));
  }
  return value.kind === name;
}

function values(schema: ObjectNode, value: ParsedNode): Fault[] {
  const faults: Fault[] = [];
  const allowed = member(schema, "enum");
  if (allowed?.kind === "array" && !allowed.items.some((one) => equal(one, value))) {
    faults.push(fault(value, "enum", "is none of the values that the schema allows"));
  }
  const only = member(schema, "const");
  if (only && !equal(only, value)) faults.push(fault(value, "const", `must be ${only.source}`));
  return faults;
}

// The same JSON value, however it is spelt. Numbers that doubles cannot tell apart are told apart.
export function equal(a: ParsedNode, b: ParsedNode): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "string" && b.kind === "string") return a.value === b.value;
  if (a.kind === "number") {
    const exact = [a, b].every(({ source }) => fitBinary64(source) === "exact");
    return exact ? Number(a.source) === Number(b.source) : a.source === b.source;
  }
  if (a.kind === "array" && b.kind === "array") {
    return (
      a.items.length === b.items.length && a.items.every((item, at) => equalOr(item, b.items[at]))
    );
  }
  if (a.kind === "object" && b.kind === "object") {
    return (
      a.members.length === b.members.length &&
      a.members.every(({ key, node }) => equalOr(node, member(b, key)))
    );
  }
  return true;
}

const equalOr = (a: ParsedNode, b: ParsedNode | undefined) => b !== undefined && equal(a, b);

type Bound = [keyword: string, holds: (order: number) => boolean, words: string];
const bounds: Bound[] = [
  ["minimum", (order) => order >= 0, "at least"],
  ["maximum", (order) => order <= 0, "at most"],
  ["exclusiveMinimum", (order) => order > 0, "more than"],
  ["exclusiveMaximum", (order) => order < 0, "less than"],
];

function numbers(schema: ObjectNode, value: ParsedNode): Fault[] {
  if (value.kind !== "number") return [];
  return bounds.flatMap(([keyword, holds, words]) => {
    const bound = member(schema, keyword);
    if (bound?.kind !== "number" || holds(compare(value.source, bound.source))) return [];
    return [fault(value, keyword, `must be ${words} ${bound.source}`)];
  });
}

function compare(a: string, b: string): number {
  const whole = /^-?\d+$/;
  if (whole.test(a) && whole.test(b))
    return Number(BigInt(a) > BigInt(b)) - Number(BigInt(a) < BigInt(b));
  return Number(a) - Number(b);
}

type Length = [
  keyword: string,
  of: "string" | "array",
  holds: (size: number, bound: number) => boolean,
  words: string,
];
const lengthForms: Length[] = [
  ["minLength", "string", (size, bound) => size >= bound, "needs at least"],
  ["maxLength", "string", (size, bound) => size <= bound, "may have at most"],
  ["minItems", "array", (size, bound) => size >= bound, "needs at least"],
  ["maxItems", "array", (size, bound) => size <= bound, "may have at most"],
];

function lengths(schema: ObjectNode, value: ParsedNode): Fault[] {
  return lengthForms.flatMap(([keyword, of, holds, words]) => {
    const bound = member(schema, keyword);
    if (value.kind !== of || bound?.kind !== "number") return [];
    const size = value.kind === "string" ? [...value.value].length : items(value).length;
    if (holds(size, Number(bound.source))) return [];
    const unit = of === "string" ? "characters" : "items";
    return [fault(value, keyword, `${words} ${bound.source} ${unit}`)];
  });
}

// A $ref within the document, followed; anything else stays what it is.
function resolved(root: ParsedNode, schema: ParsedNode): ParsedNode {
  const target = text(member(schema, "$ref"));
  if (target === undefined || !/^#(?:\/|$)/.test(target)) return schema;
  let here: ParsedNode | undefined = root;
  for (const step of target.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    here = here?.kind === "array" ? here.items[Number(name)] : member(here, name);
  }
  return here ?? schema;
}

export interface FieldWords {
  title?: string;
  description?: string;
  options?: ParsedNode[]; // the only values that may stand here
}

// What the schema says of the value at a path of names, with the agent's words for it.
export function wordsFor(root: ParsedNode, path: (string | number)[]): FieldWords {
  let here: ParsedNode | undefined = plain(root, root);
  for (const step of path) {
    here =
      typeof step === "number" ? member(here, "items") : member(member(here, "properties"), step);
    if (here) here = plain(root, here);
  }
  const title = text(member(here, "title"));
  const description = text(member(here, "description"));
  const options = items(member(here, "enum"));
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(options.length > 0 && { options }),
  };
}

// Through references, and through "this or null" as Python's tools write it.
function plain(root: ParsedNode, schema: ParsedNode): ParsedNode {
  let here = schema;
  for (let step = 0; step < 8; step += 1) {
    const next = resolved(root, here);
    const forms = items(member(next, "anyOf")).filter(
      (one) => text(member(one, "type")) !== "null",
    );
    here = forms.length === 1 && forms[0] ? merged(next, forms[0]) : next;
    if (member(here, "$ref") === undefined) break;
  }
  return here;
}

function merged(outer: ParsedNode, inner: ParsedNode): ParsedNode {
  if (outer.kind !== "object" || inner.kind !== "object") return inner;
  const own = ({ key }: Member) => !["anyOf", "default"].includes(key);
  return { ...inner, members: [...outer.members.filter(own), ...inner.members] };
}
