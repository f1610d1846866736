// Logs that open in the place of others by an owner's word: after a rollback, or to go live.

import type { DeviceKey } from "../crypto/device_key";
import type { Pin } from "../crypto/keyring";
import { type Entry, RosterProblem } from "../crypto/roster_chain";
import {
  liveEntries,
  readGoLive,
  readSuccession,
  type SuccessionDocument,
  type SuccessionText,
  signSuccession,
} from "../crypto/succession";
import { type Api, isReason } from "./client";
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

// What takes all projects live under this address. As above, what the server may not offer throws.
export async function loadGoLive(
  api: Api,
  pins: Record<string, Pin>,
  key: DeviceKey,
  publicUrl: string,
): Promise<Successions> {
  const rosters = await loadRosters(api, pins);
  const { successions } = await api.get<{ successions: SuccessionText[] }>(
    `/api/review/successions?public_url=${encodeURIComponent(publicUrl)}`,
  );
  const list: Succession[] = [];
  for (const text of successions) {
    const known = rosters.projects.find(({ id }) => id === text.project);
    if (!known) throw new RosterProblem("It is about a project that this browser does not know.");
    const document = await readGoLive(text, known.roster, key.spki, publicUrl);
    list.push({ text, document, entries: liveEntries(known.roster.entries, key.spki) });
  }
  return { list, names: rosters.names };
}

const triesMax = 5;

// A log that grew while the owner read is offered and signed anew: what they read stays the same.
export async function goLive(
  api: Api,
  pins: Record<string, Pin>,
  key: DeviceKey,
  publicUrl: string,
): Promise<void> {
  for (let tried = 1; ; ++tried) {
    const { list } = await loadGoLive(api, pins, key, publicUrl);
    const openings = await Promise.all(list.map(({ text }) => signSuccession(key, text)));
    const body = { openings, public_url: publicUrl };
    try {
      await whileActive(api, key, () => api.post("/api/review/successions", body));
      return;
    } catch (error) {
      if (!isReason(error, "stale") || tried === triesMax) throw error;
    }
  }
}
