// What one device seals for those who hold the content key: a comment, why an agent shall change
// what it asks, what an edit changed (spec/encryption.md, section 12). A note is bound to its
// place: who wrote it, about which request and version, and as what. The place that it is opened
// in is the one where it is shown, never the one that it names.

import { type Bytes, base64, fromBase64, randomBytes, tagged, utf8 } from "./bytes";
import type { ContentKey } from "./content_key";
import { jcs } from "./jcs";

export interface NotePlace {
  kind: "comment" | "changes" | "edit";
  id: string;
  origin: string;
  request_id: string;
  version: number;
  author: string;
}

export interface SealedNote {
  v: 1;
  kid: string;
  salt: string;
  iv: string;
  ct: string;
  ctx: NotePlace;
}

export type OpenedNote =
  | { state: "open"; text: string }
  | { state: "locked" } // under a key that this browser does not hold
  | { state: "tampered" }; // of another place, or changed

export async function sealNote(
  key: ContentKey,
  text: string,
  place: NotePlace,
): Promise<SealedNote> {
  const [salt, iv] = [randomBytes(32), randomBytes(12)];
  const additionalData = utf8(jcs({ ...place }));
  const ct = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData },
    await noteKey(key, salt, additionalData),
    utf8(text),
  );
  return {
    v: 1,
    kid: key.kid,
    salt: base64(salt),
    iv: base64(iv),
    ct: base64(new Uint8Array(ct)),
    ctx: place,
  };
}

export async function openNote(
  keys: ContentKey[],
  note: SealedNote,
  place: NotePlace,
): Promise<OpenedNote> {
  const key = keys.find(({ kid }) => kid === note.kid);
  if (!key) return { state: "locked" };
  const [salt, iv, ct] = [fromBase64(note.salt), fromBase64(note.iv), fromBase64(note.ct)];
  if (note.v !== 1 || salt?.length !== 32 || iv?.length !== 12 || !ct) {
    return { state: "tampered" };
  }
  const additionalData = utf8(jcs({ ...place }));
  try {
    const clear = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv, additionalData },
      await noteKey(key, salt, additionalData),
      ct,
    );
    return { state: "open", text: new TextDecoder("utf-8", { fatal: true }).decode(clear) };
  } catch {
    return { state: "tampered" };
  }
}

function noteKey(key: ContentKey, salt: Bytes, context: Bytes): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: tagged("lp-note/1", context) },
    key.hkdf,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
