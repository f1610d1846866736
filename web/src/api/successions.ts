// Logs that were closed after a rollback and wait for an owner.

import type { DeviceKey } from "../crypto/device_key";
import type { Pin } from "../crypto/keyring";
import type { Entry } from "../crypto/roster_chain";
import {
  readSuccession,
  type SuccessionDocument,
  type SuccessionText,
  signSuccession,
} from "../crypto/succession";
import type { Api } from "./client";
import { loadRosters } from "./rosters";
import { whileActive } from "./sign_in";

export interface Succession {
  text: SuccessionText;
  document: SuccessionDocument;
  entries: Entry[]; // who decides, before and after
}

export interface Successions {
  list: Succession[];
  names: Map<string, string>; // of members, by id
}

export function fetchSuccessions(api: Api): Promise<{ successions: SuccessionText[] }> {
  return api.get("/api/review/successions");
}

// Throws RosterProblem when the server offers something else to sign than what it may.
export async function loadSuccessions(api: Api, pins: Record<string, Pin>): Promise<Successions> {
  const rosters = await loadRosters(api, pins);
  const { successions } = await fetchSuccessions(api);
  const list: Succession[] = [];
  for (const text of successions) {
    const known = rosters.projects.find(({ id }) => id === text.project);
    if (!known) continue; // Not one that this member sees.
    const document = await readSuccession(text, known.roster);
    list.push({ text, document, entries: known.roster.entries });
  }
  return { list, names: rosters.names };
}

export async function openSuccessors(
  api: Api,
  key: DeviceKey,
  successions: Succession[],
): Promise<void> {
  const openings = await Promise.all(successions.map(({ text }) => signSuccession(key, text)));
  await whileActive(api, key, () => api.post("/api/review/successions", { openings }));
}
