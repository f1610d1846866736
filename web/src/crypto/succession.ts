// A log that opens in the place of another, after a rollback or to go live: what an owner signs,
// checked against the roster that this browser knows. The same as src/evidence/succession.cpp and
// src/core/go_live.cpp.

import { hex, sha256, utf8 } from "./bytes";
import { type DeviceKey, sign } from "./device_key";
import { jcs } from "./jcs";
import { treeRoot } from "./roster";
import { type Entry, type Head, type Roster, RosterProblem, readCanonical } from "./roster_chain";

// As the server hands it out: exact texts.
export interface SuccessionText {
  project: string;
  name: string;
  document: string;
  head: string;
}

export interface SuccessionDocument {
  v: number;
  origin: string;
  predecessor: string;
  last_signed: { size: number; root: string };
  restored: { size: number; root: string };
  roster_genesis_sha256: string;
  reason: string;
  operator: string;
  salt: string;
  time: string;
}

// Throws RosterProblem unless nobody comes or goes with the new log.
export async function readSuccession(
  text: SuccessionText,
  roster: Roster,
): Promise<SuccessionDocument> {
  // What was cosigned was cosigned for the log before.
  const entries = roster.entries.map((entry) => jcs({ ...entry, cosigned: [] }));
  const tree = { size: entries.length, root: await treeRoot(entries) };
  return readOpening(text, roster, { ...roster.head, tree });
}

// The first roster of a log that goes live: the key that signs stays, and whoever else is a member
// stands in it without one.
export function liveEntries(before: Entry[], ownerSpki: string): Entry[] {
  const owner = before.find(({ spki }) => spki === ownerSpki);
  const listed = new Set(owner && [owner.member]);
  return before.flatMap((entry) => {
    if (entry === owner) return [{ ...entry, cosigned: [] }];
    if (listed.has(entry.member)) return [];
    listed.add(entry.member);
    const { salt, member, roles, groups } = entry;
    return [{ salt, member, roles, groups, class: "none", cosigned: [] }];
  });
}

// Throws RosterProblem unless it is that, without the mark of a demo, under this address.
export async function readGoLive(
  text: SuccessionText,
  roster: Roster,
  ownerSpki: string,
  publicUrl: string,
): Promise<SuccessionDocument> {
  const entries = liveEntries(roster.entries, ownerSpki);
  const owns = (entry: Entry) => entry.class === "device" && entry.roles.includes("owner");
  const marks = roster.head.marks?.filter((mark) => mark !== "demo") ?? [];
  const { marks: _, ...head } = roster.head;
  const document = await readOpening(text, roster, {
    ...head,
    owners: entries.filter(owns).flatMap(({ spki }) => spki ?? []),
    ...(marks.length > 0 && { marks }),
    tree: { size: entries.length, root: await treeRoot(entries.map((entry) => jcs(entry))) },
  });
  const whole = jcs(document.last_signed) === jcs(document.restored);
  if (!whole || document.reason !== `goes live at ${publicUrl}`) {
    throw new RosterProblem("What opens the new log is about something else.");
  }
  return document;
}

// `like`: the first head of the new log, but for what is new in it.
async function readOpening(
  text: SuccessionText,
  roster: Roster,
  like: Head,
): Promise<SuccessionDocument> {
  const head = readCanonical<Head>(text.head, "first roster");
  const document = readCanonical<SuccessionDocument>(text.document, "opening");
  const { prev: _, ...before } = like;
  const { origin, issuer, log, time } = head;
  const expected = jcs({ ...before, version: 1, origin, issuer, log, time });
  if (expected !== text.head) {
    throw new RosterProblem("The first roster of the new log is not the one in force.");
  }
  const fits =
    document.v === 1 &&
    document.origin === origin &&
    document.predecessor === roster.head.origin &&
    document.origin !== document.predecessor &&
    document.time === time &&
    document.roster_genesis_sha256 === hex(await sha256(utf8(text.head)));
  if (!fits) throw new RosterProblem("What opens the new log is about something else.");
  return document;
}

export interface Opening {
  project: string;
  document: string;
  owners: string;
  head: string;
  signatures: string;
}

export async function signSuccession(key: DeviceKey, text: SuccessionText): Promise<Opening> {
  const signed = async (tag: "lp-succession/1" | "lp-roster/1", what: string) =>
    jcs([{ spki: key.spki, signature: await sign(key, tag, what) }]);
  const { project, document, head } = text;
  return {
    project,
    document,
    owners: await signed("lp-succession/1", document),
    head,
    signatures: await signed("lp-roster/1", head),
  };
}
