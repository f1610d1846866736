// A log that opens in the place of one that was closed after a rollback: what an owner signs,
// checked against the roster that this browser knows. The same as src/evidence/succession.cpp.

import { hex, sha256, utf8 } from "./bytes";
import { type DeviceKey, sign } from "./device_key";
import { jcs } from "./jcs";
import { type Head, type Roster, RosterProblem, readCanonical } from "./roster_chain";

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
  const head = readCanonical<Head>(text.head, "first roster");
  const document = readCanonical<SuccessionDocument>(text.document, "opening");
  const { prev: _, ...before } = roster.head;
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
