// The verification of one receipt: the checks of spec/receipt-format.md §4 in their order. The
// first that does not hold ends it and names the verdict.

import { demandErased, demandErasedPerson } from "./erasure.js";
import { checkAgent, checkRequirement, checkSemantics, checkTrust } from "./event_checks.js";
import {
  checkAnchor,
  checkCheckpoint,
  checkInclusion,
  checkIssuer,
  checkLeaf,
  checkMarks,
  checkWitnesses,
} from "./log_checks.js";
import { Malformed } from "./members.js";
import { checkHumans, checkIssuerRange, checkQuorum, checkRoster } from "./people_checks.js";
import { type Receipt, readReceipt } from "./receipt.js";
import {
  type CheckName,
  type CheckReport,
  checkNames,
  Failed,
  type Report,
  type Verdict,
} from "./report.js";
import { readStatement, UnknownType } from "./statement.js";
import type { Options, Part, Subject } from "./subject.js";
import { checkTime } from "./time_check.js";
import { trustOf } from "./trust.js";

export type { Options } from "./subject.js";

type Result = CheckReport["result"];
type Check = (subject: Subject) => Result | Promise<Result>;

const checks: [CheckName, Check][] = [
  ["marks", checkMarks],
  ["leaf", checkLeaf],
  ["issuer_signature", checkIssuer],
  ["inclusion", checkInclusion],
  ["checkpoint", checkCheckpoint],
  ["roster", checkRoster],
  ["issuer_range", checkIssuerRange],
  ["human", checkPeople],
  ["quorum", checkQuorum],
  ["agent", checkAgent],
  ["semantics", checkSemantics],
  ["anchor", checkAnchor],
  ["witnesses", checkWitnesses],
  ["time", checkTime],
  ["trust", checkTrust],
  ["requirement", checkRequirement],
];

export async function verifyReceipt(bytes: Uint8Array, options: Options): Promise<Report> {
  return (await examineReceipt(bytes, options)).report;
}

// The report, and what was read on the way: for a page that tells people who decided what. The
// subject is there as soon as the statement could be read, and proves no more than the report says.
export interface Examined {
  report: Report;
  subject?: Subject;
}

export async function examineReceipt(bytes: Uint8Array, options: Options): Promise<Examined> {
  const run = new Run(options);
  let receipt: Receipt | undefined;
  const ready =
    (await run.step("parse", async (): Promise<Result> => {
      const read = await readReceipt(bytes);
      receipt = read.receipt;
      run.canonical = read.canonical;
      return "ok";
    })) &&
    (await run.step("canonical", () => {
      if (!run.canonical) throw new Failed("the bytes are not the canonical form of the content");
      return "ok";
    }));
  if (!ready || !receipt) return { report: run.report("INVALID", undefined) };
  return receipt.erasure
    ? { report: await verifyErased(run, receipt, receipt.erasure) }
    : verifyStated(run, receipt);
}

async function verifyStated(run: Run, receipt: Receipt): Promise<Examined> {
  let subject: Subject | undefined;
  const read = await run.step("statement", async (): Promise<Result> => {
    subject = await subjectOf(receipt, run.options);
    return "ok";
  });
  if (!read || !subject) return { report: run.report("VALID", undefined) };
  const known = subject;
  for (const [name, check] of checks) {
    if (!(await run.step(name, () => check(known)))) break;
  }
  return { report: run.report("VALID", known), subject: known };
}

async function subjectOf(receipt: Receipt, options: Options): Promise<Subject> {
  const { statement, issuer, tlog } = receipt;
  if (!statement) throw new Malformed("there is no statement");
  const own: Part = { what: "the statement", statement: await readStatement(statement), tlog };
  if (issuer) own.issuer = issuer;
  const reviews = await Promise.all(
    receipt.reviews.map(async (review, index) => ({
      what: `review ${index + 1}`,
      statement: await readStatement(review.statement),
      ...(review.issuer && { issuer: review.issuer }),
      tlog: review.tlog,
    })),
  );
  const trust = trustOf(options.trust, own.statement.origin);
  const start = { human: "none", log: "none", cosigned: false } as const;
  return { receipt, options, own, reviews, ...(trust && { trust }), ...start };
}

const notOfErased = new Set<CheckName>(["inclusion", "checkpoint"]);

async function verifyErased(run: Run, receipt: Receipt, erasure: Receipt): Promise<Report> {
  let subject: Subject | undefined;
  const read = await run.step("erasure", async (): Promise<Result> => {
    const performed = await verifyStated(new Run(run.options), erasure);
    const { report } = performed;
    if (report.verdict !== "VALID" || !performed.subject) {
      throw new Failed(`the receipt of the erasure is ${report.verdict}: ${report.why}`);
    }
    await demandErased(performed.subject, receipt.tlog.proof.index);
    const own = { ...performed.subject.own, what: "the entry", tlog: receipt.tlog };
    subject = { ...performed.subject, own, reviews: [], human: "none", log: "none" };
    return "ok";
  });
  if (read && subject) {
    const known = subject;
    for (const [name, check] of checks) {
      const step = notOfErased.has(name) ? () => check(known) : () => "absent" as const;
      if (!(await run.step(name, step))) break;
    }
  }
  const report = run.report("ERASED", undefined);
  const { index, checkpoint } = receipt.tlog.proof;
  return { ...report, log: subject?.log ?? "none", origin: checkpoint.origin, index };
}

