import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { flippedBase64 as flipped, judgeBundle } from "./judges.mjs";
import {
  checkpointOf,
  issuerKeys,
  receiptNamed,
  sigstoreBundle,
  trustedRoot,
} from "./renderings.mjs";

const names = ["approved", "passkey", "quorum", "rejected", "created"];
const { receipt, statement } = receiptNamed("approved");

function judge(
  { bundle = sigstoreBundle(receipt), root = trustedRoot(receipt) } = {},
  artifact = statement,
  keys = issuerKeys(receipt),
) {
  judgeBundle({ bundle, artifact, root, keys });
}

// The bundle with one thing changed.
function changed(change) {
  const bundle = sigstoreBundle(receipt);
  const [entry] = bundle.verificationMaterial.tlogEntries;
  change(bundle, entry, entry.inclusionProof);
  return { bundle };
}

for (const name of names) {
  test(`@sigstore/verify accepts the bundle of: ${name}`, () => {
    const { receipt: one, statement: artifact } = receiptNamed(name);
    judge({ bundle: sigstoreBundle(one), root: trustedRoot(one) }, artifact, issuerKeys(one));
  });
}

const tamperings = {
  "another artifact": () => judge({}, Buffer.concat([statement, Buffer.from(" ")])),
  "another signature": () =>
    judge(
      changed((bundle) => {
        bundle.messageSignature.signature = flipped(bundle.messageSignature.signature);
      }),
    ),
  "another digest": () =>
    judge(
      changed((bundle) => {
        const { messageDigest } = bundle.messageSignature;
        messageDigest.digest = flipped(messageDigest.digest);
      }),
    ),
  "another leaf": () =>
    judge(
      changed((_bundle, entry) => {
        entry.canonicalizedBody = receiptNamed("passkey").receipt.tlog.leaf;
      }),
    ),
  "another hash in the path": () =>
    judge(
      changed((_bundle, _entry, proof) => {
        proof.hashes[0] = flipped(proof.hashes[0]);
      }),
    ),
  "a shorter path": () =>
    judge(
      changed((_bundle, _entry, proof) => {
        proof.hashes.pop();
      }),
    ),
  "another index": () =>
    judge(
      changed((_bundle, _entry, proof) => {
        proof.logIndex = String(Number(proof.logIndex) + 1);
      }),
    ),
  "another size in the checkpoint": () =>
    judge(
      changed((_bundle, _entry, proof) => {
        proof.checkpoint.envelope = proof.checkpoint.envelope.replace(/\n(\d+)\n/, "\n9$1\n");
      }),
    ),
  "another origin in the checkpoint": () =>
    judge(
      changed((_bundle, _entry, proof) => {
        proof.checkpoint.envelope = `x${proof.checkpoint.envelope}`;
      }),
    ),
  "an issuer that is not known": () =>
    judge(
      changed((bundle) => {
        bundle.verificationMaterial.publicKey.hint = "00".repeat(32);
      }),
    ),
  "another log key": () => {
    const root = trustedRoot(receipt);
    const { publicKey } = generateKeyPairSync("ed25519");
    const der = publicKey.export({ format: "der", type: "spki" });
    root.tlogs[0].publicKey.rawBytes = der.toString("base64");
    judge({ root });
  },
  "a log that is not trusted": () => judge({ root: { ...trustedRoot(receipt), tlogs: [] } }),
};

for (const [name, attempt] of Object.entries(tamperings)) {
  test(`@sigstore/verify refuses ${name}`, () => {
    assert.throws(attempt);
  });
}

// Why a bundle is no receipt: these are for our own verifiers to find.
test("@sigstore/verify does not look at what stands beside the proof", () => {
  judge(
    changed((_bundle, entry, proof) => {
      entry.logIndex = "0";
      proof.rootHash = flipped(proof.rootHash);
      proof.treeSize = "1";
    }),
  );
});

test("@sigstore/verify does not look at the origin line", () => {
  judge(
    changed((_bundle, _entry, proof) => {
      proof.checkpoint.envelope = checkpointOf(receipt, "example.com/another-log");
    }),
  );
});
