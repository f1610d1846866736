// What a policy says, as sentences.

import type { Effect, Quorum, Said, Shift } from "../../api/policies";
import type { Level } from "../../api/types";

export function quorumWords(quorum: Quorum): string {
  if ("n_of" in quorum) return `${quorum.n_of[0]} of ${quorum.n_of[1]}`;
  if ("all" in quorum) return quorum.all.map(inner).join(" and ");
  return quorum.any.map(inner).join(" or ");
}

function inner(quorum: Quorum): string {
  return "n_of" in quorum ? quorumWords(quorum) : `(${quorumWords(quorum)})`;
}

export function outcomeWords(rule: { effect: Effect; level?: Level; quorum?: Quorum }): string {
  if (rule.effect === "allow") return "Allowed: nobody is asked";
  if (rule.effect === "deny") return "Denied: nobody can approve it";
  return `Asks ${rule.quorum ? quorumWords(rule.quorum) : "people"} at ${rule.level ?? "medium"}`;
}

export function saidWords(said: Said): string {
  if (said.effect === "allow") return "allowed";
  if (said.effect === "deny") return "denied";
  return `${said.level}, ${said.people} ${said.people === 1 ? "person" : "people"}`;
}

// In the order in which they are told: the most alarming first.
export const shiftWords: [shift: Shift, words: string][] = [
  ["allowed_though_rejected", "people rejected, and would now be allowed"],
  ["denied_though_approved", "people approved, and would now be denied"],
  ["newly_allowed", "would now be allowed"],
  ["newly_denied", "would now be denied"],
  ["newly_asked", "would now be asked"],
  ["milder", "would ask less"],
  ["stricter", "would ask more"],
  ["same", "stay as they were"],
];
