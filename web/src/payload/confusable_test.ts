import { expect, test } from "vitest";
import { skeleton, twins } from "./confusable";

test("two names that look alike are found, and others are not", () => {
  const found = (...names: string[]) => [...twins(names)].sort();
  expect(found("amount", "\u0430mount")).toEqual([
    ["amount", "\u0430mount"],
    ["\u0430mount", "amount"],
  ]);
  expect(found("total", "tota1").length).toBe(2);
  expect(found("caf\u00e9", "cafe\u0301").length).toBe(2);
  expect(found("to", "to\u200b").length).toBe(2);
  expect(found("amount", "amounts", "account", "Amount")).toEqual([]);
  expect(found("a", "a")).toEqual([]); // The same name twice is another finding.
});

test("a skeleton is that of its look-alikes", () => {
  expect(skeleton("\u0440\u0430y\u0440\u0430l")).toBe(skeleton("paypal"));
  expect(skeleton("ｐａｙｐａｌ")).toBe(skeleton("paypal"));
  expect(skeleton("paypal")).not.toBe(skeleton("paypa"));
});
