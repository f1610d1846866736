// No byte of a receipt can be changed without the verdict: of three receipts, each byte with its
// lowest and with its highest bit turned.

import { expect, test } from "vitest";
import { fromBase64 } from "../bytes.js";
import { verifyReceipt } from "./index.js";
import { trustNamed, vectors } from "./shared_vectors.js";

const limitMs = 240_000;

test.each(["approved", "passkey", "anchored and witnessed"])(
  "every byte of the receipt %s counts",
  async (name) => {
    const bytes = fromBase64(vectors.bases[name] as string) as Uint8Array;
    const options = { trust: await trustNamed(["full"]) };
    expect((await verifyReceipt(bytes, options)).verdict).toBe("VALID");
    const survivors: number[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      for (const bit of [0x01, 0x80]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ bit;
        if ((await verifyReceipt(changed, options)).verdict === "VALID") survivors.push(at);
      }
    }
    expect(survivors).toEqual([]);
  },
  limitMs,
);
