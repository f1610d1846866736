// A strict reader of DER (X.690): definite lengths in their shortest form, and nothing left over.

import { Malformed } from "./members.js";

export interface Value {
  tag: number;
  content: Uint8Array;
  encoded: Uint8Array; // with tag and length
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

// The values that stand one behind the other in `bytes`.
export function readValues(bytes: Uint8Array, what: string): Value[] {
  const values: Value[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = valueAt(bytes, at, what);
    values.push(value);
    at += value.encoded.length;
  }
  return values;
}

export function readOne(bytes: Uint8Array, tag: number, what: string): Value {
  const [value, ...more] = readValues(bytes, what);
  if (!value || more.length > 0 || value.tag !== tag) throw new Malformed(`${what} is not DER`);
  return value;
}

function valueAt(bytes: Uint8Array, at: number, what: string): Value {
  const wrong = new Malformed(`${what} is not DER`);
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw wrong;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (first >= 0x80 && (extra === 0 || extra > 3)) throw wrong;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < extra; i += 1) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const shortest = extra === 0 || length >= (extra === 1 ? 0x80 : 2 ** (8 * (extra - 1)));
  const start = at + 2 + extra;
  if (!shortest || start + length > bytes.length) throw wrong;
  const encoded = bytes.subarray(at, start + length);
  return { tag, content: bytes.subarray(start, start + length), encoded };
}

// The members of a sequence, taken in their order.
export class Sequence {
  private readonly values: Value[];
  private readonly what: string;
  private at = 0;

  constructor(value: Value, what: string, tag: number = tags.sequence) {
    if (value.tag !== tag) throw new Malformed(`${what} is no sequence`);
    this.values = readValues(value.content, what);
    this.what = what;
  }

  need(...wanted: number[]): Value {
    const value = this.may(...wanted);
    if (!value) throw new Malformed(`${this.what} lacks a part`);
    return value;
  }

  may(...wanted: number[]): Value | undefined {
    const value = this.values[this.at];
    if (!value || (wanted.length > 0 && !wanted.includes(value.tag))) return undefined;
    this.at += 1;
    return value;
  }

  inner(): Sequence {
    return new Sequence(this.need(tags.sequence), this.what);
  }

  // The object identifier of an AlgorithmIdentifier.
  algorithm(): string {
    return this.inner().oid();
  }

  oid(): string {
    return oidOf(this.need(tags.oid));
  }

  done(): void {
    if (this.at !== this.values.length) throw new Malformed(`${this.what} has a part too many`);
  }
}

export function oidOf({ content }: Value): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join(".");
}

// UTCTime and GeneralizedTime as certificates and tokens write them, in ms.
export function momentOf({ tag, content }: Value, what: string): number {
  const text = String.fromCharCode(...content);
  const form = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/;
  const century = Number(text.slice(0, 2)) < 50 ? "20" : "19";
  const found = form.exec(tag === tags.utcTime ? century + text : text);
  if (!found) throw new Malformed(`${what} has a time that cannot be read`);
  const [, year, month, day, hour, minute, second, fraction = ""] = found;
  const whole = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const ms = Date.parse(`${whole}.000Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== `${whole}.000Z`) {
    throw new Malformed(`${what} has a time that does not exist`);
  }
  return ms + Math.floor(Number(`0${fraction}`) * 1000);
}
