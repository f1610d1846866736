// The checks of what the statement says: the agent's proof, whether everything agrees, and whether
// it reaches what the verifier demands.

import { type Bytes, base64, tagged } from "../bytes.js";
import { jcs } from "../jcs.js";
import { readErasure } from "./erasure_document.js";
import { type CheckReport, demand, type HumanClass, type LogLevel, missing } from "./report.js";
import { type humanLevels, type logLevels, ownersWhoSigned } from "./roster.js";
import { ed25519OfSpki, ed25519Signed, keyId, p256SignedRaw, sha256Hex } from "./signatures.js";
import type { Statement } from "./statement.js";
import { isPeoplesType, isReview, lastHead, type Part, parts, type Subject } from "./subject.js";

type Result = CheckReport["result"];

export async function checkAgent(subject: Subject): Promise<Result> {
  const { agent } = subject.receipt;
  if (!agent) return "absent";
  const { statement } = subject.own;
  const asks = statement.type === "request.created" || statement.type === "request.revised";
  demand(asks && statement.strength === "httpsig", "no agent signed this statement's request");
  const [base, salt, sig, spki] = [agent.base, agent.salt, agent.sig, agent.key].map(base64);
  const hash = await sha256Hex(jcs({ base, kind: "agent_signature", salt, sig, spki }));
  const there = statement.evidence.some((e) => e.kind === "agent_signature" && e.sha256 === hash);
  demand(there, "the statement does not hold what the agent signed");
  demand((await keyId(agent.key)) === statement.actor.key, "the key is not the one of the actor");
  const ed25519 = ed25519OfSpki(agent.key);
  const signed = ed25519
    ? await ed25519Signed(ed25519, agent.base, agent.sig)
    : await p256SignedRaw(agent.key, agent.base, agent.sig);
  demand(signed, "the agent's signature does not verify");
  return "ok";
}

export async function checkSemantics(subject: Subject): Promise<Result> {
  const { own, reviews } = subject;
  for (const part of parts(subject)) {
    demandAgreement(part);
    await demandSubject(part, part === own ? subject.receipt.document : undefined);
  }
  demandDescriptor(subject);
  await demandErasureDocument(subject);
  await demandOwnersOfErasure(subject);
  if (reviews.length > 0) demandDecider(own, reviews);
  const backwards = reviews.find(({ statement }) => statement.time > own.statement.time);
  demand(!backwards, `${backwards?.what} is later than the decision`);
  return "ok";
}

const verdictOf: Record<string, Statement["verdict"]> = {
  "review.approved": "approve",
  "review.edited": "approve",
  "review.rejected": "reject",
  "review.changes_requested": "request_changes",
  "decision.approved": "approve",
  "decision.approved_with_modifications": "approve",
  "decision.rejected": "reject",
};

function demandAgreement({ what, statement }: Part): void {
  const { type, verdict, actor } = statement;
  demand(verdict === verdictOf[type], `the verdict of ${what} does not fit ${type}`);
  if (!isReview(type) && !isPeoplesType(type)) return;
  const ofRequest = statement.request !== undefined && statement.stream.id !== "project";
  demand(ofRequest, `${what} is about no request`);
  if (!isReview(type)) return;
  const edit = type === "review.edited";
  demand((statement.base !== undefined) === edit, `${what} names a base exactly when it edits`);
  demand(actor.kind === "member", `${what} was not made by a person`);
}

function demandDescriptor({ own, receipt }: Subject): void {
  const { request, origin } = own.statement;
  const { descriptor } = receipt;
  demand(
    (request === undefined) === (descriptor === undefined),
    "the request's descriptor is missing, or there is no request for it",
  );
  if (!request || !descriptor) return;
  demand(descriptor.sha256 === request.sha256, "the descriptor is of another request");
  demand(descriptor.origin === origin, "the descriptor is of another log");
}

