// RFC 3161 time tokens over the checkpoint. (spec/receipt-format.md §4, `time`)

import { type CheckReport, missing } from "./report.js";
import type { Subject } from "./subject.js";

export async function checkTime(subject: Subject): Promise<CheckReport["result"]> {
  if (subject.receipt.time.length === 0) return "absent";
  throw missing("this verifier does not check time tokens");
}
