import { expect, test } from "vitest";
import { belied, contradictions } from "./claims";
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

test("a fact that is not what stands at its source was a lie, however it is spelt", () => {
  const sources = { amount: "/amount", to: "/lines/1/to" };
  const lies = (facts: string, payload: string) => belied(sources, tree(facts), tree(payload));
  const payload = '{"amount":5000,"lines":[{"to":"a"},{"to":"b"}]}';
  expect(lies('{"amount":5000.0,"to":"b"}', payload)).toEqual([]);
  expect(lies('{"amount":1,"to":"b"}', payload)).toEqual(["amount"]);
  expect(lies('{"amount":"5000","to":"a"}', payload)).toEqual(["amount", "to"]);
  // What is not in the payload cannot be shown to be true.
  expect(lies('{"amount":1}', "{}")).toEqual(["amount"]);
  // What was not said counted as unknown, which is ruled the strictest.
  expect(lies("{}", payload)).toEqual([]);
  expect(belied(sources, undefined, tree(payload))).toEqual([]);
});
