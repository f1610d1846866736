// What a verification says: a verdict, and for each check what became of it.

import type { Json } from "../jcs.js";

export const checkNames = [
  "parse",
  "canonical",
  "statement",
  "marks",
  "leaf",
  "issuer_signature",
  "inclusion",
  "checkpoint",
  "roster",
  "issuer_range",
  "human",
  "quorum",
  "agent",
  "semantics",
  "anchor",
  "witnesses",
  "time",
  "trust",
  "requirement",
] as const;
// `erasure` stands in the place of `statement` when the statement is gone.
export type CheckName = (typeof checkNames)[number] | "erasure";

export type Verdict = "VALID" | "ERASED" | "INDETERMINATE" | "INVALID";
export const exitCodes: Record<Verdict, number> = {
  VALID: 0,
  ERASED: 20,
  INDETERMINATE: 30,
  INVALID: 40,
};

export type HumanClass = "A" | "B" | "C" | "none";
export type LogLevel = "L0" | "L1" | "L2" | "L3" | "none";

export interface CheckReport {
  check: CheckName;
  // `erased`, of `human` alone: the signatures hold, and who one of these people was is gone.
  result: "ok" | "erased" | "failed" | "absent" | "not run";
  why?: string;
}

export interface Report {
  verdict: Verdict;
  check?: CheckName; // the one that named the verdict
  why?: string;
  human: HumanClass;
  log: LogLevel;
  keys_cosigned?: boolean; // those of the people, each by a second owner
  type?: string;
  origin?: string;
  index?: number;
  time?: string;
  request_id?: string;
  marks?: string[];
  strength?: string;
  agent_claims?: Json; // what the agent said of itself; proves nothing
  checks: CheckReport[];
}

// A check that does not hold: INVALID when something is wrong, INDETERMINATE when something that is
// needed is missing.
export class Failed extends Error {
  readonly verdict: "INVALID" | "INDETERMINATE";
  constructor(why: string, verdict: "INVALID" | "INDETERMINATE" = "INVALID") {
    super(why);
    this.verdict = verdict;
  }
}

export function demand(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Failed(why);
}

// Within a check, what is wrong comes before what is missing: so this is thrown last.
export function missing(why: string): Failed {
  return new Failed(why, "INDETERMINATE");
}
