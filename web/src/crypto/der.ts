// ECDSA signatures on P-256: WebCrypto speaks r ‖ s, the receipt format speaks DER with low S.

import { type Bytes, concat, hex } from "./bytes";

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
