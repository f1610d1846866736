// Idempotency keys and content marks, against the cases that all SDKs share (sdk/vectors).

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { askKey, Sealer } from "./payloads.js";

interface Vectors {
  key: string;
  run_id: string;
  service: string;
  action: string;
  cases: { name: string; payload: string; idempotency_key: string; idem: string }[];
}
const path = `${import.meta.dirname}/../../../vectors/idempotency.json`;
const file = JSON.parse(readFileSync(path, "utf8")) as Vectors;

test.each(file.cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
  const { run_id: run, service, action } = file;
  expect(await askKey(run, service, action, one.payload)).toBe(one.idempotency_key);
  const sealer = new Sealer(file.key);
  expect(await sealer.contentMac(service, action, one.payload)).toBe(one.idem);
});

test("without a content key nothing is said of the content", async () => {
  expect(await new Sealer("").contentMac("s", "a", "{}")).toBeUndefined();
});
