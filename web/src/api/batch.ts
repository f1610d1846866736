// Several requests of one action decided by one signature. Each is looked at once more before it is
// signed, and each is decided or not for itself: the others still count.

import { batchHead } from "../crypto/batch";
import type { Verdict } from "../crypto/decision_core";
import type { Opened } from "../payload/open";
import { ApiError } from "./client";
import {
  coreOf,
  leftOf,
  OfferMismatch,
  posted,
  promptMarginMs,
  type Signer,
  signed,
  type Wish,
  withFreshOffer,
} from "./decide";
import type { Detail, RequestState } from "./types";

export interface BatchItem {
  detail: Detail; // as it was read
  opened: Opened;
  dwellMs: number;
  shown: number;
}

export interface BatchWish {
  verdict: Extract<Verdict, "approve" | "reject">;
  reason: string; // the same of each
  passkey?: string | undefined; // the key id of the one to sign with
}

export interface BatchOutcome {
  id: string;
  state?: RequestState; // as it stands now, where it was decided
  problem?: Error;
}

interface Answer {
  results: {
    request: string;
    decided: boolean;
    state?: RequestState;
    refused?: Record<string, unknown>;
  }[];
}

type Built = Awaited<ReturnType<typeof coreOf>> & { detail: Detail };

// In the order of `items`. Throws when nothing was decided at all.
export async function decideTogether(
  signer: Signer,
  items: BatchItem[],
  wish: BatchWish,
): Promise<BatchOutcome[]> {
  const built = await Promise.all(items.map((item) => build(signer, item, wish)));
  const ready = built.filter((one): one is Built => !(one instanceof Error));
  const decided = ready.length > 0 ? await send(signer, ready, wish) : [];
  return items.map(({ detail: { id } }, at) => {
    const one = built[at];
    if (one instanceof Error) return { id, problem: one };
    return decided.find((outcome) => outcome.id === id) ?? { id, problem: new Error(unanswered) };
  });
}

const unanswered = "The server said nothing of this one.";

// What would be signed of one of them, or why it is left out.
async function build(signer: Signer, item: BatchItem, wish: BatchWish): Promise<Built | Error> {
  const { opened, dwellMs, shown } = item;
  try {
    const detail = await withFreshOffer(signer.api, item.detail, promptMarginMs);
    const one: Wish = { ...wish, dwellMs, shown };
    return { detail, ...(await coreOf(signer, detail, opened, one)) };
  } catch (error) {
    // That the offer is not about what this page shows is about more than one request.
    if (error instanceof ApiError && error.reason !== "offline") return error;
    throw error;
  }
}

async function send(signer: Signer, built: Built[], wish: BatchWish): Promise<BatchOutcome[]> {
  const [first] = built as [Built, ...Built[]];
  if (!built.every((one) => alike(first, one))) {
    throw new OfferMismatch("These requests are not of one action, rule and key.");
  }
  const { offer, passkey, detail } = first;
  const terms = {
    aud: offer.aud,
    service: detail.service,
    action: detail.action,
    rule_sha256: offer.rule_sha256,
  };
  const head = await batchHead(
    terms,
    built.map(({ core }) => core),
  );
  const proof = await signed(signer, passkey, "batch", head);
  const body = {
    head,
    ...proof,
    reason: wish.reason === "" ? undefined : wish.reason,
    items: built.map((one) => ({ request: one.detail.id, core: one.core })),
  };
  const leftMs = Math.min(...built.map((one) => leftOf(one.offer)));
  const answer = await posted<Answer>(signer, "/api/review/batches", body, leftMs);
  return answer.results.map(({ request, decided, state, refused }) => ({
    id: request,
    ...(decided ? state && { state } : { problem: refusal(refused) }),
  }));
}

function alike(first: Built, other: Built): boolean {
  return (
    first.offer.aud === other.offer.aud &&
    first.offer.rule_sha256 === other.offer.rule_sha256 &&
    first.offer.key === other.offer.key &&
    first.detail.service === other.detail.service &&
    first.detail.action === other.detail.action
  );
}

function refusal(body: Record<string, unknown> = {}): Error {
  const text = (name: string) => (typeof body[name] === "string" ? String(body[name]) : "");
  return new ApiError(409, text("reason"), text("message") || unanswered, body);
}
