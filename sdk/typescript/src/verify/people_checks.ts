// The checks of who may say yes and who did: roster, issuer's range, human, quorum.

import { type Bytes, base64, fromHex, utf8 } from "../bytes.js";
import { type Json, jcs } from "../jcs.js";
import { demandBatch, deviceMessage, placeEntry } from "./batch.js";
import { type DecisionCore, readCore } from "./decision_core.js";
import { isAfter } from "./log_checks.js";
import { Malformed } from "./members.js";
import type { Human } from "./receipt.js";
import { type CheckReport, demand, Failed, type HumanClass } from "./report.js";
import {
  type Head,
  headMessage,
  type KeyRange,
  type OwnerSignature,
  ownersWhoSigned,
  type RosterVersion,
  vouchedFor,
  within,
} from "./roster.js";
import { demandOfRule } from "./rule.js";
import { keyId, p256Signed, sha256Hex } from "./signatures.js";
import { samePayload } from "./statement.js";
import {
  bySession,
  indexOf,
  isPeoplesType,
  isReview,
  lastHead,
  type Part,
  parts,
  type Subject,
} from "./subject.js";
import { leadsToRoot, leafHash } from "./tree.js";
import { checkPasskey } from "./webauthn.js";

type Result = CheckReport["result"];

export async function checkRoster(subject: Subject): Promise<Result> {
  const { trust, own } = subject;
  const { rosters } = subject.receipt;
  const [first] = rosters;
  const named = own.statement.roster_sha256;
  if (!first) {
    demand(!trust && named === undefined, "the roster is missing");
    return "absent";
  }
  if (trust) {
    const trusted = first.head.version === 1 ? [trust.genesis] : trust.laterRosters;
    demand(trusted.includes(first.head.sha256), "it starts at a roster that you do not trust");
  }
  for (const [index, version] of rosters.entries()) {
    const { head } = version;
    const at = `version ${head.version} of the roster`;
    demand(head.origin === own.statement.origin, `${at} is of another log`);
    const before = rosters[index - 1]?.head;
    if (before) demandNext(head, before, at);
    await demandOwners(version, before, at);
  }
  const last = lastHead(subject) as Head;
  const fits = named === undefined ? last.version === 1 : last.sha256 === named;
  demand(fits, "the last roster is not the one that the statement names");
  return "ok";
}

function demandNext(head: Head, before: Head, at: string): void {
  const follows = head.version === before.version + 1 && head.prev === before.sha256;
  demand(follows, `${at} does not follow the one before`);
  demand(head.time >= before.time, `${at} is older than the one before`);
  // A test roster stays one for ever, and one of a demonstration.
  for (const mark of ["test", "demo"]) {
    const washed = before.marks.includes(mark) && !head.marks.includes(mark);
    demand(!washed, `${at} has lost the mark ${mark}`);
  }
}

async function demandOwners(
  { head, signatures }: RosterVersion,
  before: Head | undefined,
  at: string,
): Promise<void> {
  const message = headMessage(head);
  if (!before && head.version > 1) {
    // Trusted by its hash. Its owners stand in the version before, which is not there; but what
    // is in the file has to verify.
    await demandEach(signatures, message, at);
    return;
  }
  const owners = before ?? head;
  const count = await ownersWhoSigned(owners, signatures, message);
  demand(count !== undefined, `${at} has a signature that is not an owner's or does not verify`);
  demand(count >= owners.threshold, `${at} was not signed by enough owners`);
}

async function demandEach(signatures: OwnerSignature[], message: Bytes, at: string) {
  for (const { spki, signature } of signatures) {
    const alone = { owners: [spki] } as Head;
    const count = await ownersWhoSigned(alone, [{ spki, signature }], message);
    demand(count === 1, `a signature of ${at} does not verify`);
  }
}

export function checkIssuerRange(subject: Subject): Result {
  const head = lastHead(subject);
  if (!head) return "absent";
  let any = false;
  for (const part of parts(subject)) {
    if (!part.issuer) continue;
    any = true;
    const key = base64(part.issuer.key);
    demand(
      head.issuer.some((range) => range.key === key && within(range, indexOf(part))),
      `the roster does not list the issuer of ${part.what} for its index`,
    );
    const pinned = subject.trust?.issuer;
    if (pinned)
      demand(
        mayIssue(pinned, head, key, indexOf(part)),
        `your trust file does not list the issuer of ${part.what}`,
      );
  }
  return any ? "ok" : "absent";
}

