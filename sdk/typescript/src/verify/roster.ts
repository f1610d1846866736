// The roster (spec/log-format.md §5): whose keys count. Heads are signed by the owners of the
// version before; entries are leaves of the tree that a head names.

import { type Bytes, base64, hex, tagged, utf8 } from "../bytes.js";
import { type Json, jcs } from "../jcs.js";
import { binaryItem, Members, sortedTexts, textItem } from "./members.js";
import { readVerifierKey } from "./note.js";
import { p256Signed, sha256Hex } from "./signatures.js";
import { compact, readMarks } from "./statement.js";

export interface KeyRange {
  key: string; // SPKI in base64, or a verifier key
  from: number;
  to?: number;
}

export interface Head {
  text: string;
  sha256: string;
  origin: string;
  version: number;
  prev?: string;
  owners: string[];
  threshold: number;
  issuer: KeyRange[];
  log: KeyRange[];
  single_operator: boolean;
  marks: string[];
  tree: { size: number; root: string };
  time: string;
}

export interface OwnerSignature {
  spki: string;
  signature: Bytes;
}

export interface RosterVersion {
  head: Head;
  signatures: OwnerSignature[];
}

export interface Entry {
  text: string;
  member: string;
  roles: string[];
  groups: string[];
  class: "device" | "passkey" | "none";
  spki?: Bytes;
  rpId?: string;
  value: Json;
  cosigned: Cosignature[];
}

// Of a second owner over an entry.
export interface Cosignature {
  member: string;
  spki: string;
  signature: Bytes;
}
const cosignaturesMax = 16;

export const humanLevels = ["session", "device", "passkey"] as const;
export const logLevels = ["signed", "logged", "witnessed", "time-stamped"] as const;
const roleNames = ["owner", "admin", "policy_author", "reviewer", "auditor", "developer"];

export async function readHead(value: Json, what: string): Promise<Head> {
  const members = new Members(value, what);
  if (members.integer("v") !== 1) throw members.wrong("v", "is not 1");
  const text = jcs(value);
  const head = compact({
    text,
    sha256: await sha256Hex(text),
    origin: members.text("origin"),
    version: members.version("version"),
    prev: members.optional("prev", members.hash),
    owners: members.list("owners", (item, at) => base64(binaryItem(item, at))),
    threshold: members.integer("threshold"),
    issuer: members.list("issuer", readIssuerRange),
    log: await Promise.all(members.list("log", readLogRange)),
    single_operator: members.boolean("single_operator"),
    marks: readMarks(members),
    tree: readTree(members.inner("tree")),
    time: members.instant("time"),
  });
  readMinimum(members.inner("min"), true);
  members.done();
  if ((head.prev === undefined) !== (head.version === 1)) {
    throw members.wrong("prev", "stands from version 2 on, and only there");
  }
  const owners = new Set(head.owners).size;
  if (owners === 0 || owners !== head.owners.length) {
    throw members.wrong("owners", "is empty or names a key twice");
  }
  if (head.threshold < 1 || head.threshold > owners) {
    throw members.wrong("threshold", "is not from 1 to the number of owners");
  }
  return head;
}

export function readIssuerRange(item: Json, what: string): KeyRange {
  const members = new Members(item, what);
  return readRange(members, base64(members.binary("spki")));
}

export async function readLogRange(item: Json, what: string): Promise<KeyRange> {
  const members = new Members(item, what);
  const { text } = await readVerifierKey(members.text("vkey"));
  return readRange(members, text);
}

function readRange(members: Members, key: string): KeyRange {
  const from = members.integer("from");
  const range = compact({ key, from, to: members.optional("to", members.integer) });
  members.done();
  if (from >= (range.to ?? Infinity)) throw members.wrong("to", "is not above from");
  return range;
}

export function within(range: KeyRange, value: number): boolean {
  return range.from <= value && value < (range.to ?? Infinity);
}

export interface Minimum {
  human?: (typeof humanLevels)[number];
  log?: (typeof logLevels)[number];
}

export function readMinimum(members: Members, both: boolean): Minimum {
  const minimum = compact({
    human: both || members.has("human") ? members.oneOf("human", humanLevels) : undefined,
    log: both || members.has("log") ? members.oneOf("log", logLevels) : undefined,
  });
  members.done();
  return minimum;
}

