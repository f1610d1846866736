// From the bytes that somebody dropped to what the page shows.

import { fromHex, sha256, utf8 } from "../../../../sdk/typescript/src/bytes.js";
import {
  BadTrust,
  type Examined,
  examineReceipt,
  linesOf,
  readTrust,
  type Trust,
} from "../../../../sdk/typescript/src/verify/index.js";
import { eightWords } from "../../crypto/words";

export interface Dropped {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface TrustFile {
  name: string;
  trust: Trust;
}

export interface Checked extends Examined {
  line: number; // from 1
}

// The largest file that is read: some hundred thousand receipts would freeze the page.
export const fileBytesMax = 64 * 1024 * 1024;
export const receiptsMax = 10_000;

export async function readTrustFile({ name, bytes }: Dropped): Promise<TrustFile | string> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { name, trust: await readTrust(text) };
  } catch (error) {
    if (error instanceof BadTrust) return error.message;
    if (error instanceof TypeError) return "it is not UTF-8 text";
    throw error;
  }
}

// Whether a file looks like a trust file, so that people may drop both files in one place.
export function looksLikeTrust(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, 65_536));
  return head.includes('"roster_genesis_sha256"') && head.includes('"log_vkeys"');
}

export async function checkAll(
  dropped: Dropped,
  trust: Trust[],
  progress: (done: number, of: number) => void,
): Promise<Checked[] | string> {
  const lines = linesOf(dropped.bytes);
  if (lines.length > receiptsMax) return `It has more than ${receiptsMax} lines; split it.`;
  const checked: Checked[] = [];
  for (const [index, bytes] of lines.entries()) {
    checked.push({ line: index + 1, ...(await examineReceipt(bytes, { trust })) });
    if (index % 50 === 49) {
      progress(index + 1, lines.length);
      await new Promise((resolve) => setTimeout(resolve)); // Let the page breathe.
    }
  }
  return checked;
}

export interface Fingerprint {
  what: string;
  words: string;
  full: string;
}

// What two people can compare over the phone when there is no trust file.
export async function fingerprints({ subject }: Examined): Promise<Fingerprint[]> {
  const found: Fingerprint[] = [];
  const rosters = subject?.receipt.rosters ?? [];
  const first = rosters[0]?.head;
  if (first) {
    const what = first.version === 1 ? "First list of people (genesis)" : `List ${first.version}`;
    found.push({ what, words: eightWords(fromHex(first.sha256)), full: first.sha256 });
  }
  const checkpoint = subject?.own.tlog.proof;
  for (const { key } of rosters.at(-1)?.head.log ?? []) {
    const signer = checkpoint?.lines.some(({ name, keyId }) =>
      key.startsWith(`${name}+${keyId}+`),
    );
    if (!signer) continue;
    const hash = await sha256(utf8(key));
    found.push({ what: "Key of the log", words: eightWords(hash), full: key });
  }
  return found;
}
