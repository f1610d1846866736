import assert from "node:assert/strict";
import { test } from "node:test";
import { flippedAt, judgeSignature } from "./judges.mjs";
import { issuerPem, receiptNamed } from "./renderings.mjs";

const { receipt, statement } = receiptNamed("approved");
const signature = Buffer.from(receipt.issuer.sig, "base64");
const judge = (change = {}) =>
  judgeSignature({ text: statement, der: signature, pem: issuerPem(receipt), ...change });

test("openssl verifies the issuer's signature over the statement", async () => {
  assert.equal(await judge(), "Verified OK");
});

const tamperings = {
  "a letter changed": { text: flippedAt(statement, 300) },
  "a byte behind": { text: Buffer.concat([statement, Buffer.from("\n")]) },
  "a byte missing": { text: statement.subarray(0, -1) },
  "another event": { text: receiptNamed("passkey").statement },
  "another r": { der: flippedAt(signature, 10) },
  "another s": { der: flippedAt(signature, -1) },
  "another key": {
    pem: issuerPem({ issuer: { key: receiptNamed("agent p256").receipt.agent.key } }),
  },
};

for (const [name, change] of Object.entries(tamperings)) {
  test(`openssl refuses ${name}`, async () => {
    await assert.rejects(judge(change));
  });
}
