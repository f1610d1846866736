// A decision, read from the server's answer: what does not fit together is not a decision.

import type { Json } from "../jcs.js";
import type { Report } from "../verify/index.js";
import { ApprovalExpiredError, ApprovalRejectedError, IntegrityError } from "./errors.js";
import { type JsonObject, membersOf, readObject, type Sealer, same } from "./payloads.js";

export interface Decision<T = JsonObject> {
  status: "APPROVED" | "APPROVED_WITH_MODIFICATIONS";
  requestId: string;
  approved: T; // what may run, and nothing else
  text: string; // its exact text
  payload: JsonObject;
  patched_payload: JsonObject | undefined;
  diff_summary: { changes: Record<string, { from: Json; to: Json }> } | undefined;
  actor_id: string | undefined;
  resolved_at: string | undefined;
  report?: Report; // of its receipt, where a trust file is given
}

// Undefined while it is pending. Throws ApprovalRejectedError for every no, and IntegrityError or
// DecryptionError for an answer that contradicts itself or `asked`.
export async function readDecision(
  answer: Json,
  requestId: string,
  sealer: Sealer,
  asked?: JsonObject,
): Promise<Decision | undefined> {
  const told = membersOf(answer);
  const unsound = (what: string) =>
    new IntegrityError(`the server's answer ${what}; nothing was run`, {
      code: "integrity",
      requestId,
    });
  if (told.id !== requestId) throw unsound("is about another request");
  if (told.status === "PENDING") return undefined;
  if (told.status === "REJECTED") throw refusal(told, requestId);
  const edited = told.patched_payload ?? undefined;
  const expected = edited === undefined ? "approved" : "approved_with_modifications";
  if (told.status !== "APPROVED" || told.state !== expected) throw unsound("contradicts itself");
  if (told.drill) throw unsound("is of a drill, which nothing runs for");
  let text = await sealer.open(told.payload, requestId);
  const payload = readObject(text, "the payload", requestId);
  if (asked && !same(payload, asked)) throw unsound("returns another payload than was asked for");
  let patched: JsonObject | undefined;
  if (edited !== undefined) {
    sealer.checkEdit(told.payload, edited, requestId);
    text = await sealer.open(edited, requestId);
    patched = readObject(text, "the edit", requestId);
    if (Object.keys(patched).length === 0) throw unsound("replaces the payload by nothing");
  }
  return {
    status: patched ? "APPROVED_WITH_MODIFICATIONS" : "APPROVED",
    requestId,
    approved: patched ?? payload,
    text,
    payload,
    patched_payload: patched,
    diff_summary: patched && difference(payload, patched),
    actor_id: textOrNothing(told.actor_id),
    resolved_at: textOrNothing(told.resolved_at),
  };
}

function refusal(told: JsonObject | Record<string, Json | undefined>, requestId: string) {
  const said = membersOf(told.metadata).reason ?? told.reason;
  const reason = typeof said === "string" ? said : "";
  const state = textOrNothing(told.state) ?? "rejected";
  const about = { reason, actorId: textOrNothing(told.actor_id), requestId };
  if (state === "expired") {
    return new ApprovalExpiredError("nobody decided in time", { ...about, code: "expired" });
  }
  const code = state === "cancelled" || state === "denied" ? state : "rejected";
  return new ApprovalRejectedError(reason || state, { ...about, code });
}

function difference(payload: JsonObject, patched: JsonObject) {
  const names = new Set([...Object.keys(payload), ...Object.keys(patched)]);
  const changed = [...names].filter((name) => {
    const [before, after] = [payload[name], patched[name]];
    return before === undefined || after === undefined || !same(before, after);
  });
  return {
    changes: Object.fromEntries(
      changed.map((name) => [name, { from: payload[name] ?? null, to: patched[name] ?? null }]),
    ),
  };
}

function textOrNothing(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
