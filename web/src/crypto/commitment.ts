// Commitments: HMACs that bind what a person saw without telling the log what it was.
//
// A signature over ciphertext does not bind the plaintext (AES-GCM opens under two keys if
// somebody arranges it), and an unkeyed hash of a small payload can be guessed. So everything is
// an HMAC under k, which follows from the content key, or is handed out with a plaintext
// payload.

import { type Bytes, concat, fromBase64, hex, sha256, tagged, utf8 } from "./bytes";
import type { ContentKey } from "./content_key";
import type { Envelope } from "./envelope";
import { jcs } from "./jcs";

export type Role = "base" | "edit"; // the agent's own payload, or a person's edit of it

export interface Display {
  renderer: string;
  version: string;
  assets_sha256: string;
  leaves_shown: number;
  leaves_total: number;
}

// k of an envelope. The salt of version 1 is derived and never published.
export async function envelopeCommitmentKey(
  key: ContentKey,
  envelope: Envelope,
): Promise<CryptoKey> {
  const salt =
    envelope.salt ?? (await sha256(tagged("lp-salt/1", concat(envelope.iv, envelope.ct))));
  const info = utf8(envelope.kind === "v2" ? "lp-commit/2" : "lp-commit/1");
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt, info },
    key.hkdf,
    256,
  );
  return importHmac(new Uint8Array(bits));
}

// k of a plaintext payload: `commit_key` of the server's answer.
export async function plainCommitmentKey(text: string): Promise<CryptoKey | undefined> {
  const bytes = fromBase64(text);
  return bytes?.length === 32 ? importHmac(bytes) : undefined;
}

export function commitment(k: CryptoKey, role: Role, payload: Bytes): Promise<string> {
  return hmac(k, tagged("lp-commit/1", tagged(role, payload)));
}

export function reasonDigest(k: CryptoKey, reason: string): Promise<string> {
  return hmac(k, tagged("lp-reason/1", utf8(reason)));
}

export function displayDigest(k: CryptoKey, display: Display): Promise<string> {
  return hmac(k, tagged("lp-display/1", utf8(jcs({ ...display }))));
}

function importHmac(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
}

async function hmac(k: CryptoKey, message: Bytes): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", k, message)));
}
