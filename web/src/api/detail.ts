// A request as it stands, with the moment at which its offer arrived.

import type { Api } from "./client";
import type { Detail, Offer } from "./types";

export async function loadDetail(api: Api, id: string): Promise<Detail> {
  return detailOf(await api.get<Detail>(`/api/review/requests/${id}`));
}

export function detailOf(answer: Detail): Detail {
  const offer = received(answer.offer);
  const shown = answer.payload_withheld ? { ...answer, payload: "" } : answer;
  return offer ? { ...shown, offer } : shown;
}

export function received(offer: Offer | undefined): Offer | undefined {
  return offer && { ...offer, received: performance.now() };
}
