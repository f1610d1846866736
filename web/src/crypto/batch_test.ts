import { expect, test } from "vitest";
import { demandBatch, readBatchHead } from "../../../sdk/typescript/src/verify/batch.js";
import type { DecisionCore } from "../../../sdk/typescript/src/verify/decision_core.js";
import { leafHash, nodeHash } from "../../../sdk/typescript/src/verify/tree.js";
import { batchHead, batchMax } from "./batch";
import { type Bytes, hex, utf8 } from "./bytes";

const terms = { aud: "o/p/1", service: "stripe", action: "refund", rule_sha256: "ab".repeat(32) };

test("what is signed is the head that every verifier reads", async () => {
  const cores = ["one", "two", "three"];
  const head = await batchHead(terms, cores);
  const leaves = await Promise.all(cores.map((core) => leafHash(utf8(core))));
  const [one, two, three] = leaves as [Bytes, Bytes, Bytes];
  const left = await nodeHash(one, two);
  const root = hex(await nodeHash(left, three));
  expect(readBatchHead(utf8(head))).toEqual({ ...terms, size: 3, root });
  const human = {
    core: utf8("three"),
    batch: { head: utf8(head), index: 2, path: [left] },
  } as never;
  const core = { aud: terms.aud, rule_sha256: terms.rule_sha256, level: "high" } as DecisionCore;
  await demandBatch(human, core, terms as never, "it");
  const other = { ...terms, action: "payout" } as never;
  await expect(demandBatch(human, core, other, "it")).rejects.toThrow("of another action");
});

test("nobody signs for none, or for more than can be read in one go", async () => {
  await expect(batchHead(terms, [])).rejects.toThrow(RangeError);
  const many = Array.from({ length: batchMax + 1 }, (_, at) => `core ${at}`);
  await expect(batchHead(terms, many)).rejects.toThrow(RangeError);
  await expect(batchHead(terms, many.slice(1))).resolves.toContain(`"size":${batchMax}`);
});
