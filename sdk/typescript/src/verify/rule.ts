// Who has to say yes. This verifier judges the rule of one demand, `{"n_of":[count, group]}`;
// nested rules it leaves undecided.

import type { Json } from "../jcs.js";
import { isObject } from "./members.js";
import { demand, missing } from "./report.js";
import type { Entry } from "./roster.js";
import { bySession, type Subject } from "./subject.js";

interface Demand {
  count: number;
  kind: string; // role, group, member
  name: string;
}

export function demandOfRule(rule: Json | undefined, subject: Subject): void {
  const wanted = readRule(rule);
  if (!wanted) throw missing("this verifier does not know rules of this kind");
  const signers = subject.reviews.filter(({ statement }) => !bySession(statement));
  for (const review of subject.reviews) {
    // Of somebody who only was logged in there is no entry: the server says that they fit.
    if (bySession(review.statement)) continue;
    const entry = subject.receipt.humans[signers.indexOf(review)]?.entry;
    const fits = entry !== undefined && belongs(entry, wanted);
    demand(fits, `the person of ${review.what} is not of ${wanted.kind}:${wanted.name}`);
  }
  // One rejection is enough.
  const needed = subject.own.statement.type === "decision.rejected" ? 1 : wanted.count;
  const enough = subject.reviews.length >= needed;
  demand(enough, `the rule asks for ${wanted.count} of ${wanted.kind}:${wanted.name}`);
}

function readRule(rule: Json | undefined): Demand | undefined {
  if (!isObject(rule) || Object.keys(rule).join() !== "n_of") return undefined;
  const pair = rule.n_of;
  if (!Array.isArray(pair) || pair.length !== 2) return undefined;
  const [count, group] = pair;
  if (!Number.isSafeInteger(count) || (count as number) < 1) return undefined;
  const found = /^(role|group|member):(.+)$/s.exec(typeof group === "string" ? group : "");
  if (!found) return undefined;
  return { count: count as number, kind: found[1] as string, name: found[2] as string };
}

function belongs(entry: Entry, { kind, name }: Demand): boolean {
  if (kind === "member") return entry.member === name;
  return (kind === "role" ? entry.roles : entry.groups).includes(name);
}
