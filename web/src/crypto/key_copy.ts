// A person's copy of the content keys of this browser, which the server keeps and cannot open:
// under what a passkey alone can compute (WebAuthn PRF), or under a passphrase (spec/encryption.md
// §10).

import { type Bytes, base64, fromBase64, randomBytes, tagged, utf8 } from "./bytes";
import { type Json, jcs } from "./jcs";
import { words } from "./words";
import { kidOf } from "./wrap";

export type CopyKind = "passkey" | "passphrase";

// How the key of a copy is made again; all of it is bound into the copy.
type Terms =
  | { kind: "passkey"; member: string; salt: string; credential: string; rp_id: string }
  | { kind: "passphrase"; member: string; salt: string; iterations: number };

export interface CopyKey {
  terms: Terms;
  key: CryptoKey;
}

// What a guess costs. The operator holds the copy and may guess, so the passphrase is long too.
export const passphraseIterations = 600_000;
const iterationsMax = 10_000_000; // more would only make the page stand still
export const passphraseMin = 16;

// Eight of 256 words: 64 bits, which nobody guesses at that cost.
export function newPassphrase(): string {
  return Array.from(randomBytes(8), (byte) => words[byte]).join(" ");
}

const plainPassphrase = (text: string) => text.normalize("NFKC").trim().replace(/\s+/g, " ");

export const passphraseIsLong = (text: string) => plainPassphrase(text).length >= passphraseMin;

export async function passphraseKey(
  text: string,
  member: string,
  salt = base64(randomBytes(32)),
  iterations = passphraseIterations,
): Promise<CopyKey> {
  const base = await crypto.subtle.importKey(
    "raw",
    utf8(plainPassphrase(text)),
    "PBKDF2",
    false,
    ["deriveKey"],
  );
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  return { terms: { kind: "passphrase", member, salt, iterations }, key };
}

// `secret` is what the passkey gave for the salt.
export async function passkeyKey(
  secret: Bytes,
  member: string,
  salt: string,
  credential: string,
  rp_id: string,
): Promise<CopyKey> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  secret.fill(0);
  const key = await crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: bytesOf(salt),
      info: tagged("lp-copy/1", utf8(member)),
    },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  return { terms: { kind: "passkey", member, salt, credential, rp_id }, key };
}

// The keys by their ids; their bytes are the caller's to overwrite.
export async function sealCopy(keys: Map<string, Bytes>, by: CopyKey): Promise<string> {
  const terms = jcs({ ...by.terms, kids: [...keys.keys()].sort() });
  const clear = utf8(jcs(Object.fromEntries([...keys].map(([kid, raw]) => [kid, base64(raw)]))));
  const iv = randomBytes(12);
  const ct = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: tagged("lp-copy/1", utf8(terms)) },
    by.key,
    clear,
  );
  clear.fill(0);
  return jcs({ terms, iv: base64(iv), ct: base64(new Uint8Array(ct)) });
}

export interface ReadCopy {
  terms: Terms & { kids: string[] };
  text: string; // exact, as bound
  iv: Bytes;
  ct: Bytes;
}

// Nothing for what this page has not made for this member: a server that lowers the iterations, or
// hands over another's copy, gets no passphrase typed for it.
export function readCopy(document: string, member: string): ReadCopy | undefined {
  try {
    const { terms: text, iv, ct } = JSON.parse(document) as Record<string, string>;
    const terms = JSON.parse(text ?? "") as ReadCopy["terms"];
    const ivBytes = fromBase64(iv ?? "");
    const ctBytes = fromBase64(ct ?? "");
    const strong =
      terms.kind === "passkey" ||
      (terms.kind === "passphrase" &&
        Number.isInteger(terms.iterations) &&
        terms.iterations >= passphraseIterations &&
        terms.iterations <= iterationsMax);
    if (terms.member !== member || !strong || jcs(terms as unknown as Json) !== text) {
      return undefined;
    }
    if (ivBytes?.length !== 12 || !ctBytes || fromBase64(terms.salt)?.length !== 32) {
      return undefined;
    }
    return { terms, text, iv: ivBytes, ct: ctBytes };
  } catch {
    return undefined;
  }
}

// Every key that it holds; nothing when the passphrase or passkey is another, or it was changed.
export async function openCopy(copy: ReadCopy, by: CopyKey): Promise<Bytes[] | undefined> {
  try {
    const clear = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: copy.iv, additionalData: tagged("lp-copy/1", utf8(copy.text)) },
      by.key,
      copy.ct,
    );
    const keys = JSON.parse(new TextDecoder().decode(clear)) as Record<string, string>;
    const found: Bytes[] = [];
    for (const [kid, text] of Object.entries(keys)) {
      const raw = bytesOf(text);
      if (raw.length !== 32 || (await kidOf(raw)) !== kid) return undefined;
      found.push(raw);
    }
    return found;
  } catch {
    return undefined;
  }
}

function bytesOf(text: string): Bytes {
  const bytes = fromBase64(text);
  if (!bytes) throw new RangeError("not base64");
  return bytes;
}