// A key that the trust file names is bound to its ranges there. One that it does not know may come
// after one that it lists without end, where the roster ends that one.
function mayIssue(pinned: KeyRange[], head: Head, key: string, index: number): boolean {
  const known = pinned.filter((range) => range.key === key);
  if (known.length > 0) return known.some((range) => within(range, index));
  const ended = (range: KeyRange) =>
    range.to === undefined &&
    head.issuer.some(
      (now) =>
        now.key === range.key &&
        now.from === range.from &&
        now.to !== undefined &&
        now.to <= index,
    );
  return pinned.some(ended);
}

const weakestFirst: HumanClass[] = ["C", "B", "A"];

export async function checkHumans(subject: Subject): Promise<Result> {
  const { humans } = subject.receipt;
  const people = isReview(subject.own.statement.type) ? [subject.own] : subject.reviews;
  const signers = people.filter(({ statement }) => !bySession(statement));
  demand(humans.length === signers.length, "there is not one signature for each review");
  let gap: Failed | undefined;
  for (const [index, part] of signers.entries()) {
    const human = humans[index] as Human;
    try {
      await checkHuman(subject, part, human);
    } catch (error) {
      if (error instanceof Malformed) throw new Failed(error.message);
      if (!(error instanceof Failed) || error.verdict === "INVALID") throw error;
      gap ??= error;
    }
  }
  if (gap) throw gap;
  if (people.length === 0) return "absent";
  const classes = people.map(({ statement }) =>
    bySession(statement) ? "C" : classOf(subject, statement.sha256, signers),
  );
  subject.human = weakestFirst.find((name) => classes.includes(name)) ?? "none";
  return humans.length > 0 ? "ok" : "absent";
}

function classOf(subject: Subject, sha256: string, signers: Part[]): HumanClass {
  const index = signers.findIndex(({ statement }) => statement.sha256 === sha256);
  return subject.receipt.humans[index]?.class === "passkey" ? "A" : "B";
}

async function checkHuman(subject: Subject, part: Part, human: Human): Promise<void> {
  const core = readCore(human.core);
  await demandEvidence(part, human, core);
  demandCoreFits(subject, part, core);
  const methods = human.class === "device" ? ["device_key"] : ["passkey", "fido2"];
  const { method } = part.statement.actor;
  demand(methods.includes(method), `${part.what} says that the person used another kind of key`);
  await demandEntry(subject, part, human, core);
  await demandBatch(human, core, subject.receipt.descriptor, part.what);
  if (human.class === "device") {
    const message = deviceMessage(human);
    const spki = human.entry.spki as Bytes;
    const signed = await p256Signed(spki, message, human.signature, "low");
    demand(signed, `the person's signature of ${part.what} does not verify`);
    return;
  }
  await checkPasskey(human, subject.trust?.rp, part.what);
}

// The statement holds the hash of what the person signed, with a salt.
async function demandEvidence(part: Part, human: Human, core: DecisionCore): Promise<void> {
  const kind = human.class === "device" ? "device_key" : "passkey";
  const encode = (bytes: Bytes | undefined) => (bytes ? base64(bytes) : undefined);
  const entry = jcs({
    authenticatorData: encode(human.authenticatorData),
    batch: human.batch && placeEntry(human.batch),
    class: human.class,
    clientDataJSON: encode(human.clientDataJSON),
    core: base64(human.core),
    kind,
    roster_sha256: core.roster_sha256,
    salt: human.salt,
    signature: base64(human.signature),
  });
  const hash = await sha256Hex(entry);
  const there = part.statement.evidence.some((e) => e.kind === kind && e.sha256 === hash);
  demand(there, `${part.what} does not hold what the person signed`);
}

function demandCoreFits(subject: Subject, part: Part, core: DecisionCore): void {
  const { statement } = part;
  const { descriptor } = subject.receipt;
  const facts: [string, boolean][] = [
    ["log", core.aud === statement.origin],
    ["request", descriptor !== undefined && core.request_sha256 === descriptor.sha256],
    ["request id", core.request_id === statement.stream.id],
    ["version", core.version === statement.request?.version],
    ["level", core.level === statement.request?.level],
    ["policy", core.policy_sha256 === statement.policy?.sha256],
    ["rule", core.rule_sha256 === statement.rule?.sha256],
    ["payload", samePayload(core.payload, statement.payload)],
    ["base", samePayload(core.base, statement.base)],
    ["reason", core.reason === statement.reason],
    ["verdict", core.verdict === statement.verdict],
    ["approver", core.approver === statement.actor.id],
    ["key", core.key === statement.actor.key],
  ];
  const other = facts.find(([, fits]) => !fits);
  demand(!other, `the person signed another ${other?.[0]} than ${part.what} says`);
  const { time } = statement;
  const inTime = core.issued_at <= time && time <= core.expires_at;
  demand(inTime, `${part.what} lies outside the time that the person signed for`);
}

