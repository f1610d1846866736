import { describe, expect, it } from "vitest";
import { type Bytes, hex, sha256, utf8 } from "../../../sdk/typescript/src/bytes.js";
import { leafHash, nodeHash } from "../../../sdk/typescript/src/verify/tree.js";
import { GrowingTree } from "./growing_tree";

// RFC 6962 §2.1, as it is written.
async function rootOf(leaves: Bytes[]): Promise<Bytes> {
  const [only] = leaves;
  if (!only) return sha256(new Uint8Array());
  if (leaves.length === 1) return only;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(await rootOf(leaves.slice(0, half)), await rootOf(leaves.slice(half)));
}

describe("a tree that grows", () => {
  it("has the root of its leaves at every size", async () => {
    const tree = new GrowingTree();
    const leaves: Bytes[] = [];
    expect(hex(await tree.root())).toBe(hex(await rootOf([])));
    for (let at = 0; at < 70; at += 1) {
      const leaf = await leafHash(utf8(`leaf ${at}`));
      leaves.push(leaf);
      await tree.add(leaf);
      expect(tree.size).toBe(leaves.length);
      expect(hex(await tree.root())).toBe(hex(await rootOf(leaves)));
    }
  });
});
