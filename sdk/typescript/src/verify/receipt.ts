// The receipt file (spec/receipt-format.md §1 and §2): its members and their types, nothing of
// what they mean. All that can be said without the statement is said here.

import { type Bytes, base64, fromBase64 } from "../bytes.js";
import { type Json, jcs } from "../jcs.js";
import { type BatchPlace, readPlace } from "./batch.js";
import type { Issuer } from "./leaf.js";
import { binaryItem, decodeText, isObject, Malformed, Members, readJson } from "./members.js";
import { type Proof, readProof } from "./note.js";
import {
  type Entry,
  type OwnerSignature,
  type RosterVersion,
  readEntry,
  readHead,
  readOwnerSignatures,
} from "./roster.js";
import { compact, type Descriptor, readDescriptor } from "./statement.js";

export interface Logged {
  leaf: Bytes;
  proof: Proof;
}

export interface Review {
  issuer?: Issuer; // always there, which the check of the leaf says
  statement: Bytes;
  tlog: Logged;
}

export interface Human {
  class: "device" | "passkey";
  core: Bytes;
  signature: Bytes;
  authenticatorData?: Bytes;
  clientDataJSON?: Bytes;
  salt: string;
  entry: Entry;
  index: number;
  path: Bytes[];
  batch?: BatchPlace; // when the signature is over a batch that the core stands in
}

export interface AgentProof {
  base: Bytes;
  key: Bytes;
  salt: Bytes;
  sig: Bytes;
}

export interface Receipt {
  statement?: Bytes;
  issuer?: Issuer;
  descriptor?: Descriptor;
  rule?: Json;
  document?: Bytes;
  rosters: RosterVersion[];
  humans: Human[];
  reviews: Review[];
  agent?: AgentProof;
  tlog: Logged;
  anchor?: { entry: Bytes; proof: Proof };
  time: Bytes[];
  owners?: OwnerSignature[];
  erasure?: Receipt;
  erasedPeople: Receipt[]; // erasures of those whose reviews these are
}

export const receiptBytesMax = 65_536;
const humansMax = 16;
const tokensMax = 4;
const pathMax = 64;

// The receipt, and whether its bytes are the canonical ones. One line feed may follow.
export async function readReceipt(
  bytes: Uint8Array,
): Promise<{ receipt: Receipt; canonical: boolean }> {
  const body = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  if (body.length > receiptBytesMax) {
    throw new Malformed(`the receipt is longer than ${receiptBytesMax} bytes`);
  }
  const text = decodeText(body, "the receipt");
  const value = readJson(text, "the receipt");
  const receipt = await readMembers(value, "receipt", false);
  return { receipt, canonical: jcs(value) === text };
}

// `inside` another receipt an erasure stands, and holds none itself.
async function readMembers(value: Json, what: string, inside: boolean): Promise<Receipt> {
  const members = new Members(value, what);
  if (members.integer("v") !== 1) throw members.wrong("v", "is not 1");
  const tlog = readLogged(members.inner("tlog"));
  if (members.has("erasure")) {
    if (inside) throw members.wrong("erasure", "is itself without a statement");
    return readErased(members, what, tlog);
  }
  const receipt = compact({
    statement: members.binary("statement"),
    issuer: members.optional("issuer", () => readIssuer(members.inner("issuer"))),
    descriptor: members.has("descriptor")
      ? await readDescriptor(members.value("descriptor"))
      : undefined,
    rule: members.optional("rule", (name) => anyObject(members, name)),
    document: members.optional("document", members.binary),
    rosters: await Promise.all(members.filled("rosters", readRoster)),
    humans: members.filled("humans", readHuman, humansMax),
    reviews: members.filled("reviews", readReview, humansMax),
    agent: members.optional("agent", () => readAgent(members.inner("agent"))),
    tlog,
    anchor: members.optional("anchor", () => readAnchor(members.inner("anchor"))),
    time: members.filled("time", binaryItem, tokensMax),
    owners: members.optional("owners", (name) => someOwners(members, name)),
    erasedPeople: inside ? [] : await readErasedPeople(members),
  });
  members.done();
  return receipt;
}

