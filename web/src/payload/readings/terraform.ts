// Terraform and OpenTofu plans (terraform show -json): what is destroyed and replaced comes first,
// what stays as it is, is counted.

import type { ParsedNode } from "../parse";
import { at, byWeight, grave, itemsOf, type Part, part, type Reading, textOf } from "./reading";

export function looksLikePlan(node: ParsedNode): boolean {
  return (
    at(node, "resource_changes")?.kind === "array" &&
    (at(node, "format_version") ?? at(node, "terraform_version")) !== undefined
  );
}

export function readPlan(node: ParsedNode, pointer: string): Reading {
  const unread: string[] = [];
  const parts = itemsOf(at(node, "resource_changes")).map((change) => changePart(change, unread));
  if (at(node, "errored")?.kind === "true") {
    unread.push("The plan says that making it failed: it is not whole.");
  }
  if (at(node, "complete")?.kind === "false") {
    unread.push("The plan is not complete: applying it needs another one afterwards.");
  }
  for (const drift of itemsOf(at(node, "resource_drift"))) {
    const made = part("unknown", "changed outside", textOf(at(drift, "address")) ?? "");
    made.notes.push("Somebody changed this since the last run; the plan may undo it.");
    parts.push(made);
  }
  if (at(node, "output_changes")?.kind === "object") outputs(parts, at(node, "output_changes"));
  return { language: "Terraform plan", pointer, parts: byWeight(parts), ordered: false, unread };
}

function changePart(change: ParsedNode, unread: string[]): Part {
  const address = textOf(at(change, "address"));
  const actions = itemsOf(at(change, "change", "actions")).map((item) => textOf(item) ?? "");
  if (address === undefined) unread.push("A change without an address could not be read.");
  const made = madeOf(actions, address ?? "(no address)", unread);
  const type = textOf(at(change, "type"));
  if (textOf(at(change, "mode")) === "data" && made.weight === "change") made.weight = "calm";
  if (made.weight === "grave" && type !== undefined && holdsData.test(type)) {
    made.notes.push("It holds data, which goes with it.");
  }
  const reason = textOf(at(change, "action_reason"));
  if (reason !== undefined) made.facts.push(["reason", reason]);
  const previous = textOf(at(change, "previous_address"));
  if (previous !== undefined) made.facts.push(["was at", previous]);
  if (made.weight !== "calm") attributes(made, change);
  return made;
}

function madeOf(actions: string[], address: string, unread: string[]): Part {
  switch (actions.join(",")) {
    case "no-op":
      return part("calm", "leaves", address);
    case "read":
      return part("calm", "reads", address);
    case "create":
      return part("change", "creates", address);
    case "update":
      return part("change", "changes", address);
    case "delete":
      return part("grave", "destroys", address);
    case "forget":
      return part("grave", "forgets", address);
    case "delete,create":
    case "create,delete":
      return part("grave", "replaces", address);
    default:
      unread.push(`This page does not know the actions “${actions.join(", ")}” of ${address}.`);
      return part("unknown", "unknown", address);
  }
}

const holdsData =
  /_db_|rds|database|dynamodb|bucket|volume|efs|disk|storage|kms|secret|sql|redis|cache|backup/;

const attributesMax = 40;

// Top-level attributes whose source differs, with what they were and become.
function attributes(made: Part, change: ParsedNode): void {
  const [before, after] = [at(change, "change", "before"), at(change, "change", "after")];
  const unknown = at(change, "change", "after_unknown");
  const replacing = new Set(
    itemsOf(at(change, "change", "replace_paths")).map((path) => textOf(itemsOf(path)[0])),
  );
  if (after?.kind !== "object" || before?.kind !== "object") return;
  let count = 0;
  for (const { key, node } of after.members) {
    const was = at(before, key);
    if (was?.source === node.source) continue;
    count += 1;
    if (count > attributesMax) continue;
    const why = replacing.has(key) ? " (forces the replacement)" : "";
    made.facts.push([`${key}${why}`, `${was?.source ?? "not set"} → ${node.source}`]);
  }
  if (unknown?.kind === "object" && unknown.members.length > 0) {
    made.notes.push(
      `Known only after it was applied: ${unknown.members.map(({ key }) => key).join(", ")}.`,
    );
  }
  if (count > attributesMax) made.notes.push(`${count - attributesMax} more attributes change.`);
  opened(made, after);
}

// 0.0.0.0/0 is everybody.
function opened(made: Part, after: ParsedNode): void {
  if (
    /"(?:0\.0\.0\.0\/0|::\/0)"/.test(after.source) &&
    /ingress|cidr|source_ranges/.test(after.source)
  ) {
    grave(made, "It names every address of the internet (0.0.0.0/0 or ::/0).");
  }
  if (
    /"(?:Action|actions)"\s*:\s*(?:\[\s*)?"\*"|\\"Action\\"\s*:\s*(?:\[\s*)?\\"\*\\"/.test(
      after.source,
    )
  ) {
    grave(made, "A policy that allows every action.");
  }
  if (at(after, "publicly_accessible")?.kind === "true")
    grave(made, "It can be reached by everybody.");
}

function outputs(parts: Part[], node: ParsedNode | undefined): void {
  if (node?.kind !== "object") return;
  for (const { key, node: change } of node.members) {
    const actions = itemsOf(at(change, "actions")).map((item) => textOf(item) ?? "");
    if (actions.join() !== "no-op") parts.push(part("change", "changes the output", key));
  }
}
