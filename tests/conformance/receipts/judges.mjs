// The programs of others that judge: each accepts by returning and refuses by throwing.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { createLocalJWKSet, jwtVerify } from "jose";

// `keys` by their hints; `root` as JSON.
export function judgeBundle({ bundle, artifact, root, keys }) {
  const material = toTrustMaterial(TrustedRoot.fromJSON(root), keys);
  const verifier = new Verifier(material, {
    tlogThreshold: 1,
    ctlogThreshold: 0,
    timestampThreshold: 0,
  });
  verifier.verify(toSignedEntity(bundleFromJSON(bundle), artifact));
}

// `typ` is what somebody has to demand, or a proof of one kind passes for another.
export const judgeJws = (text, keys, typ) =>
  jwtVerify(text, createLocalJWKSet(keys), { algorithms: ["ES256"], typ });

// `openssl dgst` on files of its own, as the guide shows it; gives back what it said.
export async function judgeSignature({ text, der, pem }) {
  const folder = await mkdtemp(join(tmpdir(), "lp-openssl-"));
  try {
    const file = (name) => join(folder, name);
    await writeFile(file("statement"), text);
    await writeFile(file("statement.sig"), der);
    await writeFile(file("issuer.pem"), pem);
    const words = ["dgst", "-sha256", "-verify", file("issuer.pem")];
    words.push("-signature", file("statement.sig"), file("statement"));
    const { stdout } = await promisify(execFile)("openssl", words);
    return stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const flippedAt = (buffer, at) => {
  const changed = Buffer.from(buffer);
  changed[at < 0 ? changed.length + at : at] ^= 1;
  return changed;
};
export const flippedBase64 = (text) =>
  flippedAt(Buffer.from(text, "base64"), -1).toString("base64");
