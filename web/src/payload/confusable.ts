// Letters that are drawn like others. A name that reads "paypal" in Cyrillic letters is another
// name to every program, and the same one to every reader.
//
// The table is a pinned part of Unicode's confusables (UTS #39): letters of other scripts, and odd
// ones of our own, that common fonts draw as an ASCII letter. What it does not know is not
// look-alike to this page; mixed alphabets within a word are told all the same (suspicious.ts).

const pairs = [
  // Cyrillic
  "аa еe оo рp сc уy хx іi їi јj ѕs ԁd ԛq ԝw һh ӏl ѵv гr ьb үy ѡw ӕae ꙇi ҽe ԍg",
  "АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ԌG ԚQ ԜW ѴV ӀI ЗE ҮY ԀD ҺH",
  // Greek and Coptic
  "αa οo νv ρp ιi κk υu γy ϲc ϳj χx τt",
  "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ͿJ",
  "ⲟo ⲣp ⲥc ⲭx ⲓi ⲔK ⲘM ⲎH ⲚN ⲞO ⲢP ⲤC ⲦT ⲬX ⲨY",
  // Armenian
  "օo ոn հh սu ցg զq յj գq ԼL ՏS ՕO ՍU",
  // Cherokee
  "ᎪA ᏴB ᏟC ᎬE ᏀG ᎻH ᎥI ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏚS ᎢT ᏙV ᎳW ᏃZ ᎠD ᏏB",
  // Lisu
  "ꓐB ꓑP ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓟM ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU",
  // Latin letters that are no ASCII letters
  "ɑa ɡg ɩi ᴏo ᴄc ᴠv ᴡw ᴢz ꜱs ᴜu ǀl ƅb ɪi ʀr ıi",
];

const ascii = new Map(
  pairs
    .join(" ")
    .split(" ")
    .map((pair): [string, string] => {
      const [letter = ""] = pair;
      return [letter, pair.slice(letter.length)];
    }),
);
// Ordinary in Turkish, and so told only where it makes two names look like one.
const ordinary = new Set(["ı"]);
const beyondAscii = /[^\x20-\x7e]/;
const printable = /^[\x21-\x7e]+$/;
const wordForm = /[\p{L}\p{M}\p{Nd}]+/gu;
const alphabets = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Coptic}\p{Script=Armenian}]/u;
const rarely = /[\p{Script=Cherokee}\p{Script=Lisu}]/u;

export interface LookAlike {
  word: string;
  reads: string; // the ASCII letters that it looks like
}

// A word of the text whose every letter is drawn like an ASCII one, though not all of them are.
// Ordinary text of another alphabet has letters that nobody takes for ours, and says nothing.
export function lookAlike(text: string): LookAlike | undefined {
  if (!beyondAscii.test(text)) return undefined;
  let honest: boolean | undefined;
  for (const word of text.match(wordForm) ?? []) {
    const reads = asAscii(word);
    if (reads === word || !printable.test(reads) || [...word].length < 2) continue;
    if ([...word].every((letter) => ordinary.has(letter) || ascii.get(letter) === undefined)) {
      continue;
    }
    if (/[A-Za-z]/.test(word)) return { word, reads };
    honest ??= hasOwnLetters(text);
    if (!honest) return { word, reads };
  }
  return undefined;
}

function hasOwnLetters(text: string): boolean {
  for (const letter of text) {
    if ((alphabets.test(letter) || rarely.test(letter)) && !ascii.has(letter)) return true;
  }
  return false;
}

const asAscii = (word: string) => [...word].map((letter) => ascii.get(letter) ?? letter).join("");

// What a name looks like: two names with one skeleton are one name to the eye.
export function skeleton(text: string): string {
  return asAscii(text.normalize("NFKC"))
    .normalize("NFC")
    .replace(/[\p{Cf}\p{DI}\p{Zs}]/gu, "")
    .replace(/[1I|]/g, "l")
    .replace(/0/g, "O")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w");
}

// The names that look like another one beside them, each with one that it looks like.
export function twins(names: string[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const found = new Map<string, string>();
  for (const name of names) {
    const look = skeleton(name);
    const other = first.get(look);
    if (other === undefined) first.set(look, name);
    else if (other !== name) {
      found.set(name, other);
      if (!found.has(other)) found.set(other, name);
    }
  }
  return found;
}

// Letters and digits in forms made for something else, as 𝐩𝐚𝐲 or ｐａｙ: what they would be read as.
export function restyled(text: string): string | undefined {
  if (!beyondAscii.test(text)) return undefined;
  let found = false;
  let reads = "";
  for (const char of text) {
    const plain = /^[\p{L}\p{Nd}]$/u.test(char) && char > "\x7f" ? char.normalize("NFKC") : char;
    const changes = plain !== char && /^[A-Za-z0-9]+$/.test(plain) && !/[ªºℹ]/.test(char);
    found ||= changes;
    reads += changes ? plain : char;
  }
  return found ? reads : undefined;
}

// Digits of other scripts, with the digits that programs read: ৪ is 4 and looks like 8.
export function otherDigits(text: string): { digits: string; reads: string } | undefined {
  const run = /[^\P{Nd}0-9]+/u.exec(text)?.[0];
  if (run === undefined || run.normalize("NFKC") !== run) return undefined;
  return { digits: run, reads: [...run].map(digitValue).join("") };
}

// Digits stand ten in a row, from zero on.
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return code - zero;
}

// Signs between letters or digits, drawn like those that addresses and paths are made of.
const signs: Record<string, string> = {
  "\u2044": "/",
  "\u2215": "/",
  "\uff0f": "/",
  "\u2024": ".",
  "\uff0e": ".",
  "\uff20": "@",
  "\u01c3": "!",
  "\u2236": ":",
  "\ua789": ":",
  "\u2010": "-",
  "\u2011": "-",
  "\u2212": "-",
  "\uff3f": "_",
};
const signForm = new RegExp(`[A-Za-z0-9]([${Object.keys(signs).join("")}])[A-Za-z0-9]`);

export function lookAlikeSign(text: string): { sign: string; reads: string } | undefined {
  const sign = signForm.exec(text)?.[1];
  return sign === undefined ? undefined : { sign, reads: signs[sign] ?? "?" };
}
