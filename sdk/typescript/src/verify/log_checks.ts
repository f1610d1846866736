// The checks that need no people: marks, leaf, issuer, inclusion, checkpoint, anchor, witnesses.

import { equalBytes } from "../bytes.js";
import { isLeafOf } from "./leaf.js";
import {
  anchorEntry,
  type Checkpoint,
  cosignedAt,
  isOf,
  logSigned,
  type Proof,
  readVerifierKey,
  type VerifierKey,
} from "./note.js";
import type { CheckReport } from "./report.js";
import { demand, missing } from "./report.js";
import { type KeyRange, within } from "./roster.js";
import { p256Signed } from "./signatures.js";
import { mayBeUnsigned } from "./statement.js";
import { checkpointOf, indexOf, lastHead, type Part, parts, type Subject } from "./subject.js";
import { leadsToRoot, leafHash } from "./tree.js";

type Result = CheckReport["result"];

const cosignatureSlackMs = 300_000;

export function checkMarks(subject: Subject): Result {
  const marks = [
    ...parts(subject).flatMap(({ statement }) => statement.marks),
    ...subject.receipt.rosters.flatMap(({ head }) => head.marks),
  ];
  const test = marks.includes("test") && !subject.options.allowTest;
  demand(!test, "it is marked as a test, and tests are no evidence");
  return "ok";
}

export function checkLeaf(subject: Subject): Result {
  for (const part of parts(subject)) {
    const { what, statement, issuer, tlog } = part;
    const unsigned = part === subject.own && mayBeUnsigned.has(statement.type);
    const signed = issuer !== undefined || unsigned;
    demand(signed, `${what} is of a type that the issuer has to sign, and it did not`);
    demand(
      isLeafOf(tlog.leaf, statement.sha256, issuer),
      `the leaf in the log is not that of ${what}`,
    );
  }
  return "ok";
}

// The issuer's bytes of each statement: `statementBytes` are those of the receipt.
export async function checkIssuer(subject: Subject): Promise<Result> {
  const { receipt } = subject;
  const bytes = [receipt.statement, ...receipt.reviews.map(({ statement }) => statement)];
  let any = false;
  for (const [index, { what, issuer }] of parts(subject).entries()) {
    const statement = bytes[index];
    if (!issuer || !statement) continue;
    any = true;
    const signed = await p256Signed(issuer.key, statement, issuer.signature, "any");
    demand(signed, `the issuer's signature over ${what} does not verify`);
  }
  if (subject.own.issuer) subject.log = "L0";
  return any ? "ok" : "absent";
}

export async function checkInclusion(subject: Subject): Promise<Result> {
  for (const part of parts(subject)) {
    await demandIncluded(part.tlog.proof, await leafHash(part.tlog.leaf), part.what);
  }
  return "ok";
}

async function demandIncluded(proof: Proof, leaf: Uint8Array<ArrayBuffer>, what: string) {
  const { index, path, checkpoint } = proof;
  const leads = await leadsToRoot(leaf, index, checkpoint.size, path, checkpoint.root);
  demand(leads, `the path from ${what} does not lead to the root of the checkpoint`);
}

export async function checkCheckpoint(subject: Subject): Promise<Result> {
  const keys = await logKeys(subject);
  for (const part of parts(subject)) {
    const { checkpoint } = part.tlog.proof;
    const named = checkpoint.origin === part.statement.origin;
    demand(named, `the checkpoint of ${part.what} is of another log`);
    if (!subject.trust) demandKnown(part.tlog.proof, keys);
    const key = await demandSigned(part.tlog.proof, keys, part.what);
    demand(key.name === checkpoint.origin, `the key that signed the checkpoint is another log's`);
    demandInRange(subject, key, checkpoint);
  }
  subject.log = "L1";
  return "ok";
}

async function logKeys(subject: Subject): Promise<VerifierKey[]> {
  if (subject.trust) return subject.trust.logKeys;
  const named = lastHead(subject)?.log ?? [];
  return Promise.all(named.map(({ key }) => readVerifierKey(key)));
}

// Without a trust file only the roster can say which key is the log's. It may be older than the
// key: then nothing is wrong, but nobody can check the signature either.
function demandKnown({ checkpoint, lines }: Proof, keys: VerifierKey[]): void {
  const [line, ...more] = lines.filter(({ name }) => name === checkpoint.origin);
  if (line && more.length === 0 && !keys.some((key) => isOf(line, key))) {
    throw missing("the roster does not know the log key, so only a trust file can confirm it");
  }
}

