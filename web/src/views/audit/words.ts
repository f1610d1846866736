// What happened, in words.

import type { Entry } from "../../audit/entry";

const did: Record<string, string> = {
  "request.created": "Asked",
  "request.viewed": "Looked at a request",
  "request.revised": "Changed what was asked",
  "request.cancelled": "Took a request back",
  "review.approved": "Approved",
  "review.edited": "Approved with changes",
  "review.rejected": "Rejected",
  "review.changes_requested": "Asked for changes",
  "review.commented": "Commented",
  "decision.approved": "Decided: approved",
  "decision.approved_with_modifications": "Decided: approved with changes",
  "decision.rejected": "Decided: rejected",
  "decision.expired": "Expired undecided",
  "decision.cancelled": "Closed: cancelled",
  "decision.denied": "Denied by policy",
  "handoff.created": "Handed work over",
  "handoff.fulfilled": "Reported a handoff fulfilled",
  "handoff.disputed": "Disputed a handoff",
  "handoff.failed": "Reported a handoff failed",
  "policy.changed": "Changed the policy",
  "roster.changed": "Signed a new roster",
  "member.added": "Added a member",
  "member.changed": "Changed a member",
  "member.removed": "Removed a member",
  "key.added": "Added a key",
  "key.rotated": "Rotated a key",
  "key.revoked": "Revoked a key",
  "export.made": "Made an export",
  "erasure.performed": "Erased content",
  "clock.adjusted": "The clock was set",
  "log.opened": "The log was opened",
  "log.frozen": "The log was frozen",
  "witness.changed": "Changed the witnesses",
  "config.changed": "Changed the configuration",
  "login.succeeded": "Signed in",
  "login.failed": "A sign-in failed",
};

export function deed({ type }: Entry): string {
  return did[type] ?? type;
}

const kinds: Record<string, string> = {
  agent: "agent",
  api_key: "API key",
  policy: "policy",
  system: "server",
};

const methods: Record<string, string> = {
  passkey: "passkey",
  fido2: "security key",
  device_key: "device key",
  session: "session",
  oidc: "single sign-on",
  hmac: "agent secret",
  httpsig: "agent key",
  api_key: "API key",
  rule: "rule",
  clock: "clock",
};

export function who({ actor, erased }: Entry, nameOf: (id: string) => string): string {
  if (erased) return "erased";
  const name = nameOf(actor.id);
  if (name !== "") return name;
  const kind = kinds[actor.kind] ?? actor.kind;
  return actor.kind === "system" || actor.kind === "policy"
    ? kind
    : `${kind} ${shortId(actor.id)}`;
}

export function how({ actor }: Entry): string {
  return methods[actor.method] ?? actor.method;
}

// Ids begin with their kind and the time of their making; the end tells them apart.
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`;
}

// 2026-11-03T10:00:00.123Z
export function instant(time: string): string {
  return time === "" ? "" : `${time.slice(0, 10)} ${time.slice(11, 19)}`;
}
