// The rosters of a project, checked in this browser: each version against the one before, and all
// of them against what it has pinned. A server can neither invent an approver nor bring one back.

import { hex, sha256, utf8 } from "./bytes";
import { verify } from "./device_key";
import { type Json, jcs } from "./jcs";
import type { Pin } from "./keyring";
import { treeRoot } from "./roster";

// As the server hands them out: exact texts.
export interface RosterText {
  version: number;
  head: string;
  entries: string[];
  signatures: string;
}

export type Entry = {
  salt: string;
  member: string;
  roles: string[];
  groups: string[];
  class: string;
  spki?: string;
  rpId?: string; // of a passkey
  aaguid?: string;
  cosigned: Json[];
};

// Leaf indices from <= index < to; without end if there is no `to`.
export type IssuerRange = { spki: string; from: number; to?: number };

// Sizes of the tree, likewise: which key signs which checkpoints.
export type LogRange = { vkey: string; from: number; to?: number };

export type Head = {
  v: number;
  origin: string;
  version: number;
  prev?: string;
  owners: string[];
  threshold: number;
  issuer: IssuerRange[];
  log: LogRange[];
  single_operator: boolean;
  marks?: string[];
  tree: { size: number; root: string };
  time: string;
  [other: string]: Json | undefined;
};

export interface Roster {
  head: Head;
  sha256: string;
  entries: Entry[];
  founders: string[]; // the keys of version 1
}

export class RosterProblem extends Error {
  readonly kind = "roster_problem";
}

// The version in force. Throws RosterProblem, with a sentence, at the first thing that is wrong.
export async function followRosters(
  origin: string,
  texts: RosterText[],
  pin: Pin | undefined,
): Promise<Roster> {
  if (pin && pin.origin !== origin) throw new RosterProblem("It is of another log.");
  let newest: Roster | undefined;
  const owners = new Map<string, string>();
  let pinned = pin === undefined;
  for (const text of texts) {
    newest = await nextRoster(origin, text, newest);
    await demandCosignatures(newest, owners);
    pinned ||= newest.sha256 === pin?.roster_sha256;
  }
  if (!newest) throw new RosterProblem("There is none.");
  if (!pinned) throw new RosterProblem("It does not go on from the one that this browser knows.");
  return newest;
}

async function nextRoster(
  origin: string,
  text: RosterText,
  before: Roster | undefined,
): Promise<Roster> {
  const head = readCanonical<Head>(text.head, "head");
  const entries = text.entries.map((entry) => readCanonical<Entry>(entry, "entry"));
  const wrong = (what: string) => new RosterProblem(`Version ${head.version} ${what}.`);
  if (head.v !== 1 || head.origin !== origin) throw wrong("is of another log");
  if (!follows(head, before)) throw wrong("does not follow the one before");
  if (!entriesFit(entries)) throw wrong("lists a key or a member twice");
  const { size, root } = head.tree;
  if (size !== entries.length || root !== (await treeRoot(text.entries))) {
    throw wrong("is not about these people");
  }
  if (!(await ownersSigned(text, before?.head ?? head))) {
    throw wrong("was not signed by those who owned the one before");
  }
  const founders = before?.founders ?? entries.flatMap(({ spki }) => spki ?? []);
  return { head, sha256: hex(await sha256(utf8(text.head))), entries, founders };
}

function follows(head: Head, before: Roster | undefined): boolean {
  if (!before) return head.version === 1 && head.prev === undefined;
  // A test roster stays one for ever, and one of a demonstration.
  const washed = ["test", "demo"].some(
    (mark) => before.head.marks?.includes(mark) && !head.marks?.includes(mark),
  );
  return (
    head.version === before.head.version + 1 &&
    head.prev === before.sha256 &&
    head.time >= before.head.time &&
    !washed
  );
}

// A key that stood for two members would let one person count twice.
function entriesFit(entries: Entry[]): boolean {
  const keys = entries.flatMap((entry) => entry.spki ?? []);
  const keyless = entries.filter((entry) => entry.spki === undefined);
  const wellFormed = entries.every(
    (entry) =>
      (entry.class === "none") === (entry.spki === undefined) &&
      (entry.class === "passkey") === (entry.rpId !== undefined),
  );
  return (
    wellFormed &&
    new Set(keys).size === keys.length &&
    keyless.every(({ member }) => entries.filter((e) => e.member === member).length === 1)
  );
}

export type Cosignature = { member: string; spki: string; signature: string };

// What a second owner signs who vouches for an entry: without what others signed before.
export function cosignatureText(origin: string, entry: Entry, cosigner: string): string {
  return jcs({ cosigner, entry: { ...entry, cosigned: [] }, origin });
}

// Each by an owner of this version or of one before, other than the member; `owners` are those of
// the versions before, by key.
async function demandCosignatures({ head, entries }: Roster, owners: Map<string, string>) {
  for (const { spki, member } of entries) {
    if (spki !== undefined && head.owners.includes(spki)) owners.set(spki, member);
  }
  for (const entry of entries) {
    for (const one of entry.cosigned as Cosignature[]) {
      const exact = Object.keys(one).sort().join() === "member,signature,spki";
      const another = owners.get(one.spki) === one.member && one.member !== entry.member;
      const text = cosignatureText(head.origin, entry, one.member);
      const holds =
        exact && another && (await verify(one.spki, "lp-cosign/1", text, one.signature));
      if (holds) continue;
      throw new RosterProblem(`Version ${head.version} has a cosignature that does not hold.`);
    }
  }
}

async function ownersSigned(text: RosterText, signers: Head): Promise<boolean> {
  const signatures = readCanonical<{ spki: string; signature: string }[]>(
    text.signatures,
    "signatures",
  );
  const signed = new Set<string>();
  for (const { spki, signature } of signatures) {
    if (!signers.owners.includes(spki)) return false;
    if (!(await verify(spki, "lp-roster/1", text.head, signature))) return false;
    signed.add(spki);
  }
  return signers.threshold >= 1 && signed.size >= signers.threshold;
}

// Only the canonical text of a value counts, so that two readers cannot see two things in it.
export function readCanonical<T>(text: string, what: string): T {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
    if (jcs(value) !== text) throw new RangeError("not canonical");
  } catch {
    throw new RosterProblem(`The ${what} of a version cannot be read.`);
  }
  return value as T;
}
