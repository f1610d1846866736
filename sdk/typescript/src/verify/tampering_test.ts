// No byte of a receipt can be changed and leave it VALID: of three receipts, each 19th byte with
// its lowest bit turned, which keeps base64 and digits what they are; with LP_EVERY_BYTE each.

import { expect, test } from "vitest";
import { fromBase64 } from "../bytes.js";
import { verifyReceipt } from "./index.js";
import { trustNamed, vectors } from "./shared_vectors.js";

const limitMs = 240_000;
const stride = process.env.LP_EVERY_BYTE ? 1 : 19; // odd: it meets every place of a base64 quartet

test.each(["approved", "passkey", "anchored and witnessed"])(
  "the bytes of the receipt %s count",
  async (name) => {
    const bytes = fromBase64(vectors.bases[name] as string) as Uint8Array;
    const options = { trust: await trustNamed(["full"]) };
    expect((await verifyReceipt(bytes, options)).verdict).toBe("VALID");
    const survivors: number[] = [];
    for (let at = 0; at < bytes.length; at += stride) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 1;
      if ((await verifyReceipt(changed, options)).verdict === "VALID") survivors.push(at);
    }
    expect(survivors).toEqual([]);
  },
  limitMs,
);