// The signatures of people, and that who some of them were is gone.
async function checkPeople(subject: Subject): Promise<Result> {
  const erasures = subject.receipt.erasedPeople;
  let result: Result = "erased";
  let gap: Failed | undefined;
  const unlessGap = async (step: () => Promise<void>) => {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Failed) || error.verdict === "INVALID") throw error;
      gap ??= error;
    }
  };
  await unlessGap(async () => {
    result = await checkHumans(subject);
  });
  const { human } = subject;
  subject.human = "none"; // until all of it holds
  for (const erasure of erasures) await unlessGap(() => demandPersonsErasure(erasure, subject));
  if (gap) throw gap;
  subject.human = human;
  return erasures.length > 0 ? "erased" : result;
}

async function demandPersonsErasure(erasure: Receipt, subject: Subject): Promise<void> {
  const { report, subject: performed } = await verifyStated(new Run(subject.options), erasure);
  const why = `the receipt of a person's erasure is ${report.verdict}: ${report.why}`;
  if (report.verdict === "INDETERMINATE") throw new Failed(why, "INDETERMINATE");
  if (report.verdict !== "VALID" || !performed) throw new Failed(why);
  await demandErasedPerson(performed, subject);
}

// The checks so far and the first that did not hold.
class Run {
  readonly options: Options;
  canonical = false;
  private readonly done: CheckReport[] = [];
  private fault: { verdict: Verdict; check: CheckName; why: string } | undefined;

  constructor(options: Options) {
    this.options = options;
  }

  async step(check: CheckName, run: () => Result | Promise<Result>): Promise<boolean> {
    try {
      this.done.push({ check, result: await run() });
      return true;
    } catch (error) {
      const verdict = verdictOf(error);
      if (!verdict || !(error instanceof Error)) throw error;
      this.fault = { verdict, check, why: error.message };
      this.done.push({ check, result: "failed", why: error.message });
      return false;
    }
  }

  report(best: Verdict, subject: Subject | undefined): Report {
    const { verdict, check, why } = this.fault ?? { verdict: best };
    return {
      verdict,
      ...(check && { check }),
      ...(why && { why }),
      human: subject?.human ?? "none",
      log: subject?.log ?? "none",
      ...(["A", "B"].includes(subject?.human ?? "none") && subject?.keysCosigned !== undefined
        ? { keys_cosigned: subject.keysCosigned }
        : {}),
      ...(subject && claims(subject)),
      checks: this.all(),
    };
  }

  private all(): CheckReport[] {
    const erased = this.done.some(({ check }) => check === "erasure");
    const names = checkNames.map(
      (name): CheckName => (erased && name === "statement" ? "erasure" : name),
    );
    return names.map(
      (check) => this.done.find((one) => one.check === check) ?? { check, result: "not run" },
    );
  }
}

// Nothing for what is no judgement about the receipt but a fault of the verifier.
function verdictOf(error: unknown): "INVALID" | "INDETERMINATE" | undefined {
  if (error instanceof Failed) return error.verdict;
  if (error instanceof UnknownType) return "INDETERMINATE";
  return error instanceof Malformed ? "INVALID" : undefined;
}

// What the statement bears, and what its rosters say of the whole log.
function shownMarks({ own, receipt }: Subject): string[] {
  const ofLog = receipt.rosters
    .flatMap(({ head }) => head.marks)
    .filter((mark) => mark === "demo" || mark === "test");
  return [...new Set([...own.statement.marks, ...ofLog])].sort();
}

function claims(subject: Subject): Partial<Report> {
  const { statement, tlog } = subject.own;
  const marks = shownMarks(subject);
  const request = statement.request !== undefined && statement.stream.id !== "project";
  return {
    type: statement.type,
    origin: statement.origin,
    index: tlog.proof.index,
    time: statement.time,
    ...(request && { request_id: statement.stream.id }),
    ...(marks.length > 0 && { marks }),
    ...(statement.strength && { strength: statement.strength }),
    ...(statement.agent_claims && { agent_claims: statement.agent_claims }),
  };
}

// A file of one receipt, or of many, one to a line. Each is judged alone; an empty line is none.
export async function verifyFile(bytes: Uint8Array, options: Options): Promise<Report[]> {
  const reports: Report[] = [];
  for (const line of linesOf(bytes)) reports.push(await verifyReceipt(line, options));
  return reports;
}

export function linesOf(bytes: Uint8Array): Uint8Array[] {
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  const lines: Uint8Array[] = [];
  for (let start = 0; start <= end; ) {
    const found = bytes.indexOf(0x0a, start);
    const stop = found < 0 || found > end ? end : found;
    lines.push(bytes.subarray(start, stop));
    start = stop + 1;
  }
  return lines;
}
