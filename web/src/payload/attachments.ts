// The files that a payload names, and whether the agent has announced the same to the server. What
// the payload says is what a person's signature covers; the announcement only says what to expect.

import { type ListedAttachment, pieceCount, sealedSize } from "../crypto/attachment";
import { type Parsed, type ParsedNode, toJson } from "./parse";

// As the server knows one.
export interface AnnouncedAttachment {
  id: string;
  size: number; // of what is uploaded
  pieces: number;
  missing: number; // pieces that are still to come
}

export const attachmentList = "_lp_attachments";
const attachmentsMax = 16;
const nameMax = 255;
const bytesMax = 64 << 20;
const unreadable = "The payload's list of attachments is not one that anybody can read.";

export type Attachments =
  | { ok: true; files: (ListedAttachment & { missing: number })[] }
  | { ok: false; problem: string };

export function attachmentsOf(
  parsed: Parsed,
  announced: AnnouncedAttachment[],
  sealed: boolean,
): Attachments {
  const listed = listedIn(parsed, sealed);
  if (!listed) return { ok: false, problem: unreadable };
  if (listed.length < announced.length) {
    const problem = "The agent has announced a file that the payload does not name.";
    return { ok: false, problem };
  }
  const files: (ListedAttachment & { missing: number })[] = [];
  for (const file of listed) {
    const known = announced.find(({ id }) => id === file.id);
    const size = sealed ? sealedSize(file.size) : file.size;
    if (!known || known.size !== size || known.pieces !== pieceCount(file.size)) {
      const problem = `The payload names ${file.name}, which the agent has not announced so.`;
      return { ok: false, problem };
    }
    files.push({ ...file, missing: known.missing });
  }
  return { ok: true, files };
}

function listedIn(parsed: Parsed, sealed: boolean): ListedAttachment[] | undefined {
  if (!parsed.ok || parsed.root.kind !== "object") return [];
  const lists = parsed.root.members.filter(({ key }) => key === attachmentList);
  const list = lists[0]?.node;
  if (!list) return [];
  if (lists.length > 1 || list.kind !== "array" || list.items.length > attachmentsMax) return;
  const files: ListedAttachment[] = [];
  for (const item of list.items) {
    const file = fileOf(item, sealed);
    if (!file || files.some(({ id }) => id === file.id)) return;
    files.push(file);
  }
  return files;
}

function fileOf(node: ParsedNode, sealed: boolean): ListedAttachment | undefined {
  if (node.kind !== "object") return undefined;
  const { id, name, type, size, sha256, salt } = toJson(node) as Record<string, unknown>;
  const sound =
    typeof id === "string" &&
    /^[a-z0-9]{1,32}$/.test(id) &&
    typeof name === "string" &&
    name !== "" &&
    [...name].length <= nameMax &&
    typeof type === "string" &&
    /^[\x21-\x7e]{1,127}$/.test(type) &&
    type.includes("/") &&
    typeof size === "number" &&
    Number.isInteger(size) &&
    size >= 0 &&
    size <= bytesMax &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    (!sealed || typeof salt === "string");
  if (!sound) return undefined;
  return { id, name, type, size, sha256, ...(sealed && { salt: salt as string }) };
}

// What may be drawn on the page: text as text, and pictures that only a raster decoder reads.
export type Preview = "text" | "picture";

export function previewOf({ type, size }: ListedAttachment): Preview | undefined {
  if (type === "text/plain") return "text";
  const picture = ["image/png", "image/jpeg", "image/gif"].includes(type);
  return picture && size > 0 ? "picture" : undefined;
}

const pixelsMax = 40_000_000;

// Whether the bytes begin as the picture that the type says, of a size that a small device can
// decode. A decoder takes as much memory as the picture claims to have, whatever its file has.
export function drawable(type: string, bytes: Uint8Array): boolean {
  const size = sizeOf(type, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return size !== undefined && size.width * size.height <= pixelsMax;
}

interface Size {
  width: number;
  height: number;
}

function sizeOf(type: string, view: DataView): Size | undefined {
  if (type === "image/png") {
    if (view.byteLength < 24 || view.getUint32(0) !== 0x89504e47) return undefined;
    return { width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (type === "image/gif") {
    if (view.byteLength < 10 || view.getUint32(0) !== 0x47494638) return undefined;
    return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  }
  return jpegSize(view);
}

// In the frame header, behind as many segments as there are before it.
function jpegSize(view: DataView): Size | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

// A name under which it may be saved: nothing in it leads elsewhere, hides or reorders.
export function fileName({ id, name }: Pick<ListedAttachment, "id" | "name">): string {
  const safe = name
    .replace(/[^\p{L}\p{N} ._()+-]/gu, "_")
    .replace(/^[. ]+/, "")
    .slice(0, 120)
    .trim();
  return safe === "" ? id : safe;
}
