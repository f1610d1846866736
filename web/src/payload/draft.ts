// A person's edit of a payload while they write it: what is wrong with it, or what it changes.
//
// The rules are the server's for payloads of an ask (docs/reference/errors.md): it could not apply
// them itself to an edit that arrives sealed. The text on screen is the payload laid out in lines,
// without the metadata that client libraries put in; the text that would run is the agent's own
// with the changes written into it.

import { utf8 } from "../crypto/bytes";
import { attachmentList } from "./attachments";
import { type Change, changes } from "./changes";
import { layOut, layOutMembers } from "./lay_out";
import {
  type Finding,
  lineAndColumn,
  type Member,
  type ObjectNode,
  type ParsedNode,
  parse,
} from "./parse";
import { patch } from "./patch";

export interface Original {
  text: string; // exact
  root: ParsedNode;
  meta: Member | undefined; // of the client library; not shown, and kept
}

export interface Problem {
  sentence: string;
  at: number; // in the draft
  line: number;
  column: number;
}

export type Draft =
  | { ok: false; problem: Problem }
  | { ok: true; text: string; root: ParsedNode; changes: Change[]; findings: Finding[] };

// Sealed, in base64 and quoted, this still fits a request of 4 MiB and the server's bound of
// 4,000,000 characters for an edit.
const editBytesMax = 2_900_000;

export function draftOf({ root, meta }: Original): string {
  if (root.kind !== "object") return layOut(root).join("\n");
  return layOutMembers(root.members.filter((member) => member !== meta)).join("\n");
}

export function readDraft(original: Original, text: string): Draft {
  const parsed = parse(text);
  if (!parsed.ok) return refused(text, parsed.problem, parsed.offset);
  const { root, findings } = parsed;
  const worst = findings.find((finding) => finding.disarms);
  if (worst) return refused(text, findingSentence(worst), worst.at);
  if (root.kind !== "object") return refused(text, "A payload is a JSON object: { … }", root.at);
  if (root.members.length === 0) {
    const sentence =
      "An empty payload is no edit: published clients would run the original. Reject instead.";
    return refused(text, sentence, root.at);
  }
  if (original.meta) {
    const { key } = original.meta;
    const again = root.members.find((member) => member.key === key);
    if (again) return refused(text, `${key} belongs to the client library.`, again.keyAt);
  }
  const whole = withMeta(original, root);
  const list = changes(original.root, whole);
  const files = list.find(({ pointer }) => `${pointer}/`.startsWith(`/${attachmentList}/`));
  if (files) {
    const sentence = "The attachments stay as the agent sent them: nothing else was uploaded.";
    return refused(text, sentence, "after" in files ? files.after.at : root.at);
  }
  const patched = patch(original.text, original.root, whole);
  const size = utf8(patched).length;
  if (size > editBytesMax) {
    const most = editBytesMax.toLocaleString("en");
    return refused(text, `An edit has at most ${most} bytes; this has more.`, root.at);
  }
  return { ok: true, text: patched, root, changes: list, findings };
}

// The metadata back in its place: where it was, or at the end if less stands before it now.
function withMeta({ root, meta }: Original, edited: ObjectNode): ParsedNode {
  if (!meta || root.kind !== "object") return edited;
  const members = [...edited.members];
  members.splice(Math.min(root.members.indexOf(meta), members.length), 0, meta);
  // No slice of any text is this object, so its source must not look like one.
  return { ...edited, members, source: "" };
}

function refused(text: string, sentence: string, at: number): Draft {
  return { ok: false, problem: { sentence, at, ...lineAndColumn(text, at) } };
}

function findingSentence({ code, pointer }: Finding): string {
  const name = pointer === "" ? "The payload" : pointer;
  switch (code) {
    case "duplicate_key":
      return `The name ${name} occurs twice. Programs differ in which of the two they take.`;
    case "lone_surrogate":
      return `${name} holds half of a character (a lone surrogate).`;
    case "non_finite_number":
      return `${name} is too large a number: most programs read infinity.`;
    case "too_deep":
      return "This is nested more than 64 levels deep.";
    case "too_many_members":
      return "This has more than 100,000 values.";
    case "lossy_number":
      return `${name} is a number that many programs would change.`;
  }
}
