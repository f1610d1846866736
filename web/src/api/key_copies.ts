// A person's own copies of their content keys on the server, and getting the keys back from one.

import { type Bytes, base64, randomBytes } from "../crypto/bytes";
import {
  type CopyKey,
  type CopyKind,
  openCopy,
  passkeyKey,
  passphraseKey,
  type ReadCopy,
  readCopy,
  sealCopy,
} from "../crypto/key_copy";
import type { Keyring } from "../crypto/keyring";
import { makeSecretPasskey, PasskeyProblem, passkeySecret } from "../crypto/passkey";
import type { Api } from "./client";
import { type KeyPort, withKeyBytes } from "./content_keys";
import { whileActive } from "./sign_in";
import type { Session } from "./types";

interface StoredCopy {
  id: string;
  kind: CopyKind;
  document: string;
  created_at: string;
}

export interface KeyCopy {
  id: string;
  kind: CopyKind;
  created_at: string;
  read: ReadCopy;
}

// Those that this page has made for this member, newest first.
export async function loadKeyCopies(api: Api, session: Session): Promise<KeyCopy[]> {
  const { copies } = await api.get<{ copies: StoredCopy[] }>("/api/review/key-copies");
  const found = copies.flatMap(({ id, kind, document, created_at }) => {
    const read = readCopy(document, session.member.id);
    return read?.terms.kind === kind ? [{ id, kind, created_at, read }] : [];
  });
  return found.reverse();
}

// Whether some copy has all that this browser could put into one.
export function covered(copies: KeyCopy[], keyring: Keyring): boolean {
  const held = keyring.content.filter((key) => key.copy).map((key) => key.kid);
  return copies.some(({ read }) => held.every((kid) => read.terms.kids.includes(kid)));
}

async function keep(api: Api, keyring: Keyring, by: CopyKey): Promise<void> {
  const keys = new Map<string, Bytes>();
  for (const key of keyring.content) {
    await withKeyBytes(keyring, key, async (raw) => keys.set(key.kid, raw.slice()));
  }
  if (keys.size === 0) throw new Error("This browser holds no content key that it could copy.");
  const document = await sealCopy(keys, by);
  for (const raw of keys.values()) raw.fill(0);
  const body = { kind: by.terms.kind, document };
  await whileActive(api, keyring.device, () => api.post("/api/review/key-copies", body));
}

export async function keepByPassphrase(
  api: Api,
  keyring: Keyring,
  session: Session,
  text: string,
): Promise<void> {
  await keep(api, keyring, await passphraseKey(text, session.member.id));
}

// With a passkey that exists for this alone: it signs in nowhere and decides nothing.
export async function keepByPasskey(api: Api, keyring: Keyring, session: Session): Promise<void> {
  const salt = base64(randomBytes(32));
  const rpId = location.hostname;
  const { credential, secret } = await makeSecretPasskey(rpId, session.member.name, salt);
  const by = await passkeyKey(secret, session.member.id, salt, credential, rpId);
  await keep(api, keyring, by);
}

export const removeCopy = (api: Api, keyring: Keyring, id: string) =>
  whileActive(api, keyring.device, () => api.post(`/api/review/key-copies/${id}/remove`, {}));

export class WrongPassphrase extends Error {
  readonly kind = "wrong_passphrase";
}

// Puts the keys of a copy into this browser. Answers how many there were.
export async function recover(
  port: KeyPort,
  copy: KeyCopy,
  passphrase?: string,
): Promise<number> {
  const { terms } = copy.read;
  let by: CopyKey;
  if (terms.kind === "passkey") {
    const secret = await passkeySecret(terms.rp_id, terms.credential, terms.salt);
    by = await passkeyKey(secret, terms.member, terms.salt, terms.credential, terms.rp_id);
  } else {
    by = await passphraseKey(passphrase ?? "", terms.member, terms.salt, terms.iterations);
  }
  const keys = await openCopy(copy.read, by);
  if (!keys) {
    if (terms.kind === "passkey") throw new PasskeyProblem("unavailable");
    throw new WrongPassphrase();
  }
  const now = new Date().toISOString();
  for (const raw of keys) await port.takeContent(raw, now);
  return keys.length;
}