// Exactly one line of the log's own, which verifies. What keys that nobody named have signed is
// left alone, as in every signed note.
async function demandSigned(
  { checkpoint, lines }: Proof,
  keys: VerifierKey[],
  what: string,
): Promise<VerifierKey> {
  const own = lines.flatMap((line) =>
    keys.filter((key) => isOf(line, key)).map((key) => ({ line, key })),
  );
  const [first] = own;
  demand(
    first !== undefined && own.length === 1,
    `the checkpoint of ${what} does not have exactly one signature of its log`,
  );
  const signed = await logSigned(checkpoint, first.line, first.key);
  demand(signed, `the log's signature on the checkpoint of ${what} does not verify`);
  return first.key;
}

// The trust file says for which sizes the key signs, where it has ranges, and so does the last
// version of the roster that knows it.
function demandInRange(subject: Subject, key: VerifierKey, { size }: Checkpoint): void {
  const pinned = subject.trust?.log;
  const may = (ranges: KeyRange[]) =>
    ranges.some((range) => range.key === key.text && within(range, size));
  demand(!pinned || may(pinned), "the trust file has the log key sign other sizes");
  const heads = subject.receipt.rosters.map(({ head }) => head).reverse();
  const head = heads.find(({ log }) => log.some((range) => range.key === key.text));
  const end = subject.trust?.closedAt ?? size;
  demand(size <= end, "the log was closed before it had so many entries");
  if (!head) return; // It came with a later version, and the trust file vouches for it.
  demand(may(head.log), "the log key does not sign checkpoints of this size");
}

export async function checkAnchor(subject: Subject): Promise<Result> {
  const { anchor } = subject.receipt;
  if (!anchor) return "absent";
  const entry = await anchorEntry(checkpointOf(subject.own));
  demand(equalBytes(anchor.entry, entry), "the anchor is of another checkpoint");
  await demandIncluded(anchor.proof, await leafHash(anchor.entry), "the anchor");
  const { root: open, closedRoots } = subject.trust ?? {};
  if (!open) throw missing("the trust file names no root log to check the anchor with");
  const { origin } = anchor.proof.checkpoint;
  const root = [open, ...(closedRoots ?? [])].find((one) => one.origin === origin);
  demand(root !== undefined, "the anchor is in another root log");
  const key = await demandSigned(anchor.proof, root.logKeys, "the root log");
  demand(key.name === origin, "the key that signed the root checkpoint is another log's");
  return "ok";
}

export async function checkWitnesses(subject: Subject): Promise<Result> {
  const { anchor } = subject.receipt;
  if (!subject.trust) return "absent";
  const policy = subject.trust.witnesses;
  const keys = policy?.keys ?? [];
  const own = await cosigners(subject.own, subject.own.tlog.proof, keys);
  const root = anchor ? await cosigners(subject.own, anchor.proof, keys) : new Set();
  let any = own.size + root.size > 0;
  for (const review of subject.reviews) {
    any = (await cosigners(review, review.tlog.proof, keys)).size > 0 || any;
  }
  demandNoStrangers(subject, keys);
  subject.cosigned = policy !== undefined && Math.max(own.size, root.size) >= policy.quorum;
  if (subject.cosigned) subject.log = "L2";
  return any ? "ok" : "absent";
}

// One line of each note is the log's own. Nobody can tell what became of a stranger's on the way.
function demandNoStrangers({ own, reviews, receipt }: Subject, keys: VerifierKey[]): void {
  const proofs = [own, ...reviews].map(({ tlog }) => tlog.proof);
  if (receipt.anchor) proofs.push(receipt.anchor.proof);
  for (const { lines } of proofs) {
    const known = lines.filter((line) => keys.some((key) => isOf(line, key))).length;
    if (lines.length > 1 + known) {
      throw missing("a signature is of a key that the trust file does not name");
    }
  }
}

async function cosigners(
  part: Part,
  { checkpoint, lines }: Proof,
  keys: VerifierKey[],
): Promise<Set<string>> {
  const found = new Set<string>();
  const earliest = Date.parse(part.statement.time) - cosignatureSlackMs;
  for (const line of lines) {
    const key = keys.find((candidate) => isOf(line, candidate));
    if (!key) continue;
    const at = await cosignedAt(checkpoint, line, key);
    demand(at !== undefined, `the cosignature of ${key.name} does not verify`);
    demand(at >= earliest, `the cosignature of ${key.name} is older than ${part.what}`);
    found.add(key.text);
  }
  return found;
}

export function isAfter(later: Part, earlier: Part): boolean {
  return (
    indexOf(earlier) < indexOf(later) && earlier.statement.stream.seq < later.statement.stream.seq
  );
}