// Of the payload if there is one; else of the document concerned, or of the stream's id.
async function demandSubject({ what, statement }: Part, document: Bytes | undefined) {
  const { kind, digest } = statement.subject;
  const { env_sha256, commit } = statement.payload ?? {};
  const byCommit = env_sha256 === undefined && commit !== undefined;
  const fits = kind === (byCommit ? "lpCommit" : "sha256");
  const explained = env_sha256 ?? commit;
  // In the project's own stream a document that is not here may be meant; in no other.
  const { id } = statement.stream;
  const rest = document ?? (id === "project" ? undefined : id);
  const wanted = explained ?? (rest && (await sha256Hex(rest)));
  const same = fits && (wanted === undefined || digest === wanted);
  demand(same, `${what} is filed under another digest than that of what it is about`);
  if (document) demand(!explained, "the document is not the one that the statement is about");
}

// The document of an erasure is of exact form, whoever reads it.
async function demandErasureDocument({ own, receipt }: Subject): Promise<void> {
  if (own.statement.type !== "erasure.performed" || !receipt.document) return;
  const { origin } = readErasure(receipt.document);
  demand(origin === own.statement.origin, "the erasure is of another log");
}

async function demandOwnersOfErasure(subject: Subject): Promise<void> {
  const { owners, document } = subject.receipt;
  if (!owners) return;
  const fits = subject.own.statement.type === "erasure.performed" && document !== undefined;
  demand(fits, "owners sign the document of an erasure and nothing else");
  demand(
    (await erasureSigners(subject, document)) !== undefined,
    "an owner's signature of the erasure does not verify",
  );
}

export async function erasureSigners(
  subject: Subject,
  document: Bytes,
): Promise<number | undefined> {
  const head = lastHead(subject);
  const signatures = subject.receipt.owners ?? [];
  return head && ownersWhoSigned(head, signatures, tagged("lp-erasure/1", document));
}

// Somebody whose review is counted made the decision.
function demandDecider(own: Part, reviews: Part[]): void {
  if (!isPeoplesType(own.statement.type)) return;
  const { id, key } = own.statement.actor;
  const one = reviews.some(({ statement: { actor } }) => actor.id === id && actor.key === key);
  demand(one, "the decision was made by somebody whose review is not counted");
}

const humanRank: Record<HumanClass, number> = { none: 0, C: 1, B: 2, A: 3 };
const humanWanted: Record<(typeof humanLevels)[number], number> = {
  session: 1,
  device: 2,
  passkey: 3,
};
const logRank: Record<LogLevel, number> = { none: -1, L0: 0, L1: 1, L2: 2, L3: 3 };
const logWanted: Record<(typeof logLevels)[number], number> = {
  signed: 0,
  logged: 1,
  witnessed: 2,
  "time-stamped": 3,
};

// Types whose human class counts. That a change was asked for allows nothing.
function madeByPeople(type: string): boolean {
  return isPeoplesType(type) || (isReview(type) && type !== "review.changes_requested");
}

export function checkRequirement(subject: Subject): Result {
  const { options, trust, human, log, own } = subject;
  const humans = [trust?.min.human ?? "device", options.require?.human ?? "session"] as const;
  const wanted = Math.max(...humans.map((name) => humanWanted[name]));
  if (madeByPeople(own.statement.type)) {
    const reached = humanRank[human] >= wanted;
    demand(reached, `a weaker human proof (${human}) than what is demanded`);
  }
  const logs = [trust?.min.log ?? "logged", options.require?.log ?? "signed"] as const;
  const level = Math.max(...logs.map((name) => logWanted[name]));
  if (logRank[log] < level)
    throw missing(`the log proof (${log}) is weaker than what is demanded; more may join later`);
  return "ok";
}

export function checkTrust(subject: Subject): Result {
  if (!subject.trust) {
    throw missing(
      "self-consistent, but you have no trust file for this log, so nobody confirms its keys",
    );
  }
  return "ok";
}
