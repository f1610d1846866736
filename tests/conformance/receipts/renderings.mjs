// The renderings of a receipt (spec/receipt-format.md §7), made from the shared vectors as that
// page says, for programs that know nothing of LetsPing to judge.

import { createECDH, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { issuerKeysOf, keyId, logId, pemOf, readVkey, sha256, trustedRootOf } from "./trusted.mjs";

const path = join(import.meta.dirname, "../../../sdk/vectors/receipts.json");
const vectors = JSON.parse(readFileSync(path, "utf8"));
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const bytes = (text) => Buffer.from(text, "base64");

export function receiptNamed(name) {
  const receipt = JSON.parse(bytes(vectors.bases[name]).toString());
  return { receipt, statement: bytes(receipt.statement) };
}

function proofOf({ tlog }) {
  const gap = tlog.proof.indexOf("\n\n");
  const [, index, ...hashes] = tlog.proof.slice(0, gap).split("\n");
  const envelope = tlog.proof.slice(gap + 2);
  const [origin, size, root] = envelope.split("\n");
  return { index: index.slice("index ".length), hashes, envelope, origin, size, root };
}

// The key of the vectors' trust file that signed this note.
function logVkey({ envelope, origin }) {
  const line = envelope.split("\n").find((text) => text.startsWith(`— ${origin} `));
  const id = bytes(line.split(" ")[2]).subarray(0, 4).toString("hex");
  return vectors.trust.full.log_vkeys.find((text) => text.startsWith(`${origin}+${id}+`));
}

const hintOf = ({ issuer }) => keyId(issuer.key);

export function sigstoreBundle(receipt) {
  const proof = proofOf(receipt);
  const { index, hashes, envelope, size, root } = proof;
  const entry = {
    logIndex: index,
    logId: { keyId: logId(proof.origin, readVkey(logVkey(proof)).key) },
    kindVersion: { kind: "hashedrekord", version: "0.0.2" },
    inclusionProof: {
      logIndex: index,
      rootHash: root,
      treeSize: size,
      hashes,
      checkpoint: { envelope },
    },
    canonicalizedBody: receipt.tlog.leaf,
  };
  const digest = sha256(bytes(receipt.statement)).toString("base64");
  return {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: hintOf(receipt) }, tlogEntries: [entry] },
    messageSignature: {
      messageDigest: { algorithm: "SHA2_256", digest },
      signature: receipt.issuer.sig,
    },
  };
}

export const trustedRoot = (receipt) => trustedRootOf([logVkey(proofOf(receipt))]);
export const issuerKeys = ({ issuer }) => issuerKeysOf([issuer.key]);
export const issuerPem = ({ issuer }) => pemOf(issuer.key);

// The vectors' keys are made from their names (sdk/vectors/keys.py).
function privateKey(name) {
  const seed = sha256("letsping vectors\0", `p256 ${name}`);
  const scalar = (BigInt(`0x${seed.toString("hex")}`) % (order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: d.toString("base64url"),
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  return { jwk, key: createPrivateKey({ key: jwk, format: "jwk" }) };
}

// The checkpoint under another first line, by the log's own key and in its own name: what a log
// that has turned bad could sign.
export function checkpointOf(receipt, otherOrigin) {
  const { envelope, origin } = proofOf(receipt);
  const { id, key } = readVkey(logVkey({ envelope, origin }));
  const body = envelope.slice(0, envelope.indexOf("\n\n") + 1).replace(origin, otherOrigin);
  const signature = sign(null, Buffer.from(body), logPrivateKey(key));
  const line = Buffer.concat([Buffer.from(id, "hex"), signature]).toString("base64");
  return `${body}\n— ${origin} ${line}\n`;
}

function logPrivateKey(publicKey) {
  for (const name of ["log 1", "log 2"]) {
    const seed = sha256("letsping vectors\0", `ed25519 ${name}`);
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const spki = createPublicKey(key).export({ format: "der", type: "spki" });
    if (spki.subarray(-32).equals(publicKey)) return key;
  }
  throw new Error("no log of the vectors has this key");
}

export function jwks({ issuer }) {
  const jwk = createPublicKey({ key: bytes(issuer.key), format: "der", type: "spki" }).export({
    format: "jwk",
  });
  return { keys: [{ ...jwk, use: "sig", alg: "ES256", kid: keyId(issuer.key) }] };
}

export function claimsOf(receipt) {
  const { predicate } = JSON.parse(bytes(receipt.statement).toString());
  return {
    leaf_index: Number(proofOf(receipt).index),
    origin: predicate.origin,
    statement_sha256: sha256(bytes(receipt.statement)).toString("hex"),
    stream: predicate.stream.id,
    time: predicate.time,
    type: predicate.type,
  };
}

export function jws(receipt, { header = {}, claims = claimsOf(receipt), key = "issuer 1" } = {}) {
  const kid = hintOf(receipt);
  const parts = [{ alg: "ES256", kid, typ: "lp-receipt+jwt", ...header }, claims];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const signature = sign("sha256", Buffer.from(input.join(".")), {
    key: privateKey(key).key,
    dsaEncoding: "ieee-p1363",
  });
  return [...input, signature.toString("base64url")].join(".");
}