async function demandEntry(subject: Subject, part: Part, human: Human, core: DecisionCore) {
  const { entry, index, path } = human;
  const heads = subject.receipt.rosters.map((version) => version.head);
  const head = heads.find(({ sha256: hash }) => hash === core.roster_sha256);
  demand(
    head !== undefined,
    `the roster that the person of ${part.what} signed under is missing`,
  );
  const fits = entry.class === human.class && entry.member === core.approver;
  demand(fits && entry.spki !== undefined, `the roster entry of ${part.what} is somebody else's`);
  demand(
    (await keyId(entry.spki)) === core.key,
    `the roster entry of ${part.what} has another key`,
  );
  demand(entry.roles.includes("reviewer"), `the person of ${part.what} is not a reviewer`);
  const leaf = await leafHash(utf8(entry.text));
  const { size, root } = head.tree;
  const listed = await leadsToRoot(leaf, index, size, path, fromHex(root));
  demand(listed, `the roster does not list the person of ${part.what}`);
  const shown = heads.filter(({ version }) => version <= head.version);
  const vouched = await vouchedFor(entry, head.origin, shown);
  demand(vouched !== undefined, `a cosignature of the key of ${part.what} does not hold`);
  subject.keysCosigned = (subject.keysCosigned ?? true) && vouched;
}

export async function checkQuorum(subject: Subject): Promise<Result> {
  const { own, reviews, receipt } = subject;
  const { statement } = own;
  const sameReviews =
    statement.reviews.length === reviews.length &&
    reviews.every((review, index) => review.statement.sha256 === statement.reviews[index]);
  demand(sameReviews, "the reviews are not those that the statement counts");
  for (const review of reviews) demandSameRequest(own, review);
  if (!isPeoplesType(statement.type) || statement.actor.kind !== "member") {
    demand(receipt.rule === undefined, "there is a rule, but no people decided");
    return reviews.length > 0 ? "ok" : "absent";
  }
  demand(reviews.length > 0, "nobody's review is counted");
  demandVerdicts(subject);
  demandDistinct(reviews);
  demandNotOwner(subject);
  const { rule } = receipt;
  demand(rule !== undefined && statement.rule !== undefined, "the rule is missing");
  const hash = await sha256Hex(jcs(rule as Json));
  demand(hash === statement.rule.sha256, "the rule is not the one that the statement names");
  demandOfRule(rule, subject);
  return "ok";
}

function demandSameRequest(own: Part, review: Part): void {
  const [mine, its] = [own.statement, review.statement];
  const same =
    its.origin === mine.origin &&
    its.stream.id === mine.stream.id &&
    its.request?.sha256 === mine.request?.sha256;
  demand(same, `${review.what} is of another request`);
  demand(its.request?.level === mine.request?.level, `${review.what} is of another level`);
  demand(its.rule?.sha256 === mine.rule?.sha256, `${review.what} is under another rule`);
  demand(isAfter(own, review), `${review.what} does not stand before the decision`);
}

function demandVerdicts(subject: Subject): void {
  const { statement } = subject.own;
  const rejection = statement.type === "decision.rejected";
  const types = rejection ? ["review.rejected"] : ["review.approved", "review.edited"];
  const loose = statement.request?.level !== "critical" || lastHead(subject)?.single_operator;
  for (const { what, statement: review } of subject.reviews) {
    demand(types.includes(review.type), `${what} does not say what the decision says`);
    demand(samePayload(review.payload, statement.payload), `${what} is of another payload`);
    const edit = review.type === "review.edited";
    const version = (review.request?.version ?? 0) + (edit ? 1 : 0);
    demand(version === statement.request?.version, `${what} is of another version`);
    demand(
      !edit || loose === true,
      `${what} is an edit, which does not approve at level critical`,
    );
  }
}

function demandDistinct(reviews: Part[]): void {
  const members = reviews.map(({ statement }) => statement.actor.id);
  const keys = reviews.flatMap(({ statement }) => statement.actor.key ?? []);
  demand(new Set(members).size === members.length, "one person is counted twice");
  demand(new Set(keys).size === keys.length, "one key is counted twice");
}

// From high on, nobody approves what their own agent asks for. A no harms nobody.
function demandNotOwner(subject: Subject): void {
  const { statement } = subject.own;
  const strict = ["high", "critical"].includes(statement.request?.level ?? "");
  const approves = statement.type !== "decision.rejected";
  if (!strict || !approves || lastHead(subject)?.single_operator) return;
  const owner = subject.receipt.descriptor?.agent_owner;
  const own = subject.reviews.some((review) => review.statement.actor.id === owner);
  demand(!own, "the agent's owner approved what their own agent asked for");
}
