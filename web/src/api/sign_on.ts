// Signing in with an account of the identity provider: the way there, and the way back.

import type { DeviceKey } from "../crypto/device_key";
import type { Api } from "./client";
import { deviceProof } from "./device_proof";
import type { LoginMethods, Session } from "./types";

// Where to go on after the way back, in this tab and nowhere else.
const placeKey = "lp-sign-on-place";

// What the provider gave the page along.
export interface Returned {
  state: string;
  code?: string;
  iss?: string;
  error?: string;
}

export const readLoginMethods = (api: Api) => api.get<LoginMethods>("/api/login/methods");

// Leaves this page for the provider's. It never comes to an end: what follows is another page.
export async function leaveToSignOn(
  api: Api,
  wish: { link?: string; fresh?: boolean },
  place: string,
): Promise<never> {
  const { url } = await api.post<{ url: string }>("/api/login/sso/begin", wish);
  sessionStorage.setItem(placeKey, place);
  location.assign(url);
  return new Promise<never>(() => {});
}

// A code works once, and no history, screenshot or other script should find it: it is taken out of
// the address in one step, before anything waits.
export function takeReturned(where: Location, history: History): Returned | undefined {
  if (where.pathname !== "/login/callback") return undefined;
  const query = new URLSearchParams(where.search);
  history.replaceState(null, "", where.pathname);
  const returned: Returned = { state: query.get("state") ?? "" };
  for (const name of ["code", "iss", "error"] as const) {
    const value = query.get(name);
    if (value) returned[name] = value;
  }
  return returned.state !== "" ? returned : undefined;
}

// With the key of this browser, the session is one at this device: what it signs, it signs as well.
export async function finishSignOn(
  api: Api,
  returned: Returned,
  key: DeviceKey | undefined,
): Promise<Session> {
  const device = key && (await deviceProof(api, key, location.origin));
  return api.post<Session>("/api/login/sso/finish", { ...returned, ...(device && { device }) });
}

// The page on which it began; only ever one of ours.
export function takePlace(): string {
  const place = sessionStorage.getItem(placeKey) ?? "/";
  sessionStorage.removeItem(placeKey);
  return place.startsWith("/") && !place.startsWith("//") ? place : "/";
}
