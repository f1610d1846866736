// The decision core (spec/log-format.md §6): what a person signed.

import type { Bytes } from "../bytes.js";
import { Members, readCanonical } from "./members.js";
import {
  compact,
  type Level,
  levels,
  type PayloadRef,
  readPayload,
  type Verdict,
  verdicts,
} from "./statement.js";

export interface DecisionCore {
  aud: string;
  request_id: string;
  version: number;
  request_sha256: string;
  verdict: Verdict;
  payload: PayloadRef;
  base?: PayloadRef;
  level: Level;
  policy_sha256: string;
  roster_sha256: string;
  rule_sha256: string;
  reason?: string;
  approver: string;
  key: string;
  issued_at: string;
  expires_at: string;
}

export function readCore(bytes: Bytes): DecisionCore {
  const members = new Members(readCanonical(bytes, "core"), "core");
  if (members.integer("v") !== 1) throw members.wrong("v", "is not 1");
  members.optional("display", members.hash);
  members.integer("dwell_ms");
  members.binary("nonce");
  const core = compact({
    aud: members.text("aud"),
    request_id: members.text("request_id"),
    version: members.version("version"),
    request_sha256: members.hash("request_sha256"),
    verdict: members.oneOf("verdict", verdicts),
    payload: readPayload(members.inner("payload")),
    base: members.optional("base", () => readPayload(members.inner("base"))),
    level: members.oneOf("level", levels),
    policy_sha256: members.hash("policy_sha256"),
    roster_sha256: members.hash("roster_sha256"),
    rule_sha256: members.hash("rule_sha256"),
    reason: members.optional("reason", members.hash),
    approver: members.text("approver"),
    key: members.hash("key"),
    issued_at: members.instant("issued_at"),
    expires_at: members.instant("expires_at"),
  });
  members.done();
  if (core.base && core.verdict !== "approve")
    throw members.wrong("base", "stands in an edit only");
  if (core.verdict === "approve" && !core.payload.commit) {
    throw members.wrong("payload", "of an approval has no commit");
  }
  return core;
}
