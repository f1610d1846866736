// The check of time tokens (spec/receipt-format.md §4, `time`).

import { equalBytes, sha256 } from "../bytes.js";
import { type CheckReport, demand, missing } from "./report.js";
import { checkpointOf, type Subject } from "./subject.js";
import { demandOfAuthority, readTimeToken } from "./time_token.js";

export async function checkTime(subject: Subject): Promise<CheckReport["result"]> {
  const { receipt, trust, own } = subject;
  if (receipt.time.length === 0) return "absent";
  const imprint = await sha256(checkpointOf(own).body);
  // Tokens are good to the second at best.
  const earliest = Math.floor(Date.parse(own.statement.time) / 1000) * 1000;
  const tokens = receipt.time.map(readTimeToken);
  for (const token of tokens) {
    demand(equalBytes(token.imprint, imprint), "a time token is of another checkpoint");
    demand(token.at >= earliest, "a time token is older than the statement");
  }
  if (!trust?.tsaRoots) throw missing("the trust file names no time-stamping authority");
  for (const token of tokens) await demandOfAuthority(token, trust.tsaRoots);
  if (subject.cosigned) subject.log = "L3";
  return "ok";
}
