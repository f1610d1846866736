// Which requests one signature may be over: of one log, one action and one rule, and nothing
// critical. What the list says here the server and every verifier hold against the signature.

import type { Detail, Summary } from "../../api/types";
import { batchMax } from "../../crypto/batch";

type Asked = Pick<Summary, "project" | "project_name" | "service" | "action" | "level" | "state">;

// Why this one cannot be decided by one signature with the first of them, in a sentence; nothing
// when it can.
export function whyApart(first: Asked | undefined, next: Asked): string | undefined {
  if (next.level === "critical")
    return "What is critical is decided alone, by its own signature.";
  if (next.state !== "pending") return "It is decided already.";
  if (!first) return undefined;
  if (first.project !== next.project) return "It is of another project, and so of another log.";
  if (first.service !== next.service || first.action !== next.action) {
    return "It is of another action: one signature is over requests of one action.";
  }
  // The rule goes with the level, and so does how carefully it is read.
  if (first.level !== next.level) return "It is of another level: one signature is over one.";
  return undefined;
}

// Of what its page alone shows.
export function whyAlone(detail: Pick<Detail, "attachments">): string | undefined {
  return detail.attachments?.length
    ? "It has attachments, which are compared on its own page: it is decided alone."
    : undefined;
}

export const tooMany = `At most ${batchMax} are decided by one signature.`;
