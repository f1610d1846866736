import { expect, test } from "vitest";
import { changes } from "./changes";
import { parse } from "./parse";
import { summaryText } from "./summary";

function rootOf(text: string) {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.root;
}
const summary = (before: string, after: string) =>
  JSON.parse(summaryText(changes(rootOf(before), rootOf(after))));

test("names what changed by pointer and type, and no value", () => {
  expect(
    summary('{"amount":5000,"ok":true,"gone":null}', '{"amount":"secret","ok":false,"new":[1]}'),
  ).toEqual({
    changes: [
      { pointer: "/amount", change: "changed", from: "number", to: "string" },
      { pointer: "/ok", change: "changed", from: "boolean", to: "boolean" },
      { pointer: "/new", change: "added", to: "array" },
      { pointer: "/gone", change: "removed", from: "null" },
    ],
  });
});

test("is short, and says how much it leaves out", () => {
  const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`name ${i}`, i]));
  const { changes: listed, more } = summary("{}", JSON.stringify(many));
  expect(listed.length + more).toBe(2000);
  expect(more).toBeGreaterThan(0);
});
