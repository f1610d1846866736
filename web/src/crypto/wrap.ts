// How one device hands a content key to another: ECDH with a key of the recipient that cannot leave
// it, HKDF, AES-GCM, and the wrapping device's signature over all of it (spec/encryption.md §10).
// The server carries the result and can open none.

import { type Bytes, base64, concat, fromBase64, hex, sha256, tagged, utf8 } from "./bytes";
import { type DeviceKey, sign, verify } from "./device_key";
import { type Json, jcs } from "./jcs";
import { eightWords } from "./words";

// For which content keys are wrapped, beside the device key that signs for it.
export interface WrapKey {
  spki: string; // base64
  privateKey: CryptoKey;
}

// What a wrapped key is bound to.
export type WrapTerms = {
  kid: string;
  epoch: number;
  origin: string; // of the project's log
  from: string; // ids of device keys
  to: string;
  roster_sha256: string;
};

export interface SignedWrap {
  document: string;
  signature: string;
}

const curve = { name: "ECDH", namedCurve: "P-256" };

export async function generateWrapKey(): Promise<WrapKey> {
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return { spki: base64(spki), privateKey: pair.privateKey };
}

export async function kidOf(raw: Bytes): Promise<string> {
  return hex((await sha256(tagged("lp-kid/1", raw))).subarray(0, 8));
}

// What a device signs of its wrap key, so that whoever knows the device knows the key.
const wrapKeyText = (device: string, spki: string) => jcs({ device, spki });

export function signWrapKey(device: DeviceKey, spki: string): Promise<string> {
  return sign(device, "lp-wrap-key/1", wrapKeyText(device.id, spki));
}

// `deviceSpki` is of the roster, and `device` its id.
export function isWrapKeyOf(
  device: string,
  deviceSpki: string,
  spki: string,
  signature: string,
): Promise<boolean> {
  return verify(deviceSpki, "lp-wrap-key/1", wrapKeyText(device, spki), signature);
}

// The words that two people compare before a key is handed over: of both keys of the device.
export async function deviceWords(deviceSpki: string, wrapSpki: string): Promise<string> {
  const keys = [decoded(deviceSpki), decoded(wrapSpki)];
  return eightWords(await sha256(tagged("lp-wrap-words/1", ...keys)));
}

// `raw` is the caller's to overwrite. Answers the exact text to sign and send.
export async function wrap(
  raw: Bytes,
  recipientSpki: string,
  terms: Record<string, Json>,
): Promise<string> {
  const ephemeral = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const epk = base64(new Uint8Array(await crypto.subtle.exportKey("spki", ephemeral.publicKey)));
  const bound = jcs(terms);
  const key = await sharedKey(ephemeral.privateKey, recipientSpki, [epk, recipientSpki], bound);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const ct = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(bound) },
    key,
    raw,
  );
  return jcs({ ...terms, epk, iv: base64(iv), ct: base64(new Uint8Array(ct)) });
}

export async function wrapSigned(
  raw: Bytes,
  recipientSpki: string,
  terms: WrapTerms,
  by: DeviceKey,
): Promise<SignedWrap> {
  const document = await wrap(raw, recipientSpki, terms);
  return { document, signature: await sign(by, "lp-wrap/1", document) };
}

export interface Unwrapped {
  raw: Bytes; // 32 bytes; the caller overwrites them
  terms: Record<string, Json>;
}

// Nothing when it was wrapped for another key, was changed, or holds another key than it says.
export async function unwrap(document: string, own: WrapKey): Promise<Unwrapped | undefined> {
  const read = readWrapped(document);
  if (!read) return undefined;
  const { epk, iv, ct, terms } = read;
  try {
    const bound = jcs(terms);
    const key = await sharedKey(own.privateKey, epk, [epk, own.spki], bound);
    const clear = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv, additionalData: utf8(bound) },
      key,
      ct,
    );
    const raw = new Uint8Array(clear);
    if (raw.length === 32 && (await kidOf(raw)) === terms.kid) return { raw, terms };
    raw.fill(0);
    return undefined;
  } catch {
    return undefined;
  }
}

interface Read {
  epk: string;
  iv: Bytes;
  ct: Bytes;
  terms: Record<string, Json>;
}

function readWrapped(document: string): Read | undefined {
  let value: Json;
  try {
    value = JSON.parse(document) as Json;
    if (jcs(value) !== document) return undefined;
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { epk, iv, ct, ...terms } = value as Record<string, Json>;
  if (typeof epk !== "string" || typeof iv !== "string" || typeof ct !== "string") {
    return undefined;
  }
  const ivBytes = fromBase64(iv);
  const ctBytes = fromBase64(ct);
  if (ivBytes?.length !== 12 || ctBytes?.length !== 48) return undefined;
  return { epk, iv: ivBytes, ct: ctBytes, terms };
}

// The terms of a wrapped key that another device has signed, or nothing.
export async function signedTerms(
  { document, signature }: SignedWrap,
  fromSpki: string,
): Promise<WrapTerms | undefined> {
  if (!(await verify(fromSpki, "lp-wrap/1", document, signature))) return undefined;
  const terms = readWrapped(document)?.terms;
  if (!terms) return undefined;
  const { kid, epoch, origin, from, to, roster_sha256 } = terms;
  const texts = [kid, origin, from, to, roster_sha256];
  if (!texts.every((text) => typeof text === "string") || typeof epoch !== "number") {
    return undefined;
  }
  return terms as WrapTerms;
}

// HKDF over the shared secret, with both public keys and all terms in it: what was wrapped for one
// recipient and purpose opens for no other.
async function sharedKey(
  own: CryptoKey,
  otherSpki: string,
  [epk, recipient]: [string, string],
  bound: string,
): Promise<CryptoKey> {
  const other = await crypto.subtle.importKey("spki", decoded(otherSpki), curve, false, []);
  const secret = new Uint8Array(
    await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, 256),
  );
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  secret.fill(0);
  const info = concat(tagged("lp-wrap/1", decoded(epk), decoded(recipient)), utf8(bound));
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

function decoded(spki: string): Bytes {
  const bytes = fromBase64(spki);
  if (!bytes) throw new RangeError("not base64");
  return bytes;
}
