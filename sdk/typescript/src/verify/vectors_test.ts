// The shared cases of sdk/vectors: the same verdict, the same check, the same classes as the C++
// and Python verifiers.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromBase64 } from "../bytes.js";
import { type Options, readTrust, verifyReceipt } from "./index.js";

interface Case {
  name: string;
  why: string;
  trust: string[];
  allow_test?: boolean;
  require?: Options["require"];
  file?: string;
  base?: string;
  edits?: [number, number, string][];
  expect: { verdict: string; check?: string; human: string; log: string };
}

interface Vectors {
  trust: Record<string, object>;
  bases: Record<string, string>;
  cases: Case[];
}

const path =
  process.env.RECEIPT_VECTORS ?? `${import.meta.dirname}/../../../vectors/receipts.json`;
const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors;

function bytesOf(one: Case): Uint8Array {
  const base = fromBase64(one.file ?? (vectors.bases[one.base ?? ""] as string)) as Uint8Array;
  // From the last to the first, so that an edit does not move the place of the next.
  return (one.edits ?? []).reduceRight((bytes, [offset, remove, put]) => {
    const inserted = fromBase64(put) as Uint8Array;
    const made = new Uint8Array(bytes.length - remove + inserted.length);
    made.set(bytes.subarray(0, offset));
    made.set(inserted, offset);
    made.set(bytes.subarray(offset + remove), offset + inserted.length);
    return made;
  }, base);
}

async function optionsOf(one: Case): Promise<Options> {
  const texts = one.trust.map((name) => JSON.stringify(vectors.trust[name]));
  return {
    trust: await Promise.all(texts.map(readTrust)),
    ...(one.require && { require: one.require }),
    ...(one.allow_test && { allowTest: true }),
  };
}

describe("shared cases", () => {
  test.each(vectors.cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    const report = await verifyReceipt(bytesOf(one), await optionsOf(one));
    const { verdict, check, human, log } = report;
    expect({ verdict, check, human, log }, `${one.why}\n${report.why}`).toEqual({
      check: undefined,
      ...one.expect,
    });
  });
});
