// ECDSA signatures on P-256: WebCrypto speaks r ‖ s, the receipt format speaks DER with low S.

import { type Bytes, concat, fromHex, hex } from "./bytes";

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

// Of (r, s) and its twin (r, n - s), which verifies just as well, the one with the smaller s: so
// that a signature has one spelling and cannot be changed by whoever carries it.
export function derLowS(raw: Uint8Array): Bytes {
  if (raw.length !== 64) throw new RangeError("a P-256 signature has 64 bytes");
  const r = BigInt(`0x${hex(raw.subarray(0, 32))}`);
  let s = BigInt(`0x${hex(raw.subarray(32))}`);
  if (s > order / 2n) s = order - s;
  const body = concat(integer(r), integer(s));
  return concat(new Uint8Array([0x30, body.length]), body);
}

function integer(value: bigint): Bytes {
  let digits = value.toString(16);
  if (digits.length % 2) digits = `0${digits}`;
  // A leading bit of 1 would make the number negative.
  if (Number.parseInt(digits.slice(0, 2), 16) >= 0x80) digits = `00${digits}`;
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return concat(new Uint8Array([0x02, bytes.length]), bytes);
}

// The other way round, for WebCrypto to verify. Nothing for what derLowS could not have written.
export function rawLowS(der: Uint8Array): Bytes | undefined {
  const text = hex(der);
  const length = (at: number) => Number.parseInt(text.slice(at, at + 2), 16);
  if (text.slice(0, 2) !== "30" || length(2) !== der.length - 2) return undefined;
  const r = text.slice(8, 8 + 2 * length(6));
  const second = 8 + r.length;
  const s = text.slice(second + 4, second + 4 + 2 * length(second + 2));
  const raw = fromHex(`${fixed(r)}${fixed(s)}`);
  if (raw.length !== 64 || hex(derLowS(raw)) !== text) return undefined;
  return raw;
}

function fixed(integer: string): string {
  return integer.replace(/^00/, "").padStart(64, "0");
}