function readTree(members: Members): Head["tree"] {
  const tree = { size: members.integer("size"), root: members.hash("root") };
  members.done();
  return tree;
}

// `{sig, spki}` in ascending order of the bytes of `spki`, each once.
export function readOwnerSignatures(members: Members, name: string): OwnerSignature[] {
  const signatures = members.list(name, (item, what) => {
    const inner = new Members(item, what);
    const key = inner.binary("spki");
    const signature = { order: hex(key), spki: base64(key), signature: inner.binary("sig") };
    inner.done();
    return signature;
  });
  sortedTexts(
    signatures.map(({ order }) => order),
    name,
  );
  return signatures;
}

// How many owners of `head` signed; nothing if a signature is of somebody else or does not verify.
export async function ownersWhoSigned(
  head: Head,
  signatures: OwnerSignature[],
  message: Bytes,
): Promise<number | undefined> {
  for (const { spki, signature } of signatures) {
    const key = binaryItem(spki, "owner");
    if (!head.owners.includes(spki)) return undefined;
    if (!(await p256Signed(key, message, signature, "low"))) return undefined;
  }
  return signatures.length;
}

export function headMessage(head: Head): Bytes {
  return tagged("lp-roster/1", utf8(head.text));
}

export function readEntry(value: Json, what: string): Entry {
  const members = new Members(value, what);
  members.salt("salt");
  const entry = compact({
    text: jcs(value),
    member: members.text("member"),
    roles: sortedTexts(members.list("roles", textItem), `${what}.roles`),
    groups: sortedTexts(members.list("groups", textItem), `${what}.groups`),
    class: members.oneOf("class", ["device", "passkey", "none"] as const),
    spki: members.optional("spki", members.binary),
    rpId: members.optional("rpId", members.text),
    aaguid: members.optional("aaguid", members.text),
    value,
    cosigned: readCosignatures(members, what),
  });
  members.done();
  const own = ({ member, spki }: Cosignature) =>
    entry.spki === undefined || member === entry.member || spki === base64(entry.spki);
  if (entry.cosigned.some(own)) throw members.wrong("cosigned", "is by the member themselves");
  const unknown = entry.roles.find((role) => !roleNames.includes(role));
  if (unknown !== undefined) throw members.wrong("roles", `names the unknown role ${unknown}`);
  const passkey = entry.class === "passkey";
  if ((entry.class === "none") !== (entry.spki === undefined)) {
    throw members.wrong("spki", "stands with every class but none");
  }
  if (passkey !== (entry.rpId !== undefined) || (entry.aaguid !== undefined && !passkey)) {
    throw members.wrong("class", "does not fit rpId or aaguid");
  }
  return entry;
}

function readCosignatures(members: Members, what: string): Cosignature[] {
  const read = members.list("cosigned", (item, at) => {
    const inner = new Members(item, at);
    const key = inner.binary("spki");
    const signature = inner.binary("signature");
    const one = { order: hex(key), member: inner.text("member"), spki: base64(key), signature };
    inner.done();
    return one;
  });
  sortedTexts(
    read.map(({ order }) => order),
    `${what}.cosigned`,
  );
  if (read.length > cosignaturesMax) throw members.wrong("cosigned", "has too many");
  return read.map(({ member, spki, signature }) => ({ member, spki, signature }));
}

// Whether an owner of one of these versions, which end with the one that lists the entry, vouched
// for it; nothing if a cosignature does not hold. One by an owner of a version before those shown
// proves nothing.
export async function vouchedFor(
  entry: Entry,
  origin: string,
  heads: Head[],
): Promise<boolean | undefined> {
  let vouched = false;
  for (const { member, spki, signature } of entry.cosigned) {
    const plain = { ...(entry.value as { [name: string]: Json }), cosigned: [] };
    const body = utf8(jcs({ cosigner: member, entry: plain, origin }));
    const key = binaryItem(spki, "cosigner");
    if (!(await p256Signed(key, tagged("lp-cosign/1", body), signature, "low"))) return undefined;
    const owned = heads.some(({ owners }) => owners.includes(spki));
    if (!owned && heads[0]?.version === 1) return undefined;
    vouched ||= owned;
  }
  return vouched;
}
