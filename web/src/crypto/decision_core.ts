// What a person signs. Built from the client's own decryption and from what it pinned, never by
// passing server bytes on; the server rebuilds it from its rows and refuses any other byte.

import type { Offer, PayloadReference } from "../api/types";
import { jcs } from "./jcs";

export type Verdict = "approve" | "reject" | "request_changes";

export interface DecisionInput {
  offer: Offer;
  verdict: Verdict;
  payload: PayloadReference; // ours: computed from what was decrypted and shown
  base?: PayloadReference; // an edit: the payload that was edited
  display?: string;
  reason?: string;
  dwellMs: number;
  issuedAt: string;
}

export function decisionCore(input: DecisionInput): string {
  const { offer } = input;
  return jcs({
    v: 1,
    aud: offer.aud,
    request_id: offer.request_id,
    version: offer.version,
    request_sha256: offer.request_sha256,
    verdict: input.verdict,
    payload: reference(input.payload),
    base: input.base ? reference(input.base) : undefined,
    level: offer.level,
    policy_sha256: offer.policy_sha256,
    roster_sha256: offer.roster_sha256,
    rule_sha256: offer.rule_sha256,
    display: input.display,
    reason: input.reason,
    dwell_ms: Math.max(0, Math.round(input.dwellMs)),
    approver: offer.approver,
    key: offer.key,
    nonce: offer.nonce,
    issued_at: input.issuedAt,
    expires_at: offer.expires_at,
  });
}

function reference(payload: PayloadReference) {
  const { kind, env_sha256, commit, kid } = payload;
  return { kind, env_sha256, commit, kid };
}
