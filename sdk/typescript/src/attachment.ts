// Files beside a payload (spec/encryption.md §13): sealed piece by piece under the content key, and
// opened again. The dashboard uses this too.
//
// What a file is called, what it holds and how large it is stands in the payload itself, under
// `_lp_attachments`; the ask announces only the sizes and hashes of the pieces.

import {
  type Bytes,
  base64,
  fromBase64,
  hex,
  randomBytes,
  sha256,
  tagged,
  utf8,
} from "./bytes.js";
import { jcs } from "./jcs.js";

export const pieceBytes = 1 << 20;
export const attachmentBytesMax = 64 << 20;
const tagBytes = 16;

export type AttachmentFaultCode =
  | "malformed" // what the payload says of it
  | "does_not_open" // a piece is changed, missing, in another place, or of another request
  | "mismatch"; // not the file that the payload names

export class AttachmentFault extends Error {
  readonly code: AttachmentFaultCode;

  constructor(code: AttachmentFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

// Where a file belongs: of the context of its payload's envelope.
export interface AttachmentPlace {
  origin: string;
  client_nonce: string;
  service: string;
  action: string;
}

// One entry of the payload's `_lp_attachments`.
export interface ListedAttachment {
  id: string;
  name: string;
  type: string;
  size: number;
  sha256: string;
  salt?: string; // absent where the payload is not sealed
}

// One entry of the ask's `attachments`.
export interface DeclaredAttachment {
  id: string;
  size: number;
  pieces: string[];
}

export interface SealedAttachment {
  listed: ListedAttachment;
  declared: DeclaredAttachment;
  pieces: Bytes[]; // what is put to its uploadUrl, with &piece=0, 1, …
}

// What this needs of a content key.
export interface AttachmentKey {
  hkdf: CryptoKey;
}

export function pieceCount(size: number): number {
  return Math.max(1, Math.ceil(size / pieceBytes));
}

export function sealedSize(size: number): number {
  return size + pieceCount(size) * tagBytes;
}

// `key` undefined: for a project whose payloads are server_sealed; nothing is sealed here. A file
// is read as a whole for its hash, then piece by piece.
export async function sealAttachment(
  file: Blob,
  about: Pick<ListedAttachment, "id" | "name" | "type">,
  key: AttachmentKey | undefined,
  place: AttachmentPlace,
  salt: Bytes = randomBytes(32),
): Promise<SealedAttachment> {
  const { size } = file;
  if (size > attachmentBytesMax) {
    throw new RangeError(`an attachment has at most ${attachmentBytesMax} bytes`);
  }
  const hash = hex(await sha256(new Uint8Array(await file.arrayBuffer())));
  const cipher = key && (await cipherOf(key, salt, about.id, place));
  const count = pieceCount(size);
  const pieces: Bytes[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = index * pieceBytes;
    const clear = new Uint8Array(await file.slice(at, at + pieceBytes).arrayBuffer());
    pieces.push(cipher ? await cipher.seal(index, index + 1 === count, clear) : clear);
  }
  const { id, name, type } = about;
  return {
    listed: { id, name, type, size, sha256: hash, ...(cipher && { salt: base64(salt) }) },
    declared: {
      id,
      size: pieces.reduce((sum, piece) => sum + piece.length, 0),
      pieces: await Promise.all(pieces.map(async (piece) => hex(await sha256(piece)))),
    },
    pieces,
  };
}

// The file that the payload lists so. `piece` gives its pieces, each asked for once and in order.
// Throws AttachmentFault, and whatever `piece` throws.
export async function openAttachment(
  piece: (index: number) => Promise<Bytes | undefined>,
  listed: ListedAttachment,
  key: AttachmentKey | undefined,
  place: AttachmentPlace,
): Promise<Blob> {
  const { size } = listed;
  const salt = checkedSalt(listed, key !== undefined);
  const cipher = key && (await cipherOf(key, salt, listed.id, place));
  const count = pieceCount(size);
  const parts: Blob[] = [];
  let seen = 0;
  for (let index = 0; index < count; index += 1) {
    const given = await piece(index);
    if (!given) throw new AttachmentFault("does_not_open", `piece ${index} is not there`);
    const clear = cipher ? await cipher.open(index, index + 1 === count, given) : given;
    if (!clear) {
      throw new AttachmentFault("does_not_open", `piece ${index} was changed or is out of place`);
    }
    seen += clear.length;
    if (seen > size) throw new AttachmentFault("mismatch", "it is longer than the payload says");
    parts.push(new Blob([clear]));
  }
  const whole = new Blob(parts);
  const hash = hex(await sha256(new Uint8Array(await whole.arrayBuffer())));
  if (seen !== size || hash !== listed.sha256) {
    throw new AttachmentFault("mismatch", "it is not the file that the payload names");
  }
  return whole;
}

function checkedSalt(listed: ListedAttachment, sealed: boolean): Bytes {
  const { size, sha256: hash, salt } = listed;
  const bytes = typeof salt === "string" ? fromBase64(salt) : undefined;
  const sound =
    Number.isSafeInteger(size) &&
    size >= 0 &&
    size <= attachmentBytesMax &&
    /^[0-9a-f]{64}$/.test(hash) &&
    (!sealed || bytes?.length === 32);
  if (!sound) throw new AttachmentFault("malformed", "the payload does not say what it is");
  return bytes ?? new Uint8Array(0);
}

// The cipher of one file: no other has its key.
async function cipherOf(key: AttachmentKey, salt: Bytes, id: string, place: AttachmentPlace) {
  const { action, client_nonce, origin, service } = place;
  const additionalData = utf8(jcs({ action, attachment: id, client_nonce, origin, service }));
  const derived = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: tagged("lp-attachment/1", additionalData) },
    key.hkdf,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  const algorithm = (index: number, last: boolean) => ({
    name: "AES-GCM",
    iv: ivOf(index, last),
    additionalData,
  });
  return {
    seal: async (index: number, last: boolean, clear: Bytes): Promise<Bytes> =>
      new Uint8Array(await crypto.subtle.encrypt(algorithm(index, last), derived, clear)),
    open: async (index: number, last: boolean, ct: Bytes): Promise<Bytes | undefined> => {
      try {
        return new Uint8Array(await crypto.subtle.decrypt(algorithm(index, last), derived, ct));
      } catch {
        return undefined; // AES-GCM cannot tell another key from changed bytes.
      }
    },
  };
}

// Where the piece stands, and whether it is the last.
function ivOf(index: number, last: boolean): Bytes {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setUint32(7, index);
  iv[11] = last ? 1 : 0;
  return iv;
}
