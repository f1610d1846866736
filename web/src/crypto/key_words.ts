// A content key on paper: 32 words, a byte each, and one more that says whether they were written
// down right.

import { type Bytes, sha256, tagged } from "./bytes";
import { words } from "./words";

const keyBytes = 32;

export async function keyToWords(raw: Bytes): Promise<string[]> {
  return [...raw, await checkByte(raw)].map((byte) => words[byte] as string);
}

// The bytes, or what is wrong with the text, in a sentence.
export async function wordsToKey(text: string): Promise<Bytes | string> {
  const given = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const unknown = given.find((word) => !words.includes(word));
  if (unknown !== undefined) return `“${unknown}” is none of the words.`;
  if (given.length !== keyBytes + 1) {
    return `These are ${given.length} words. A content key is ${keyBytes + 1}.`;
  }
  const bytes = Uint8Array.from(given, (word) => words.indexOf(word));
  const raw = bytes.slice(0, keyBytes);
  if (bytes[keyBytes] !== (await checkByte(raw))) {
    return "These words do not belong together: one is wrong, or two changed places.";
  }
  return raw;
}

async function checkByte(raw: Bytes): Promise<number> {
  return (await sha256(tagged("lp-key-words/1", raw)))[0] as number;
}
