// The cases that all verifiers are held to (sdk/vectors/README.md), for the tests.

import { readFileSync } from "node:fs";
import { fromBase64 } from "../bytes.js";
import { type Options, readTrust, type Trust } from "./index.js";

export interface Case {
  name: string;
  why: string;
  trust: string[];
  allow_test?: boolean;
  human_check?: "erased";
  marks?: string[];
  keys_cosigned?: boolean;
  require?: NonNullable<Options["require"]>;
  file?: string;
  base?: string;
  edits?: [offset: number, remove: number, put: string][];
  expect: { verdict: string; check?: string; human: string; log: string };
}

interface Vectors {
  trust: Record<string, object>;
  bases: Record<string, string>;
  cases: Case[];
}

const path = `${import.meta.dirname}/../../../vectors/receipts.json`;
export const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors;

export function trustNamed(names: string[]): Promise<Trust[]> {
  return Promise.all(names.map((name) => readTrust(JSON.stringify(vectors.trust[name]))));
}

export function bytesOf(one: Case): Uint8Array {
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