async function readErased(members: Members, what: string, tlog: Logged): Promise<Receipt> {
  const erasure = await readMembers(members.value("erasure"), `${what}.erasure`, true);
  members.done();
  return { rosters: [], humans: [], reviews: [], time: [], tlog, erasure, erasedPeople: [] };
}

async function readErasedPeople(members: Members): Promise<Receipt[]> {
  const read = (item: Json, what: string) => readMembers(item, what, true);
  const people = await Promise.all(members.filled("erased_people", read, humansMax));
  const ascends = people.every((one, at) => {
    const before = people[at - 1];
    return !before || before.tlog.proof.index < one.tlog.proof.index;
  });
  if (!ascends) throw members.wrong("erased_people", "does not ascend");
  return people;
}

function someOwners(members: Members, name: string): OwnerSignature[] {
  const owners = readOwnerSignatures(members, name);
  if (owners.length === 0) throw members.wrong(name, "is empty");
  return owners;
}

function anyObject(members: Members, name: string): Json {
  const value = members.value(name);
  if (!isObject(value)) throw members.wrong(name, "is not an object");
  return value as Json;
}

function readIssuer(members: Members): Issuer {
  const issuer = { key: members.binary("key"), signature: members.binary("sig") };
  members.done();
  return issuer;
}

function readLogged(members: Members): Logged {
  const logged = {
    leaf: members.binary("leaf"),
    proof: readProof(members.text("proof"), "the proof of tlog"),
  };
  members.done();
  return logged;
}

function readAnchor(members: Members): NonNullable<Receipt["anchor"]> {
  const anchor = {
    entry: members.binary("entry"),
    proof: readProof(members.text("proof"), "the proof of anchor"),
  };
  members.done();
  return anchor;
}

async function readRoster(item: Json, what: string): Promise<RosterVersion> {
  const members = new Members(item, what);
  const version = {
    head: await readHead(members.value("head"), `${what}.head`),
    signatures: readOwnerSignatures(members, "signatures"),
  };
  members.done();
  return version;
}

function readHuman(item: Json, what: string): Human {
  const members = new Members(item, what);
  const keyClass = members.oneOf("class", ["device", "passkey"] as const);
  const passkey = keyClass === "passkey";
  const human = compact({
    class: keyClass,
    core: members.binary("core"),
    signature: members.binary("signature"),
    authenticatorData: passkey ? members.binary("authenticatorData") : undefined,
    clientDataJSON: passkey ? members.binary("clientDataJSON") : undefined,
    salt: base64(members.salt("salt")),
    entry: readEntry(members.value("entry"), `${what}.entry`),
    index: members.integer("index"),
    path: members.list("path", readHash),
    batch: members.optional("batch", () => readPlace(members.inner("batch"), readHash)),
  });
  members.done();
  if (human.path.length > pathMax) throw members.wrong("path", `has more than ${pathMax} hashes`);
  return human;
}

function readHash(item: Json, what: string): Bytes {
  const bytes = typeof item === "string" ? fromBase64(item) : undefined;
  if (bytes?.length !== 32) throw new Malformed(`${what} is not a hash of 32 bytes`);
  return bytes;
}

function readReview(item: Json, what: string): Review {
  const members = new Members(item, what);
  const review = compact({
    issuer: members.optional("issuer", () => readIssuer(members.inner("issuer"))),
    statement: members.binary("statement"),
    tlog: readLogged(members.inner("tlog")),
  });
  members.done();
  return review;
}

function readAgent(members: Members): AgentProof {
  const agent = {
    base: members.binary("base"),
    key: members.binary("key"),
    salt: members.salt("salt"),
    sig: members.binary("sig"),
  };
  members.done();
  return agent;
}
