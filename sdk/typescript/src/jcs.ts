// RFC 8785 writer. Whatever is hashed or signed is written here and then kept as text: it is never
// parsed and written again.

export type Json =
  | null
  | boolean
  | number
  | string
  | Json[]
  | { [key: string]: Json | undefined };

// Members whose value is undefined are left out, as in JSON.stringify. Throws on what JSON cannot
// say (NaN, Infinity, lone surrogates), because a signature over a repaired text is a lie.
export function jcs(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError("not a JSON number");
    // ECMAScript's Number::toString is the number format of RFC 8785 §3.2.2.3; -0 becomes 0.
    return String(value);
  }
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(jcs).join(",")}]`;
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort(byUtf16) // The default order of JavaScript strings, spelled out.
    .map((key) => `${quote(key)}:${jcs(value[key] as Json)}`);
  return `{${members.join(",")}}`;
}

export function quote(text: string): string {
  if (!text.isWellFormed()) throw new RangeError("lone surrogate");
  return JSON.stringify(text);
}

export function byUtf16(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
