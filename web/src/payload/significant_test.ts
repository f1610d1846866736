import { expect, test } from "vitest";
import { parse } from "./parse";
import { significant } from "./significant";

const of = (text: string) => significant(parse(text));

test("how much comes before where, and where before in which", () => {
  expect(of('{"env":"prod","host":"db-7","amount":12500}')).toEqual({
    name: "amount",
    text: "12500",
  });
  expect(of('{"env":"prod","host":"db-7"}')).toEqual({ name: "host", text: "db-7" });
  expect(of('{"query":"x","env":"prod"}')).toEqual({ name: "env", text: "prod" });
  expect(of('{"charge":{"amount":5.0}}')).toEqual({ name: "charge.amount", text: "5.0" });
});

test("what cannot be typed as it is read is not asked for", () => {
  expect(of('{"host":"pr\\u043ed"}')).toBeUndefined();
  expect(of('{"host":" db"}')).toBeUndefined();
  expect(of(`{"host":"${"x".repeat(65)}"}`)).toBeUndefined();
  expect(of('{"amount":{"of":"it"}}')).toBeUndefined();
  expect(of('{"_lp_meta":{"environment":"prod"}}')).toBeUndefined();
  expect(of('{"user":"eve","role":"admin"}')).toBeUndefined();
  expect(of('"prod"')).toBeUndefined();
  expect(of("{")).toBeUndefined();
});
