import { expect, test } from "vitest";
import { type ParsedNode, parse } from "./parse";
import { checkSchema, equal, wordsFor } from "./schema";

function tree(text: string): ParsedNode {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.root;
}

const check = (schema: unknown, value: string) =>
  checkSchema(tree(JSON.stringify(schema)), tree(value));
const keywords = (schema: unknown, value: string) =>
  check(schema, value).faults.map(({ keyword, pointer }) => `${keyword} ${pointer}`.trim());

test("values that fit pass, and each keyword refuses what it forbids", () => {
  const cases: [unknown, string, string][] = [
    [{ type: "string" }, '"a"', "1"],
    [{ type: ["string", "null"] }, "null", "1"],
    [{ type: "integer" }, "1.0", "1.5"],
    [{ type: "number" }, "1.5", '"1.5"'],
    [{ type: "boolean" }, "true", "0"],
    [{ type: "object" }, "{}", "[]"],
    [{ enum: [1, "a", null] }, "1.0", "2"],
    [{ const: { a: 1 } }, '{"a":1}', '{"a":2}'],
    [{ minimum: 2 }, "2", "1.9"],
    [{ maximum: 2 }, "2", "2.1"],
    [{ exclusiveMinimum: 2 }, "2.1", "2"],
    [{ exclusiveMaximum: 2 }, "1.9", "2"],
    [{ minLength: 2 }, '"😀😀"', '"😀"'],
    [{ maxLength: 1 }, '"😀"', '"ab"'],
    [{ minItems: 1 }, "[1]", "[]"],
    [{ maxItems: 1 }, "[1]", "[1,2]"],
    [{ required: ["a"] }, '{"a":1}', '{"b":1}'],
    [{ properties: { a: { type: "null" } } }, '{"a":null}', '{"a":1}'],
    [{ additionalProperties: false, properties: { a: {} } }, '{"a":1}', '{"b":1}'],
    [{ additionalProperties: { type: "string" } }, '{"a":"x"}', '{"a":1}'],
    [{ items: { type: "string" } }, '["a"]', "[1]"],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, "1", "3"],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, "null", "1"],
    [{ oneOf: [{ minimum: 1 }, { maximum: 2 }] }, "3", "1.5"],
    [{ not: { const: 1 } }, "2", "1"],
    [{ $ref: "#/$defs/x", $defs: { x: { type: "string" } } }, '"a"', "1"],
    [{ properties: { a: false } }, "{}", '{"a":1}'],
  ];
  for (const [schema, good, bad] of cases) {
    expect([schema, keywords(schema, good)]).toEqual([schema, []]);
    expect([schema, keywords(schema, bad).length > 0]).toEqual([schema, true]);
  }
});

test("a fault names its place", () => {
  const schema = { properties: { l: { items: { properties: { n: { type: "integer" } } } } } };
  expect(keywords(schema, '{"l":[{"n":1},{"n":"1"}]}')).toEqual(["type /l/1/n"]);
});

test("numbers that doubles confuse are told apart", () => {
  expect(keywords({ maximum: 1 }, "12345678901234567890")).toEqual(["maximum"]);
  const schema = tree('{"const":12345678901234567890}');
  expect(checkSchema(schema, tree("12345678901234567891")).faults.length).toBe(1);
  expect(checkSchema(schema, tree("12345678901234567890")).faults.length).toBe(0);
  expect(equal(tree("1.0"), tree("1"))).toBe(true);
});

test("what constrains and is not checked is named", () => {
  const schema = { properties: { a: { pattern: "(a+)+$", format: "email" } }, uniqueItems: true };
  expect(check(schema, '{"a":"x"}').unchecked).toEqual(["uniqueItems", "pattern", "format"]);
  expect(check({ $ref: "https://evil.example/schema" }, "1").unchecked).toEqual(["$ref"]);
});

test("a schema that refers to itself, or is huge, ends", () => {
  const began = performance.now();
  expect(check({ $ref: "#" }, "1").unchecked.length).toBeGreaterThan(0);
  const loop = { anyOf: [{ $ref: "#" }, { $ref: "#" }] };
  expect(check(loop, "1").unchecked.length).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(2000);
});

test("a field has the words of its schema, through references and optional types", () => {
  const schema = tree(
    JSON.stringify({
      properties: {
        size: { $ref: "#/$defs/Size", title: "ignored beside a reference" },
        note: { anyOf: [{ type: "string", maxLength: 5 }, { type: "null" }], title: "Note" },
        list: { items: { properties: { n: { description: "How many" } } } },
      },
      $defs: { Size: { enum: ["s", "m"], title: "Size" } },
    }),
  );
  expect(wordsFor(schema, ["size"]).options?.map(({ source }) => source)).toEqual(['"s"', '"m"']);
  expect(wordsFor(schema, ["note"]).title).toBe("Note");
  expect(wordsFor(schema, ["list", 3, "n"]).description).toBe("How many");
  expect(wordsFor(schema, ["nothing", "here"])).toEqual({});
});
