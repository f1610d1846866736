// Both sides of a pairing, as the server carries it (docs/reference/review-api.md).

import type { DeviceKey } from "../crypto/device_key";
import type { Keyring } from "../crypto/keyring";
import { makeReveal, pairingWords, type RevealedDevice, readReveal } from "../crypto/pairing";
import type { WrapKey } from "../crypto/wrap";
import type { Api } from "./client";
import type { Proposal } from "./rosters";
import { whileActive } from "./sign_in";

export interface Begun {
  id: string;
  code: string;
  expires_at: string;
}

export const beginPairing = (api: Api, keyring: Keyring) =>
  whileActive(api, keyring.device, () => api.post<Begun>("/api/review/pairings", {}));

type PairingState = "open" | "claimed" | "answered" | "revealed" | "agreed";

interface BrowserSide {
  state: PairingState;
  commitment?: string;
  reveal?: string;
}

// A new device, and what it shows if nobody stands in between.
export interface Met {
  device: RevealedDevice;
  words: string;
}

export class PairingTampered extends Error {
  readonly kind = "pairing_tampered";
}

// One look at how it stands. The nonce is said after the device has committed itself; it and `seen`
// are the same in every call for one pairing.
export async function lookAtPairing(
  api: Api,
  browser: DeviceKey,
  id: string,
  nonce: string,
  seen: { commitment?: string },
): Promise<Met | undefined> {
  const side = await api.get<BrowserSide>(`/api/review/pairings/${id}`);
  if (side.state === "claimed" && side.commitment) {
    // The first is kept: a server that has heard the nonce must not be able to commit anew.
    seen.commitment ??= side.commitment;
    if (side.commitment !== seen.commitment) throw new PairingTampered();
    await api.post(`/api/review/pairings/${id}/answer`, { nonce });
    return undefined;
  }
  if (side.state !== "revealed" || side.reveal === undefined) return undefined;
  // What counts is what it had committed to before it could know the nonce.
  const { commitment } = seen;
  const device = commitment && (await readReveal(side.reveal, commitment));
  if (!commitment || !device) throw new PairingTampered();
  const words = await pairingWords({
    origin: location.origin,
    browser: browser.id,
    commitment,
    nonce,
    reveal: side.reveal,
  });
  return { device, words };
}

// The words were the same: an owner is asked to sign for its key.
export const agree = (api: Api, keyring: Keyring, id: string) =>
  whileActive(api, keyring.device, () =>
    api.post<Proposal>(`/api/review/pairings/${id}/end`, { agreed: true }),
  );

export const breakOff = (api: Api, keyring: Keyring, id: string) =>
  whileActive(api, keyring.device, () =>
    api.post(`/api/review/pairings/${id}/end`, { agreed: false }),
  );

// The new device's side.
export interface Claimed {
  token: string;
  commitment: string;
  reveal: string;
}

export async function claim(
  api: Api,
  code: string,
  device: DeviceKey,
  own: WrapKey,
): Promise<Claimed> {
  const { text, commitment } = await makeReveal(device, own);
  const { token } = await api.post<{ token: string }>("/api/pairing/claim", { code, commitment });
  return { token, commitment, reveal: text };
}

export interface DeviceSide {
  state: PairingState;
  browser?: string;
  nonce?: string;
  member?: string;
  counted?: boolean;
}

export const pairingState = (api: Api, { token }: Claimed) =>
  api.post<DeviceSide>("/api/pairing/state", { token });

// Once the other browser has said its nonce: reveals, and answers the words to show.
export async function reveal(
  api: Api,
  claimed: Claimed,
  side: { browser: string; nonce: string },
): Promise<string> {
  await api.post("/api/pairing/reveal", { token: claimed.token, reveal: claimed.reveal });
  return pairingWords({
    origin: location.origin,
    browser: side.browser,
    commitment: claimed.commitment,
    nonce: side.nonce,
    reveal: claimed.reveal,
  });
}

export const stopPairing = (api: Api, { token }: Claimed) =>
  api.post("/api/pairing/stop", { token });
