// The two kinds of signature that receipts are made of, checked by WebCrypto: ECDSA on P-256 and
// Ed25519. Node 20 and every browser since Chromium 137, Firefox 129 and Safari 17 have both, so
// there is one way through here and no library.

import { type Bytes, concat, hex, sha256, utf8 } from "../bytes.js";

const ecdsa = { name: "ECDSA", hash: "SHA-256" };
const p256 = { name: "ECDSA", namedCurve: "P-256" };
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

// SubjectPublicKeyInfo up to the key itself (RFC 5480 §2, RFC 8410 §4). A key has one encoding.
const p256Head = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
const ed25519Head = "302a300506032b6570032100";

export async function keyId(spki: Bytes): Promise<string> {
  return hex(await sha256(spki));
}

// A DER signature. People's keys sign with low s only: so nobody who carries a receipt can write
// it in a second way. Issuers and passkeys come from hardware that does not care.
export async function p256Signed(
  spki: Bytes,
  message: Bytes,
  der: Uint8Array,
  s: "low" | "any",
): Promise<boolean> {
  const raw = rawOfDer(der, s);
  return raw !== undefined && p256SignedRaw(spki, message, raw);
}

// r ‖ s, as RFC 9421 and JOSE write it.
export async function p256SignedRaw(spki: Bytes, message: Bytes, raw: Bytes): Promise<boolean> {
  if (spki.length !== 91 || !hex(spki).startsWith(p256Head) || raw.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey("spki", spki, p256, false, ["verify"]);
    return await crypto.subtle.verify(ecdsa, key, raw, message);
  } catch {
    return false; // No point of the curve: nobody can have signed with it.
  }
}

// Strict DER (one spelling), turned into r ‖ s.
export function rawOfDer(der: Uint8Array, s: "low" | "any"): Bytes | undefined {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const first = scalarAt(der, 2);
  const second = first && scalarAt(der, first.end);
  if (!second || second.end !== der.length) return undefined;
  if (s === "low" && BigInt(`0x${hex(second.value)}`) > order / 2n) return undefined;
  return concat(first.value, second.value);
}

// One INTEGER: positive, minimal, at most 32 bytes; given with leading zeros to 32.
function scalarAt(der: Uint8Array, at: number): { value: Bytes; end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== 0x02 || length === 0 || length > 33 || end > der.length) return undefined;
  let digits = der.subarray(at + 2, end);
  const leading = digits[0] as number;
  if (leading >= 0x80) return undefined;
  if (leading === 0) {
    if (length === 1 || (digits[1] as number) < 0x80) return undefined;
    digits = digits.subarray(1);
  }
  if (digits.length > 32) return undefined;
  return { value: concat(new Uint8Array(32 - digits.length), digits), end };
}

export async function ed25519Signed(
  key: Uint8Array,
  message: Bytes,
  signature: Uint8Array,
): Promise<boolean> {
  if (!isGoodEd25519(key) || signature.length !== 64) return false;
  try {
    const bytes = concat(key);
    const imported = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, concat(signature), message);
  } catch {
    return false;
  }
}

// The raw key in an Ed25519 SPKI.
export function ed25519OfSpki(spki: Bytes): Bytes | undefined {
  return spki.length === 44 && hex(spki).startsWith(ed25519Head) ? spki.slice(12) : undefined;
}

export async function sha256Hex(bytes: Bytes | string): Promise<string> {
  return hex(await sha256(typeof bytes === "string" ? utf8(bytes) : bytes));
}

const field = 2n ** 255n - 19n;
// The y of the eight points whose order divides 8. Under such a key one signature fits every text,
// and libraries disagree about them.
const smallOrder = new Set([
  0n,
  1n,
  field - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

export function isGoodEd25519(key: Uint8Array): boolean {
  if (key.length !== 32) return false;
  const y = BigInt(`0x${hex(key.slice().reverse())}`) & (2n ** 255n - 1n);
  return y < field && !smallOrder.has(y);
}
