import { expect, test } from "vitest";
import { concat, fromHex } from "../bytes.js";
import { isGoodEd25519, rawOfDer } from "./signatures.js";

const half = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";
const r = "11".repeat(32);
const der = (body: string) =>
  fromHex(`30${(body.length / 2).toString(16).padStart(2, "0")}${body}`);
const integer = (digits: string) =>
  `02${(digits.length / 2).toString(16).padStart(2, "0")}${digits}`;

test("a DER signature has one spelling", () => {
  const good = der(integer(r) + integer("01"));
  expect(rawOfDer(good, "low")).toEqual(fromHex(`${r}${"00".repeat(31)}01`));
  for (const bad of [
    concat(good, new Uint8Array(1)),
    good.subarray(0, -1),
    der(`${integer(r)}${integer("0001")}`), // a zero too many
    der(`${integer(r)}${integer("81")}`), // negative
    der(`${integer(r)}0200`), // empty
    der(`${integer(`01${r}`)}${integer("01")}`), // 33 bytes
    fromHex(`3081${der(integer(r) + integer("01")).length}`),
  ]) {
    expect(rawOfDer(bad, "any")).toBeUndefined();
  }
});

test("low s ends at half the order", () => {
  const above = `${half.slice(0, -1)}9`;
  expect(rawOfDer(der(integer(r) + integer(half)), "low")).toBeDefined();
  expect(rawOfDer(der(integer(r) + integer(above)), "low")).toBeUndefined();
  expect(rawOfDer(der(integer(r) + integer(above)), "any")).toBeDefined();
});

test("an Ed25519 key under which any text is signed is none", () => {
  for (const bad of [
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(30)}7f`, // not canonical: zero
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  ]) {
    expect(isGoodEd25519(fromHex(bad)), bad).toBe(false);
  }
  expect(isGoodEd25519(fromHex("58".repeat(32)))).toBe(true);
});
