// One verification under way: the receipt, what the verifier trusts, and what has been read and
// shown so far. Checks read it and add to it, in the order of spec/receipt-format.md §4.

import type { Issuer } from "./leaf.js";
import type { Checkpoint } from "./note.js";
import type { Logged, Receipt } from "./receipt.js";
import type { HumanClass, LogLevel } from "./report.js";
import type { Head, humanLevels, logLevels } from "./roster.js";
import type { Statement } from "./statement.js";
import type { Trust } from "./trust.js";

export interface Options {
  trust: Trust[];
  require?: { human?: (typeof humanLevels)[number]; log?: (typeof logLevels)[number] };
  allowTest?: boolean;
}

// A statement with its leaf: the receipt's own, or that of a review.
export interface Part {
  what: string; // for sentences: "the statement", "review 2"
  statement: Statement;
  issuer?: Issuer;
  tlog: Logged;
}

export interface Subject {
  receipt: Receipt;
  options: Options;
  own: Part;
  reviews: Part[];
  trust?: Trust; // the one for the statement's origin
  human: HumanClass;
  log: LogLevel;
  keysCosigned?: boolean; // of the people, each by a second owner
  cosigned: boolean; // by the quorum of the witness policy
}

export function parts(subject: Subject): Part[] {
  return [subject.own, ...subject.reviews];
}

export function lastHead(subject: Subject): Head | undefined {
  return subject.receipt.rosters.at(-1)?.head;
}

export function checkpointOf(part: Part): Checkpoint {
  return part.tlog.proof.checkpoint;
}

export function indexOf(part: Part): number {
  return part.tlog.proof.index;
}

const people = ["approved", "approved_with_modifications", "rejected"].map(
  (x) => `decision.${x}`,
);
export const isPeoplesType = (type: string): boolean => people.includes(type);

// A review that says something of the payload, and so is signed by a person. A comment is none.
const reviews = ["approved", "edited", "rejected", "changes_requested"].map((x) => `review.${x}`);
export const isReview = (type: string): boolean => reviews.includes(type);

// Nobody's signature: the server vouches that somebody was logged in.
export function bySession({ actor }: Statement): boolean {
  return actor.method === "session" || actor.method === "oidc";
}
