// A member's own passkeys: the ones that decide, which stand in rosters and need an owner's
// signature, and the ones that sign in.

import { base64, randomBytes } from "../crypto/bytes";
import { type DeviceKey, sign } from "../crypto/device_key";
import { jcs } from "../crypto/jcs";
import type { Pin } from "../crypto/keyring";
import {
  type MadePasskey,
  makePasskey,
  PasskeyProblem,
  type PasskeyTerms,
} from "../crypto/passkey";
import type { Api } from "./client";
import { loadRosters, nextVersions, type Proposal, RostersMoved, signProposal } from "./rosters";
import { whileActive } from "./sign_in";
import type { Session } from "./types";

export interface Passkey {
  key: string;
  purpose: "decision" | "login";
  rp_id: string;
  origin: string;
  aaguid: string;
  synced: boolean;
  created_at: string;
  projects?: string[]; // where it decides
  flagged_at?: string;
}

export interface Passkeys {
  passkeys: Passkey[];
  rp_id?: string; // of this page; without one none can be made here
}

export const loadPasskeys = (api: Api) => api.get<Passkeys>("/api/review/passkeys");

// What it came to: in force, or waiting for an owner.
export type Enrolled = { state: "signed" } | { state: "waiting"; proposal: Proposal };

export interface Enroller {
  api: Api;
  session: Session;
  device: DeviceKey;
  pins: Record<string, Pin>;
}

// Makes a passkey that decides. Whoever owns the rosters signs for it at once, with this browser's
// key; everybody else asks an owner.
export async function enrolToDecide(by: Enroller): Promise<Enrolled> {
  const { made, body } = await begun(by, "decision");
  const proposal = await whileActive(by.api, by.device, () =>
    by.api.post<Proposal>("/api/review/passkeys", {
      purpose: "decision",
      body,
      clientDataJSON: made.clientDataJSON,
      attestationObject: made.attestationObject,
    }),
  );
  // What is signed is what was made here, whatever the server calls it.
  const own =
    proposal.act === "add_passkey" &&
    proposal.member.id === by.session.member.id &&
    proposal.spki === made.spki &&
    proposal.rp_id === location.hostname;
  if (!own) throw new RostersMoved();
  return signedIfOwner(by, proposal);
}

export async function enrolToSignIn(by: Enroller): Promise<void> {
  const { made, body } = await begun(by, "login");
  const said = jcs({ member: by.session.member.id, purpose: "login", spki: made.spki });
  const signature = await sign(by.device, "lp-passkey/1", said);
  await whileActive(by.api, by.device, () =>
    by.api.post("/api/review/passkeys", {
      purpose: "login",
      body,
      clientDataJSON: made.clientDataJSON,
      attestationObject: made.attestationObject,
      signature,
    }),
  );
}

export async function removePasskey(by: Enroller, passkey: Passkey): Promise<Enrolled> {
  const answer = await whileActive(by.api, by.device, () =>
    by.api.post<Proposal | Record<string, never>>(
      `/api/review/passkeys/${passkey.key}/remove`,
      {},
    ),
  );
  if (passkey.purpose === "login") return { state: "signed" };
  const proposal = answer as Proposal;
  const own =
    proposal.act === "revoke_device" &&
    proposal.member.id === by.session.member.id &&
    proposal.key === passkey.key;
  if (!own) throw new RostersMoved();
  return signedIfOwner(by, proposal);
}

async function begun(
  by: Enroller,
  purpose: Passkey["purpose"],
): Promise<{ made: MadePasskey; body: string }> {
  const terms = await whileActive(by.api, by.device, () =>
    by.api.post<PasskeyTerms & { server_nonce: string }>("/api/review/passkeys/begin", {
      purpose,
    }),
  );
  if (terms.rp.id !== location.hostname) throw new PasskeyProblem("wrong_host");
  const body = jcs({
    origin: location.origin,
    server_nonce: terms.server_nonce,
    client_nonce: base64(randomBytes(16)),
  });
  return { made: await makePasskey(terms, body, purpose === "login"), body };
}

// Who owns the rosters signs at once; everybody else waits for an owner.
export async function signedIfOwner(by: Enroller, proposal: Proposal): Promise<Enrolled> {
  const rosters = await loadRosters(by.api, by.pins);
  const versions = await nextVersions(rosters, proposal);
  const owns = versions.every(({ project }) =>
    project.roster.head.owners.includes(by.device.spki),
  );
  if (!owns || versions.length === 0) return { state: "waiting", proposal };
  await signProposal(by.api, by.device, proposal, versions, by.pins);
  return { state: "signed" };
}
