// Proofs of consistency, against trees that are built in the plainest way.

import { expect, test } from "vitest";
import { type Bytes, utf8 } from "../bytes.js";
import { goesOn, leafHash, nodeHash } from "./tree.js";

const sizeMax = 17;
const leaves = await Promise.all(
  Array.from({ length: sizeMax }, (_, index) => leafHash(utf8(`${index}`))),
);
const split = (size: number) => 2 ** Math.floor(Math.log2(size - 1));

async function rootOf(from: number, to: number): Promise<Bytes> {
  if (to - from === 1) return leaves[from] as Bytes;
  const middle = from + split(to - from);
  return nodeHash(await rootOf(from, middle), await rootOf(middle, to));
}

// SUBPROOF of RFC 9162 §2.1.4.1.
async function proof(first: number, from: number, to: number, whole: boolean): Promise<Bytes[]> {
  const size = to - from;
  if (first === size) return whole ? [] : [await rootOf(from, to)];
  const half = split(size);
  return first <= half
    ? [...(await proof(first, from, from + half, whole)), await rootOf(from + half, to)]
    : [...(await proof(first - half, from + half, to, false)), await rootOf(from, from + half)];
}

test("every tree goes on from each before it, and no other proof says so", async () => {
  for (let to = 1; to <= sizeMax; to += 1) {
    const second = { size: to, root: await rootOf(0, to) };
    for (let from = 1; from <= to; from += 1) {
      const first = { size: from, root: await rootOf(0, from) };
      const path = await proof(from, 0, to, true);
      expect(await goesOn(first, second, path), `${from} ${to}`).toBe(true);
      const other = { ...second, root: leaves[1] as Bytes };
      expect(await goesOn(first, other, path)).toBe(false);
      expect(await goesOn({ ...first, root: other.root }, second, path)).toBe(false);
      expect(await goesOn(first, second, [...path, other.root])).toBe(false);
      if (from < to) {
        expect(await goesOn(second, first, path)).toBe(false);
        expect(await goesOn(first, second, path.slice(1))).toBe(false);
        expect(await goesOn(first, second, path.slice(0, -1))).toBe(false);
      }
    }
  }
  const root = leaves[0] as Bytes;
  expect(await goesOn({ size: 0, root }, { size: 1, root }, [])).toBe(false);
});
