// Signed notes, checkpoints, verifier keys, cosignatures and proofs, all as c2sp.org defines them:
// signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof.

import { type Bytes, concat, fromBase64, hex, sha256, utf8 } from "../bytes.js";
import { Malformed } from "./members.js";
import { ed25519Signed, isGoodEd25519 } from "./signatures.js";

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
  body: Bytes; // the three lines that are signed
}

export interface SignatureLine {
  name: string;
  keyId: string; // 8 hex characters
  signature: Bytes;
}

export interface Proof {
  index: number;
  path: Bytes[];
  checkpoint: Checkpoint;
  lines: SignatureLine[];
}

export interface VerifierKey {
  text: string;
  name: string;
  id: string;
  kind: "log" | "witness"; // Ed25519 notes, or cosignature/v1
  key: Bytes;
}

const linesMax = 16;
const pathMax = 64;
const hashBytes = 32;
const kinds = { 1: "log", 4: "witness" } as const;

export function readProof(text: string, what: string): Proof {
  const lines = text.split("\n");
  const indexLine = lines[1] ?? "";
  if (lines[0] !== "c2sp.org/tlog-proof@v1" || !indexLine.startsWith("index ")) {
    throw new Malformed(`${what} is no tlog-proof without extra data`);
  }
  const gap = lines.indexOf("", 2);
  if (gap < 0) throw new Malformed(`${what} has no checkpoint`);
  const path = lines.slice(2, gap).map((line) => hashOf(line, what));
  if (path.length > pathMax) throw new Malformed(`${what} has more than ${pathMax} hashes`);
  const index = decimal(indexLine.slice("index ".length), what);
  return { index, path, ...readNote(lines.slice(gap + 1), what) };
}

export function readNote(lines: string[], what: string): Omit<Proof, "index" | "path"> {
  const [origin = "", size = "", root = "", gap, ...rest] = lines;
  if (gap !== "" || rest.pop() !== "" || rest.length === 0) {
    throw new Malformed(`the note in ${what} is not three lines, an empty one and signatures`);
  }
  if (rest.length > linesMax) throw new Malformed(`${what} has more than ${linesMax} signatures`);
  if (!isKeyName(origin)) throw new Malformed(`${what} has no origin`);
  const checkpoint = {
    origin,
    size: decimal(size, what),
    root: hashOf(root, what),
    body: utf8(`${origin}\n${size}\n${root}\n`),
  };
  return { checkpoint, lines: rest.map((line) => readLine(line, what)) };
}

function readLine(line: string, what: string): SignatureLine {
  const [dash, name = "", text = "", ...more] = line.split(" ");
  const bytes = fromBase64(text);
  if (dash !== "—" || more.length > 0 || !isKeyName(name) || !bytes || bytes.length <= 4) {
    throw new Malformed(`a signature line in ${what} has not the form of one`);
  }
  return { name, keyId: hex(bytes.subarray(0, 4)), signature: bytes.slice(4) };
}

// No plus, no space of any kind, no control character.
function isKeyName(name: string): boolean {
  const space = /[+\s\u0085]/u;
  return name !== "" && ![...name].some((letter) => letter < " " || space.test(letter));
}

function decimal(text: string, what: string): number {
  const value = Number(text);
  if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(value)) {
    throw new Malformed(`${what} has a number that is none`);
  }
  return value;
}

function hashOf(text: string, what: string): Bytes {
  const bytes = fromBase64(text);
  if (bytes?.length !== hashBytes) throw new Malformed(`a hash in ${what} is not of 32 bytes`);
  return bytes;
}

// `<name>+<8 hex characters>+<base64 of kind ‖ key>`. The id must be that of the name and key.
export async function readVerifierKey(text: string): Promise<VerifierKey> {
  const wrong = new Malformed(`${text} is not a verifier key`);
  const [name = "", id = "", ...rest] = text.split("+");
  const bytes = fromBase64(rest.join("+")); // base64 may hold a plus, a name may not
  const kind = kinds[bytes?.[0] as 1 | 4];
  if (!bytes || !kind || bytes.length !== 33 || !isKeyName(name)) throw wrong;
  if (!isGoodEd25519(bytes.subarray(1))) throw wrong;
  const made = hex((await sha256(concat(utf8(`${name}\n`), bytes))).subarray(0, 4));
  if (made !== id) throw wrong;
  return { text, name, id, kind, key: bytes.slice(1) };
}

export function isOf(line: SignatureLine, key: VerifierKey): boolean {
  return line.name === key.name && line.keyId === key.id;
}

export async function logSigned(
  checkpoint: Checkpoint,
  line: SignatureLine,
  key: VerifierKey,
): Promise<boolean> {
  return key.kind === "log" && ed25519Signed(key.key, checkpoint.body, line.signature);
}

// The time of a cosignature in ms, if it verifies: 8 bytes of seconds, then Ed25519 over the time
// and the checkpoint's body.
export async function cosignedAt(
  checkpoint: Checkpoint,
  line: SignatureLine,
  key: VerifierKey,
): Promise<number | undefined> {
  if (key.kind !== "witness" || line.signature.length !== 72) return undefined;
  const view = new DataView(line.signature.buffer, line.signature.byteOffset);
  const seconds = view.getBigUint64(0);
  const message = concat(utf8(`cosignature/v1\ntime ${seconds}\n`), checkpoint.body);
  const signed = await ed25519Signed(key.key, message, line.signature.subarray(8));
  return signed && seconds <= 253402300799n ? Number(seconds) * 1000 : undefined;
}

// What the root log holds for a project's checkpoint.
export async function anchorEntry(checkpoint: Checkpoint): Promise<Bytes> {
  const origin = await sha256(utf8(checkpoint.origin));
  return concat(utf8("lp-anchor/1\0"), origin, await sha256(checkpoint.body));
}
