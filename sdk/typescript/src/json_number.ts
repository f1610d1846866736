// What a JSON number literal is worth, and whether a program that reads it as a binary64 keeps
// that worth. The same rule as the server's (src/json/number.h), so that both flag the same
// literals.

export type Fit = "exact" | "lossy" | "overflow";

// Lossy: an integer beyond ±(2^53−1); a negative zero, whose sign many programs drop; a literal
// whose decimal value is neither that of the shortest nor that of the 17-digit spelling of its
// nearest binary64. So 1.0, 1e2, 0.1 and 0.10000000000000001 are exact.
export function fitBinary64(literal: string): Fit {
  const value = Number(literal);
  if (!Number.isFinite(value)) return "overflow";
  if (Object.is(value, -0)) return "lossy";
  if (/^-?\d+$/.test(literal) && !Number.isSafeInteger(value)) return "lossy";
  const wanted = normalise(literal);
  const kept = wanted === normalise(String(value)) || wanted === normalise(value.toPrecision(17));
  return kept ? "exact" : "lossy";
}

// One spelling per decimal value: sign, digits without outer zeros, exponent of 0.digits.
function normalise(literal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  if (!match) throw new RangeError("not a number literal");
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  const leading = /^0*/.exec(digits)?.[0].length ?? 0;
  const significant = digits.slice(leading).replace(/0+$/, "");
  if (significant === "") return `${sign}0`;
  const scale = BigInt(exponent) + BigInt(whole.length - leading);
  return `${sign}${significant}e${scale}`;
}
