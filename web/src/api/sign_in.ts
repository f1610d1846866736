// Setup, login and the signing of rosters: every place where this browser's device key speaks for
// its owner, except decisions.

import { base64, hex, randomBytes, sha256, utf8 } from "../crypto/bytes";
import type { DeviceKey } from "../crypto/device_key";
import { jcs } from "../crypto/jcs";
import type { Pin } from "../crypto/keyring";
import { signWithPasskey } from "../crypto/passkey";
import { type SignedRoster, signRoster } from "../crypto/roster";
import { type Api, isReason, isSignedOut } from "./client";
import { deviceProof } from "./device_proof";
import { openHere } from "./opening";
import { leaveToSignOn } from "./sign_on";
import type { RosterBegin, RosterProject, Session, SetupBegin } from "./types";

export function beginSetup(api: Api, token: string): Promise<SetupBegin> {
  return api.post<SetupBegin>("/api/setup/begin", { token });
}

// Ends the setup and says what to pin. The key must be stored before this is called: afterwards
// the server knows no other owner.
export async function finishSetup(
  api: Api,
  token: string,
  name: string,
  key: DeviceKey,
  begin: SetupBegin,
): Promise<Record<string, Pin>> {
  const rosters = await Promise.all(
    begin.projects.map((project) => signRoster(key, project, begin)),
  );
  await api.post("/api/setup/finish", { token, name, spki: key.spki, rosters });
  const pins: Record<string, Pin> = {};
  for (const [index, project] of begin.projects.entries()) {
    const roster = rosters[index];
    if (roster) pins[project.id] = await pinOf(project, roster);
  }
  return pins;
}

export async function signProjectRoster(api: Api, key: DeviceKey, project: string): Promise<Pin> {
  const begin = await whileActive(api, key, () =>
    api.post<RosterBegin>("/api/review/rosters/begin", { project }),
  );
  const roster = await signRoster(key, begin.project, begin);
  await api.post("/api/review/rosters/finish", roster);
  return pinOf(begin.project, roster);
}

export async function login(api: Api, key: DeviceKey, origin: string): Promise<Session> {
  return api.post<Session>("/api/login", await deviceProof(api, key, origin));
}

// With a passkey that signs in, whichever the person picks.
export async function loginByPasskey(api: Api): Promise<Session> {
  const { server_nonce } = await api.post<{ server_nonce: string }>("/api/login/begin", {});
  const { origin } = location;
  const body = jcs({ origin, server_nonce, client_nonce: base64(randomBytes(16)) });
  const answer = await signWithPasskey("lp-login/1", body, location.hostname);
  return api.post<Session>("/api/login/passkey", { body, ...answer });
}

// What only an active session may do: after a quarter of an hour without anything done, the device
// key, or where there is none a passkey, opens the session again, and it is done then.
export async function whileActive<T>(
  api: Api,
  key: DeviceKey | undefined,
  action: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!isReason(error, "session_idle")) throw error;
    }
    if (await openHere(() => opened(api, key))) return action();
  }
}

// The session of this browser, or null where somebody has to sign in. A page that an opening would
// take away begins anew and forgets what was just done on it.
export async function readSession(api: Api): Promise<Session | null> {
  try {
    return await api.get<Session>("/api/session");
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

// Where only the identity provider signs people in, its page comes first.
async function opened(api: Api, key: DeviceKey | undefined): Promise<Session> {
  try {
    return await (key ? login(api, key, location.origin) : loginByPasskey(api));
  } catch (error) {
    if (!isReason(error, "sso_required")) throw error;
    return leaveToSignOn(api, {}, location.pathname + location.search);
  }
}

async function pinOf(project: RosterProject, roster: SignedRoster): Promise<Pin> {
  return { origin: project.origin, roster_sha256: hex(await sha256(utf8(roster.head))) };
}
