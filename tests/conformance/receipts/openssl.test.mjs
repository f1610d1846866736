import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { issuerPem, receiptNamed } from "./renderings.mjs";

const { receipt, statement } = receiptNamed("approved");
const signature = Buffer.from(receipt.issuer.sig, "base64");

// `openssl dgst` on files of its own, as the guide shows it.
async function judge({ text = statement, der = signature, key = issuerPem(receipt) } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "lp-openssl-"));
  try {
    const file = (name) => join(folder, name);
    await writeFile(file("statement"), text);
    await writeFile(file("statement.sig"), der);
    await writeFile(file("issuer.pem"), key);
    const words = ["dgst", "-sha256", "-verify", file("issuer.pem")];
    words.push("-signature", file("statement.sig"), file("statement"));
    const { stdout } = await promisify(execFile)("openssl", words);
    return stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

const flippedAt = (bytes, at) => {
  const changed = Buffer.from(bytes);
  changed[at] ^= 1;
  return changed;
};

test("openssl verifies the issuer's signature over the statement", async () => {
  assert.equal(await judge(), "Verified OK");
});

const tamperings = {
  "a letter changed": { text: flippedAt(statement, 300) },
  "a byte behind": { text: Buffer.concat([statement, Buffer.from("\n")]) },
  "a byte missing": { text: statement.subarray(0, -1) },
  "another event": { text: receiptNamed("passkey").statement },
  "another r": { der: flippedAt(signature, 10) },
  "another s": { der: flippedAt(signature, signature.length - 1) },
  "another key": {
    key: issuerPem({ issuer: { key: receiptNamed("agent p256").receipt.agent.key } }),
  },
};

for (const [name, change] of Object.entries(tamperings)) {
  test(`openssl refuses ${name}`, async () => {
    await assert.rejects(judge(change));
  });
}
