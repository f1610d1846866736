// Requests that ask exactly what another one asks, by what this device has decrypted: the server
// cannot tell. Whoever has read the one has read them all, so they can be decided together; each is
// signed for itself.

import type { ContentKey } from "../crypto/content_key";
import { type Opened, type OpenedPayload, openPayload } from "../payload/open";
import type { Api } from "./client";
import { decide, type Signer, type Wish } from "./decide";
import { loadDetail } from "./detail";
import type { Detail, RequestPage } from "./types";

// Together with the one that was read.
export const togetherMax = 20;

export interface Same {
  detail: Detail;
  opened: Opened;
}

// Above medium each takes a passkey and its own reading.
export const decidesTogether = ({ level }: Detail) => level === "low" || level === "medium";

export async function findSame(
  api: Api,
  keys: ContentKey[],
  detail: Detail,
  opened: OpenedPayload,
): Promise<Same[]> {
  const query = new URLSearchParams({ state: "pending", limit: "50", put_off: "without" });
  for (const name of ["project", "service", "action"] as const) query.set(name, detail[name]);
  const { requests } = await api.get<RequestPage>(`/api/review/requests?${query}`);
  const alike = requests.filter(
    ({ id, level, agent }) =>
      id !== detail.id && level === detail.level && agent.id === detail.agent.id,
  );
  const found = alike.slice(0, togetherMax - 1).map(({ id }) => load(api, keys, id));
  return (await Promise.all(found)).filter((one) => isSame(detail, opened, one));
}

async function load(api: Api, keys: ContentKey[], id: string): Promise<Same> {
  const detail = await loadDetail(api, id);
  return { detail, opened: await openPayload(detail, keys) };
}

// All that is shown of a request but its number and its times.
export function isSame(detail: Detail, opened: OpenedPayload, other: Same): boolean {
  const asks = (one: Detail) =>
    JSON.stringify([
      one.project,
      one.service,
      one.action,
      one.level,
      one.agent,
      one.environment,
      one.role,
      one.payload_kind,
      one.facts,
      one.schema,
      one.marks,
    ]);
  return (
    other.detail.state === "pending" &&
    other.detail.offer !== undefined &&
    other.detail.eligibility.can_approve &&
    decidesTogether(other.detail) &&
    other.opened.state === "open" &&
    other.opened.disarmed.length === 0 &&
    other.opened.text === opened.text &&
    asks(other.detail) === asks(detail)
  );
}

// Looked at once more before it is signed: it may have become another meanwhile. Answers what went
// wrong, if anything did.
export async function decideSame(
  signer: Signer,
  detail: Detail,
  opened: OpenedPayload,
  id: string,
  wish: Wish,
): Promise<string | undefined> {
  try {
    const other = await load(signer.api, signer.keyring.content, id);
    if (!isSame(detail, opened, other)) return "It is not the same any more.";
    await decide(signer, other.detail, other.opened, { ...wish, edit: undefined });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
