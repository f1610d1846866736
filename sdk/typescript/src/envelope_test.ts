// Envelopes, against the cases that all readers share (sdk/vectors/README.md).

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type ContentKey,
  EnvelopeFault,
  newContext,
  openEnvelope,
  readContentKey,
  sealV1,
  sealV2,
} from "./envelope.js";
import type { Json } from "./jcs.js";

interface Case {
  name: string;
  why: string;
  keys: string[];
  envelope: Json;
  expect: { plaintext?: string; fault?: string };
}

const file = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../vectors/envelopes.json`, "utf8"),
) as { keys: Record<string, string>; cases: Case[] };

const key = (name: string): Promise<ContentKey> => readContentKey(file.keys[name] as string);

async function said(envelope: Json, names: string[]): Promise<Case["expect"]> {
  try {
    return { plaintext: await openEnvelope(envelope, await Promise.all(names.map(key))) };
  } catch (error) {
    if (!(error instanceof EnvelopeFault)) throw error;
    return { fault: error.code };
  }
}

test.each(file.cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
  expect(await said(one.envelope, one.keys), one.why).toEqual(one.expect);
});

test("what is sealed opens with its key and no other", async () => {
  const text = '{"amount":5000.00}';
  const context = newContext({ origin: "lp.example/p/00", service: "stripe", action: "refund" });
  const one = await key("one");
  for (const sealed of [await sealV1(text, one), await sealV2(text, one, context)]) {
    const envelope = JSON.parse(JSON.stringify(sealed)) as Json;
    expect(await said(envelope, ["two", "one"])).toEqual({ plaintext: text });
    expect(await said(envelope, ["two"])).toHaveProperty("fault");
  }
});

test("a content key is 32 bytes, and cannot be read out again", async () => {
  await expect(readContentKey("AAAA")).rejects.toThrow(RangeError);
  expect((await key("one")).aes.extractable).toBe(false);
});
