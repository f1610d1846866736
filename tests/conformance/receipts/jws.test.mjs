import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeJws } from "./judges.mjs";
import { claimsOf, jwks, jws, receiptNamed } from "./renderings.mjs";

const { receipt } = receiptNamed("approved");
const judge = (text, keys = jwks(receipt)) => judgeJws(text, keys, "lp-receipt+jwt");

test("jose accepts the JWS, and reads the claims", async () => {
  const { payload, protectedHeader } = await judge(jws(receipt));
  assert.deepEqual({ ...payload }, claimsOf(receipt));
  const { kid } = jwks(receipt).keys[0];
  assert.deepEqual({ ...protectedHeader }, { alg: "ES256", kid, typ: "lp-receipt+jwt" });
});

const part = (text, at, change) => {
  const parts = text.split(".");
  parts[at] = change(parts[at]);
  return parts.join(".");
};
const recoded = (change) => (text) => {
  const value = JSON.parse(Buffer.from(text, "base64url").toString());
  return Buffer.from(JSON.stringify({ ...value, ...change })).toString("base64url");
};

const tamperings = {
  "another type": () => judge(part(jws(receipt), 1, recoded({ type: "decision.rejected" }))),
  "another statement": () =>
    judge(part(jws(receipt), 1, recoded({ statement_sha256: "00".repeat(32) }))),
  "another index": () => judge(part(jws(receipt), 1, recoded({ leaf_index: 0 }))),
  "another signature": () =>
    judge(part(jws(receipt), 2, (text) => `${text[0] === "A" ? "B" : "A"}${text.slice(1)}`)),
  "no signature": () => judge(part(jws(receipt), 2, () => "")),
  "the algorithm none": () => judge(part(jws(receipt), 0, recoded({ alg: "none" }))),
  "a key that is not published": () => judge(jws(receipt, { key: "no issuer" })),
  "another kid": () => judge(jws(receipt, { header: { kid: "00".repeat(32) } })),
  "a proof of another kind": () => judge(jws(receipt, { header: { typ: "lp-proof+jwt" } })),
  "keys of another project": () =>
    judge(jws(receipt), { keys: [{ ...jwks(receipt).keys[0], kid: "ff".repeat(32) }] }),
};

for (const [name, attempt] of Object.entries(tamperings)) {
  test(`jose refuses ${name}`, async () => {
    await assert.rejects(attempt());
  });
}
