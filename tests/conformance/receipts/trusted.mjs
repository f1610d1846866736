// What a foreign client is told to trust, in its own words, made from keys that a trust file names.

import { createHash, createPublicKey } from "node:crypto";

const bytes = (text) => Buffer.from(text, "base64");
export const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

// The hint of a bundle and the `kid` of a JWS.
export const keyId = (spki) => sha256(bytes(spki)).toString("hex");

// Sigstore knows a log by the whole hash of which a note's key id is the beginning.
export const logId = (origin, key) =>
  sha256(`${origin}\n`, Buffer.from([1]), key).toString("base64");

// A verifier key of a log: `origin+id+base64(type ‖ key)`.
export function readVkey(vkey) {
  const [origin, id, ...rest] = vkey.split("+");
  return { origin, id, key: bytes(rest.join("+")).subarray(1) };
}

// The note's key name is looked for in `baseUrl`, so that has to hold the origin.
export function trustedRootOf(vkeys) {
  const tlogs = vkeys.map(readVkey).map(({ origin, key }) => {
    const keyId = logId(origin, key);
    const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]);
    const publicKey = { rawBytes: spki.toString("base64"), keyDetails: "PKIX_ED25519" };
    return {
      baseUrl: `https://${origin}`,
      hashAlgorithm: "SHA2_256",
      publicKey: { ...publicKey, validFor: { start: "2026-01-01T00:00:00Z" } },
      logId: { keyId },
      checkpointKeyId: { keyId },
    };
  });
  return {
    mediaType: "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    tlogs,
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: [],
  };
}

export const issuerKeysOf = (spkis) =>
  Object.fromEntries(
    spkis.map((spki) => [
      keyId(spki),
      { rawBytes: bytes(spki), keyDetails: "PKIX_ECDSA_P256_SHA_256" },
    ]),
  );

export const pemOf = (spki) =>
  createPublicKey({ key: bytes(spki), format: "der", type: "spki" }).export({
    format: "pem",
    type: "spki",
  });
