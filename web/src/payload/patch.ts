// Writes an edit into the text that the agent sent. What the person did not touch keeps its bytes:
// spelling of numbers and escapes, space, line ends, order. Only what they changed is taken from
// their text, and it is spaced as the agent spaces.

import { byKey, commonEnds, sameTokens } from "./changes";
import { type Member, type ParsedNode, parse } from "./parse";

interface Style {
  colon: string; // between a name and its value
  comma: string; // between two values on one line
}

// `after` is the edited tree, parsed from any layout. The answer parses to the same tokens as it.
export function patch(text: string, before: ParsedNode, after: ParsedNode): string {
  const style = styleOf(text, before);
  const root = patched(text, before, after, style);
  const result = text.slice(0, before.at) + root + text.slice(before.at + before.source.length);
  // What a person approves is checked, not hoped for.
  const reread = parse(result);
  if (!reread.ok || !sameTokens(reread.root, after)) {
    throw new Error("The edit could not be written into the payload.");
  }
  return result;
}

function patched(text: string, before: ParsedNode, after: ParsedNode, style: Style): string {
  if (sameTokens(before, after)) return before.source;
  if (before.kind === "object" && after.kind === "object") {
    return patchedObject(text, before, after, style);
  }
  if (before.kind === "array" && after.kind === "array") {
    return patchedArray(text, before, after, style);
  }
  return written(after, style);
}

// One value of a container, with where it stood if it was there before.
interface Part {
  text: string;
  old?: { from: number; to: number } | undefined;
}

function patchedObject(
  text: string,
  before: Extract<ParsedNode, { kind: "object" }>,
  after: Extract<ParsedNode, { kind: "object" }>,
  style: Style,
): string {
  const old = byKey(before.members);
  const parts = after.members.map((member): Part => {
    const was = old.get(member.key);
    if (!was) return { text: writtenMember(member, style) };
    const between = text.slice(was.keyAt + was.keySource.length, was.node.at);
    return {
      text: member.keySource + between + patched(text, was.node, member.node, style),
      old: { from: was.keyAt, to: was.node.at + was.node.source.length },
    };
  });
  const places = before.members.map(({ keyAt, node }) => ({
    from: keyAt,
    to: node.at + node.source.length,
  }));
  return assembled(text, before, parts, places, style);
}

function patchedArray(
  text: string,
  before: Extract<ParsedNode, { kind: "array" }>,
  after: Extract<ParsedNode, { kind: "array" }>,
  style: Style,
): string {
  const { tail } = commonEnds(before.items, after.items);
  const shift = before.items.length - after.items.length;
  const parts = after.items.map((item, index): Part => {
    const fromEnd = index >= after.items.length - tail;
    const within = index < before.items.length - tail;
    const was = fromEnd ? before.items[index + shift] : within ? before.items[index] : undefined;
    if (!was) return { text: written(item, style) };
    return {
      text: patched(text, was, item, style),
      old: { from: was.at, to: was.at + was.source.length },
    };
  });
  const places = before.items.map((item) => ({
    from: item.at,
    to: item.at + item.source.length,
  }));
  return assembled(text, before, parts, places, style);
}

type Place = { from: number; to: number };

// The container with its own brackets and the space that stood at its ends. Between two parts
// stands what stood between them; between parts that were no neighbours, what stands between
// the first two.
function assembled(
  text: string,
  before: ParsedNode,
  parts: Part[],
  places: Place[],
  style: Style,
): string {
  const open = before.source[0] ?? "";
  const close = before.source.at(-1) ?? "";
  const [first] = places;
  const last = places.at(-1);
  if (!first || !last || parts.length === 0) {
    return open + parts.map((part) => part.text).join(style.comma) + close;
  }
  const second = places[1];
  const lead = text.slice(before.at + 1, first.from);
  const trail = text.slice(last.to, before.at + before.source.length - 1);
  const usual = second ? text.slice(first.to, second.from) : lonely(lead, style);
  const next = new Map(places.map((place, index) => [place.from, places[index + 1]]));
  let out = open + lead;
  for (const [index, part] of parts.entries()) {
    const previous = parts[index - 1];
    if (previous) {
      const follows = previous.old && part.old && next.get(previous.old.from);
      const neighbours = follows && follows.from === part.old?.from;
      out += neighbours ? text.slice(previous.old?.to, part.old?.from) : usual;
    }
    out += part.text;
  }
  return out + trail + close;
}

// A container of one value on a line of its own gets its second value on another line.
const lonely = (lead: string, style: Style) => (lead.includes("\n") ? `,${lead}` : style.comma);

function written(node: ParsedNode, style: Style): string {
  if (node.kind === "object") {
    return `{${node.members.map((member) => writtenMember(member, style)).join(style.comma)}}`;
  }
  if (node.kind === "array") {
    return `[${node.items.map((item) => written(item, style)).join(style.comma)}]`;
  }
  return node.source;
}

function writtenMember({ keySource, node }: Member, style: Style): string {
  return `${keySource}${style.colon}${written(node, style)}`;
}

// As the agent's own writer spaces: taken from the first name and the first comma of the document.
function styleOf(text: string, root: ParsedNode): Style {
  const style: Style = { colon: ":", comma: "," };
  const [first, second] = root.kind === "object" ? root.members : [];
  if (first) style.colon = text.slice(first.keyAt + first.keySource.length, first.node.at);
  if (first && second) {
    const between = text.slice(first.node.at + first.node.source.length, second.keyAt);
    style.comma = between.includes("\n") ? ", " : between;
  }
  return style;
}
