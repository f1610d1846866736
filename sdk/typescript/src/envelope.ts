// Payload envelopes (spec/encryption.md §2 and §3): sealed and opened with a content key that the
// server never has.
//
// Version 2 says which key it is under and is bound to where it belongs; version 1, which the
// published clients write, does neither. An envelope that names a key opens with that key and no
// other.

import {
  type Bytes,
  base64,
  fromBase64,
  hex,
  randomBytes,
  sha256,
  tagged,
  utf8,
} from "./bytes.js";
import { type Json, jcs } from "./jcs.js";

export interface ContentKey {
  kid: string; // 16 hex characters
  aes: CryptoKey;
  hkdf: CryptoKey;
}

export type EnvelopeFaultCode =
  | "malformed"
  | "unknown_key" // it names a key that is not here
  | "does_not_open"; // it was changed, or, in version 1, is under another key

export class EnvelopeFault extends Error {
  readonly code: EnvelopeFaultCode;
  readonly kid: string | undefined;

  constructor(code: EnvelopeFaultCode, message: string, kid?: string) {
    super(message);
    this.code = code;
    this.kid = kid;
  }
}

// Where a payload belongs.
export type Context = {
  origin: string; // of the project's log
  client_nonce: string;
  service: string;
  action: string;
  created: string;
  schema_sha256?: string;
};

export interface EnvelopeV1 {
  _lp_enc: true;
  iv: string;
  ct: string;
}
export interface EnvelopeV2 extends EnvelopeV1 {
  v: 2;
  kid: string;
  salt: string;
  ctx: Context;
}

// The value of LETSPING_ENCRYPTION_KEY. Throws RangeError unless it is base64 of 32 bytes.
export async function readContentKey(text: string): Promise<ContentKey> {
  const raw = fromBase64(text);
  if (raw?.length !== 32) throw new RangeError("a content key is base64 of 32 bytes");
  const kid = hex((await sha256(tagged("lp-kid/1", raw))).subarray(0, 8));
  const [aes, hkdf] = await Promise.all([
    crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]),
    crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]),
  ]);
  raw.fill(0);
  return { kid, aes, hkdf };
}

export function newContext(
  where: Pick<Context, "origin" | "service" | "action" | "schema_sha256">,
  now = new Date(),
): Context {
  return { ...where, client_nonce: base64(randomBytes(16)), created: now.toISOString() };
}

// As the published clients write it. `plaintext` is the exact JSON text that will run.
export async function sealV1(plaintext: string, key: ContentKey): Promise<EnvelopeV1> {
  const iv = randomBytes(12);
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key.aes, utf8(plaintext));
  return { _lp_enc: true, iv: base64(iv), ct: base64(new Uint8Array(ct)) };
}

// Under a key of its own, with the context as additional data.
export async function sealV2(
  plaintext: string,
  key: ContentKey,
  ctx: Context,
): Promise<EnvelopeV2> {
  const [iv, salt] = [randomBytes(12), randomBytes(32)];
  const bound = jcs(ctx);
  const ct = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(bound) },
    await envelopeKey(key, salt, bound),
    utf8(plaintext),
  );
  return {
    _lp_enc: true,
    iv: base64(iv),
    ct: base64(new Uint8Array(ct)),
    v: 2,
    kid: key.kid,
    salt: base64(salt),
    ctx,
  };
}

// The exact text. Throws EnvelopeFault; `keys` the newest first.
export async function openEnvelope(envelope: Json, keys: ContentKey[]): Promise<string> {
  const { _lp_enc, v, ...members } = membersOf(envelope);
  const [iv, ct] = [bytesOf(members, "iv"), bytesOf(members, "ct")];
  if (_lp_enc !== true) throw malformed("this is no envelope");
  if (iv.length !== 12 || ct.length < 16) throw malformed("iv or ct has a wrong length");
  if (v !== undefined) return openV2({ ...members, v }, iv, ct, keys);
  for (const key of keys) {
    const clear = await decrypted({ name: "AES-GCM", iv }, key.aes, ct);
    if (clear) return text(clear);
  }
  throw new EnvelopeFault("does_not_open", "no key opens this, or it was changed");
}

type Members = Record<string, Json | undefined>;

async function openV2(
  members: Members,
  iv: Bytes,
  ct: Bytes,
  keys: ContentKey[],
): Promise<string> {
  const { v, kid, ctx } = members;
  if (v !== 2) throw malformed("this is a version that nobody here knows");
  const salt = bytesOf(members, "salt");
  const named = typeof kid === "string" && /^[0-9a-f]{16}$/.test(kid);
  const bound = typeof ctx === "object" && ctx !== null && !Array.isArray(ctx);
  if (!named || salt.length !== 32 || !bound) {
    throw malformed("kid, salt or ctx is not as it must be");
  }
  const key = keys.find((one) => one.kid === kid);
  if (!key) {
    const held = keys.map((one) => one.kid).join(", ") || "none";
    throw new EnvelopeFault("unknown_key", `this uses the key ${kid}; here is ${held}`, kid);
  }
  const context = jcs(ctx);
  const derived = await envelopeKey(key, salt, context);
  const algorithm = { name: "AES-GCM", iv, additionalData: utf8(context) };
  const clear = await decrypted(algorithm, derived, ct);
  if (clear) return text(clear);
  throw new EnvelopeFault("does_not_open", "it was changed after it was sealed", kid);
}

function membersOf(envelope: Json): Members {
  if (typeof envelope !== "object" || envelope === null || Array.isArray(envelope)) {
    throw malformed("this is no envelope");
  }
  return envelope;
}

function malformed(what: string): EnvelopeFault {
  return new EnvelopeFault("malformed", what);
}

function bytesOf(members: Members, name: string): Bytes {
  const value = members[name];
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  if (!bytes) throw malformed(`${name} is not base64`);
  return bytes;
}

async function decrypted(
  algorithm: AesGcmParams,
  key: CryptoKey,
  ct: Bytes,
): Promise<Bytes | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, ct));
  } catch {
    return undefined; // AES-GCM cannot tell another key from changed bytes.
  }
}

function text(clear: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(clear);
  } catch {
    throw malformed("what was sealed is no text");
  }
}

function envelopeKey(key: ContentKey, salt: Bytes, bound: string): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: tagged("lp-env/2", utf8(bound)) },
    key.hkdf,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
