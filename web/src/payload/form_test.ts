import { expect, test } from "vitest";
import { findIn } from "./find";
import { formOf, isNumber, nodeAt, textSource, withValue } from "./form";
import { type ParsedNode, parse } from "./parse";

function tree(text: string): ParsedNode {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.root;
}

const payload =
  '{ "amount" : 5000.00,"id":12345678901234567890,"note":"caf\\u00e9","ok":true,"none":null,' +
  '"list":[{"qty":2}],"bidi":"a\u202eb","empty":{} }';

test("every value has one field, in the order of the text and of its own kind", () => {
  const { fields, more } = formOf(tree(payload), undefined);
  expect(fields.map(({ node, kind }) => `${node.pointer} ${kind}`)).toEqual([
    "/amount number",
    "/id number",
    "/note text",
    "/ok choice",
    "/none fixed",
    "/list/0/qty number",
    "/bidi fixed",
    "/empty fixed",
  ]);
  expect(more).toBe(0);
});

test("a field writes its own bytes and no others", () => {
  const root = tree(payload);
  for (const { node } of formOf(root, undefined).fields) {
    const written = withValue(payload, node, "7");
    expect(written.slice(0, node.at)).toBe(payload.slice(0, node.at));
    expect(written.slice(node.at + 1)).toBe(payload.slice(node.at + node.source.length));
    expect(withValue(payload, node, node.source)).toBe(payload);
  }
});

test("a text that is the agent's again is spelt as the agent spelt it", () => {
  const original = nodeAt(tree(payload), ["note"]);
  expect(textSource("café", original)).toBe('"caf\\u00e9"');
  expect(textSource('a"b\n', original)).toBe('"a\\"b\\n"');
});

test("only what is a JSON number as it is typed is a number", () => {
  for (const typed of ["0", "-1.50", "1e3", "12345678901234567890"])
    expect(isNumber(typed)).toBe(true);
  for (const typed of ["", " 1", "1 ", "01", "+1", ".5", "5.", "1e999", "NaN", '"1"', "1,5"]) {
    expect([typed, isNumber(typed)]).toEqual([typed, false]);
  }
});

test("allowed values of the schema become a choice, if this is one of them", () => {
  const schema = tree('{"properties":{"size":{"enum":["s","m"]},"n":{"enum":[1,2]}}}');
  const kinds = (text: string) => formOf(tree(text), schema).fields.map(({ kind }) => kind);
  expect(kinds('{"size":"s","n":1.0}')).toEqual(["choice", "choice"]);
  expect(kinds('{"size":"xl"}')).toEqual(["text"]);
});

test("what is more than a form is good for is counted", () => {
  const items = JSON.stringify(Array.from({ length: 250 }, (_, n) => n));
  expect(formOf(tree(items), undefined)).toMatchObject({ more: 50 });
});

test("a search finds every place in names and values, folded or not", () => {
  const root = tree(`{"Needle":1,"a":["a needle","${"x".repeat(30_000)}NEEDLE"],"n":42}`);
  const { total, first } = findIn(root, "needle");
  expect(total).toBe(3);
  expect(first.map(({ pointer, name }) => [pointer, name])).toEqual([
    ["/Needle", true],
    ["/a/0", false],
    ["/a/1", false],
  ]);
  expect(first[2]?.hit).toBe("NEEDLE");
  expect(findIn(root, "42").total).toBe(1);
  expect(findIn(root, "").total).toBe(0);
});
