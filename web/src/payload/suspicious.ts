// What a person should know about a string before trusting their eyes.

import { lookAlike, lookAlikeSign, otherDigits, restyled } from "./confusable";
import { type Opaque, opaque } from "./opaque";
import { pieces } from "./visible";

export type Suspicion =
  | { kind: "reorders" } // bidi controls
  | { kind: "hidden_text"; text: string } // spelt in tag characters or variation selectors
  | { kind: "terminal" } // escape sequences that a terminal obeys
  | { kind: "invisible"; count: number }
  | { kind: "mixed_scripts"; scripts: string[]; reads?: string }
  | { kind: "look_alike"; word: string; reads: string }
  | { kind: "restyled"; reads: string }
  | { kind: "other_digits"; digits: string; reads: string }
  | { kind: "look_alike_sign"; sign: string; reads: string }
  | { kind: "right_to_left" }
  | { kind: "not_nfc" }
  | ({ kind: "opaque" } & Opaque)
  | { kind: "fetches_code" }
  | { kind: "short_link"; host: string };

// Those that deceive the eye. The others only say that an eye is not enough.
export function deceives({ kind }: Suspicion): boolean {
  return !["opaque", "short_link", "right_to_left", "not_nfc"].includes(kind);
}

const bidiControl = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;
const scripts: [string, RegExp][] = [
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
  ["Coptic", /\p{Script=Coptic}/u],
  ["Lisu", /\p{Script=Lisu}/u],
];
const shortLink =
  /\bhttps?:\/\/(bit\.ly|t\.co|tinyurl\.com|goo\.gl|is\.gd|ow\.ly|buff\.ly|rb\.gy|cutt\.ly)\//i;

// What is downloaded is run: nobody has read it. Bounded forms over parts of the text, because a
// text may be long and made to be slow.
const fetches = /\b(?:curl|wget|iwr|irm|Invoke-WebRequest)\b/i;
const runners = "(?:ba|z|da|k|a)?sh|python\\d?|perl|ruby|node|php|iex";
const runs = new RegExp(
  `\\|\\s{0,20}(?:sudo\\s{1,20})?(?:[\\w./-]{0,99}/)?(?:${runners})\\b`,
  "i",
);
const around =
  /\b(?:eval|iex|source|(?:ba|z|da)?sh)\s{0,20}(?:-c\s{0,20})?["']?[<$`]?\(?\s{0,20}$/i;

function fetchesCode(text: string): boolean {
  if (!fetches.test(text)) return false;
  return text.split(/[\n;]/).some((command) => {
    const at = command.search(fetches);
    if (at < 0) return false;
    return runs.test(command.slice(at)) || around.test(command.slice(Math.max(0, at - 60), at));
  });
}

export function suspicions(text: string): Suspicion[] {
  const found: Suspicion[] = [];
  if (beyondPlain.test(text)) found.push(...ofCharacters(text));
  const packed = opaque(text);
  if (packed) found.push({ kind: "opaque", ...packed });
  if (fetchesCode(text)) found.push({ kind: "fetches_code" });
  const host = shortLink.exec(text)?.[1];
  if (host) found.push({ kind: "short_link", host });
  return found;
}

// Most texts are plain, and most long ones.
const beyondPlain = /[^\n\x20-\x7e]/;

function ofCharacters(text: string): Suspicion[] {
  const found: Suspicion[] = [];
  if (bidiControl.test(text)) found.push({ kind: "reorders" });
  const hidden = hiddenText(text);
  if (hidden !== "") found.push({ kind: "hidden_text", text: hidden });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: These are what is looked for.
  if (/[\x1b\x9b\x90\x9d]/.test(text)) found.push({ kind: "terminal" });
  const invisible = pieces(text).filter(
    (piece) => piece.kind === "chip" && ![9, 10, 13].includes(piece.code),
  ).length;
  if (invisible > 0) found.push({ kind: "invisible", count: invisible });
  found.push(...ofLetters(text));
  if (rightToLeft.test(text)) found.push({ kind: "right_to_left" });
  if (text.isWellFormed() && text.normalize("NFC") !== text) found.push({ kind: "not_nfc" });
  return found;
}

function ofLetters(text: string): Suspicion[] {
  const found: Suspicion[] = [];
  const alike = lookAlike(text);
  const mixed = mixedScripts(text);
  if (mixed.length > 1) {
    found.push({ kind: "mixed_scripts", scripts: mixed, ...(alike && { reads: alike.reads }) });
  } else if (alike) found.push({ kind: "look_alike", ...alike });
  const reads = restyled(text);
  if (reads !== undefined) found.push({ kind: "restyled", reads });
  const digits = otherDigits(text);
  if (digits) found.push({ kind: "other_digits", ...digits });
  const sign = lookAlikeSign(text);
  if (sign) found.push({ kind: "look_alike_sign", ...sign });
  return found;
}

const tags = /[\u{e0020}-\u{e007e}]+/gu;
const selectors = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{4,}/gu;

function hiddenText(text: string): string {
  const spelt = (text.match(tags) ?? []).map((run) => decoded(run, (code) => code - 0xe0000));
  const bytes = (text.match(selectors) ?? []).map((run) =>
    decoded(run, (code) => (code < 0xe0100 ? code - 0xfe00 : code - 0xe0100 + 16)),
  );
  // Each selector stands for a byte.
  const said = bytes.filter((run) => /^[\t\n\r\x20-\x7e]+$/.test(run));
  return [...spelt, ...said].join("");
}

function decoded(run: string, value: (code: number) => number): string {
  return [...run].map((char) => String.fromCodePoint(value(char.codePointAt(0) ?? 0))).join("");
}

// Look-alike alphabets within one word ("pаypal" with a Cyrillic а). Words apart may well differ.
function mixedScripts(text: string): string[] {
  if (scripts.filter(([, form]) => form.test(text)).length < 2) return [];
  for (const word of text.match(/[\p{L}\p{M}]+/gu) ?? []) {
    const used = scripts.filter(([, form]) => form.test(word)).map(([name]) => name);
    if (used.length > 1) return used;
  }
  return [];
}
