// The content key (LETSPING_ENCRYPTION_KEY): 32 bytes that agents and approvers share and the
// server never sees. It is imported twice from the same bytes, for AES-GCM and for HKDF, both
// times non-extractable: nothing in this program can print it again. A key that is made here exists
// as text once, for as long as its maker's page keeps it.

import { type Bytes, base64, fromBase64, hex, randomBytes, sha256, tagged } from "./bytes";
import { fourWords } from "./words";
import { type WrapKey, wrap } from "./wrap";

export interface ContentKey {
  kid: string; // hex of the first 8 bytes of SHA-256("lp-kid/1\0" ‖ key)
  words: string;
  aes: CryptoKey;
  hkdf: CryptoKey;
  added: string;
  made?: true; // in this browser, and shown once then
  // Wrapped for this browser's own wrap key: what it takes to hand it on or to print it. Keys that
  // came before there were such copies have none.
  copy?: string;
}

export type KeyText = { ok: true; bytes: Bytes } | { ok: false; problem: string };

// Reads what a person pastes: the base64 itself, or the whole line `export LETSPING_…="…"`.
// base64url and missing padding are taken too, as the published Node client takes them, and the
// groups of four in which the recovery sheet prints it.
export function readKeyText(text: string): KeyText {
  const assigned = /LETSPING_ENCRYPTION_KEY\s*[=:]\s*["']?([^\s"']+)/.exec(text);
  const bare = (assigned?.[1] ?? text).replace(/\s+/g, "");
  if (bare === "") return { ok: false, problem: "There is nothing to import." };
  const standard = bare.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  const padded = standard + "=".repeat((4 - (standard.length % 4)) % 4);
  const bytes = fromBase64(padded);
  if (!bytes) {
    return {
      ok: false,
      problem: "This is not base64. Copy the value of LETSPING_ENCRYPTION_KEY.",
    };
  }
  if (bytes.length !== 32) {
    return {
      ok: false,
      problem:
        `This is ${bytes.length} bytes long. A content key is 32 bytes, which are ` +
        "44 characters of base64.",
    };
  }
  return { ok: true, bytes };
}

// Overwrites `raw` when done.
export async function importContentKey(
  raw: Bytes,
  added: string,
  own?: WrapKey,
): Promise<ContentKey> {
  const hash = await sha256(tagged("lp-kid/1", raw));
  const kid = hex(hash.subarray(0, 8));
  const copy = own && (await wrap(raw, own.spki, { kid }));
  const [aes, hkdf] = await Promise.all([
    crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]),
    crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey", "deriveBits"]),
  ]);
  raw.fill(0);
  return { kid, words: fourWords(hash), aes, hkdf, added, ...(copy && { copy }) };
}

// A new key, and its text for whoever made it: the only time that it can be read.
export async function makeContentKey(
  made: string,
  own?: WrapKey,
): Promise<{ key: ContentKey; text: string }> {
  const raw = randomBytes(32);
  const text = base64(raw);
  return { key: { ...(await importContentKey(raw, made, own)), made: true }, text };
}

// The words of a key id that we only know by name, for example that of a request we cannot open.
export function kidWords(kid: string): string {
  return fourWords(Uint8Array.from(kid.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}
