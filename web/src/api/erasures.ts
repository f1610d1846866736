// Erasures that wait for an owner: what the server offers to sign, read strictly, and the
// signature of this browser's key over exactly that.

import { type DeviceKey, sign } from "../crypto/device_key";
import { jcs } from "../crypto/jcs";
import type { Api } from "./client";
import { whileActive } from "./sign_in";
import type { Session, Summary } from "./types";

export interface ErasureItem {
  project: string;
  name: string;
  document: string; // exact bytes
}

interface Offered {
  id: string;
  basis: string;
  operator: string;
  expires_at: string;
  items: ErasureItem[];
  request?: Summary;
  member?: { id: string; name: string };
}

// One erasure, as its documents say: all of them the same but for log and salt.
export interface Erasure {
  id: string;
  expiresAt: string;
  items: ErasureItem[];
  what: { request: Summary } | { member: { id: string; name: string } };
  basis: string;
  operator: string;
  completeBy: string;
  entries: number;
  exports: number;
}

// The server offers to sign something else than what it says it is.
export class ErasureProblem extends Error {}

export async function loadErasure(api: Api, id: string, session: Session): Promise<Erasure> {
  const offered = await api.get<Offered>(`/api/review/erasure-proposals/${id}`);
  const documents = offered.items.map((item) => readDocument(item, offered, session));
  const [first] = documents;
  const what = offered.request
    ? { request: offered.request }
    : offered.member && { member: offered.member };
  if (!first || !what || (offered.request && documents.length !== 1)) throw wrong();
  if (documents.some(({ complete_by }) => complete_by !== first.complete_by)) throw wrong();
  return {
    id,
    expiresAt: offered.expires_at,
    items: offered.items,
    what,
    basis: first.basis,
    operator: first.operator,
    completeBy: first.complete_by,
    entries: first.indices?.length ?? 0,
    exports: first.exports.length,
  };
}

interface Document {
  origin: string;
  basis: string;
  operator: string;
  complete_by: string;
  indices?: number[];
  exports: string[];
  request_id?: string;
  subject?: string;
}

// What is signed is what is shown, whatever else the server says.
function readDocument(item: ErasureItem, offered: Offered, session: Session): Document {
  let document: Document;
  try {
    document = JSON.parse(item.document);
    if (jcs(document as never) !== item.document) throw wrong();
  } catch {
    throw wrong();
  }
  const holds =
    document.origin.startsWith(`${session.log_name}/`) &&
    document.basis === offered.basis &&
    document.operator === offered.operator &&
    document.request_id === offered.request?.id &&
    document.subject === offered.member?.id &&
    (document.subject === undefined) !== (document.indices === undefined) &&
    Array.isArray(document.exports) &&
    !Number.isNaN(Date.parse(document.complete_by));
  if (!holds) throw wrong();
  return document;
}

const wrong = () =>
  new ErasureProblem("What the server offers to sign is not what it says it is.");

export async function signErasure(api: Api, key: DeviceKey, erasure: Erasure): Promise<void> {
  const items = await Promise.all(
    erasure.items.map(async ({ project, document }) => ({
      project,
      document,
      signatures: jcs([{ spki: key.spki, signature: await sign(key, "lp-erasure/1", document) }]),
    })),
  );
  await whileActive(api, key, () =>
    api.post(`/api/review/erasure-proposals/${erasure.id}/sign`, { items }),
  );
}

export async function withdrawErasure(api: Api, key: DeviceKey, id: string): Promise<void> {
  await whileActive(api, key, () => api.post(`/api/review/erasure-proposals/${id}/withdraw`, {}));
}
