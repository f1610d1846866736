import { expect, test } from "vitest";
import { contradictions } from "./claims";
import { type ParsedNode, parse } from "./parse";

function tree(text: string): ParsedNode {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.root;
}

const names = (facts: string, payload: string) =>
  contradictions(tree(facts), tree(payload)).map(({ name }) => name);

test("a fact that the payload contradicts is found", () => {
  expect(names('{"amount":5,"to":"a"}', '{"amount":5000,"to":"a"}')).toEqual(["amount"]);
  expect(names('{"amount":"5"}', '{"amount":5}')).toEqual(["amount"]);
  expect(names('{"n":12345678901234567890}', '{"n":12345678901234567891}')).toEqual(["n"]);
});

test("a fact that the payload does not speak of, or says in another spelling, is none", () => {
  expect(names('{"amount":5.0,"env":"prod"}', '{"amount":5,"list":[1]}')).toEqual([]);
  expect(names('{"list":"x"}', '{"list":[1]}')).toEqual([]);
  expect(names("[]", "{}")).toEqual([]);
});
