// Which content keys a project has and which devices hold them, as the server tells; and handing
// one on, which this browser does only for devices that stand in a roster it has checked.

import type { ContentKey } from "../crypto/content_key";
import { idOf } from "../crypto/device_key";
import type { Keyring } from "../crypto/keyring";
import {
  isWrapKeyOf,
  type SignedWrap,
  signedTerms,
  signWrapKey,
  unwrap,
  type WrapKey,
  wrapSigned,
} from "../crypto/wrap";
import type { Api } from "./client";
import { loadRosters, type ProjectRoster } from "./rosters";
import { whileActive } from "./sign_in";

export interface KeyDevice {
  key: string; // id of its device key
  member: string;
  name: string;
  created_at: string;
  wrap_spki?: string; // not before it has said that it is there
  signature?: string;
  seen_at?: string;
}

export interface ProjectKey {
  kid: string;
  epoch: number;
  made_by: string;
  created_at: string;
  retired_at?: string;
  sheet_checked_at?: string;
  holders: string[]; // devices
  wrapped?: SignedWrap; // for this browser
}

export interface ProjectKeys {
  id: string;
  keys: ProjectKey[];
  devices: string[]; // of everybody who reads payloads
}

export interface ContentKeys {
  time: string;
  projects: ProjectKeys[];
  devices: KeyDevice[];
}

export const loadContentKeys = (api: Api) => api.get<ContentKeys>("/api/review/content-keys");

export function newestKey({ keys }: ProjectKeys): ProjectKey | undefined {
  return keys
    .filter((key) => key.retired_at === undefined)
    .reduce<ProjectKey | undefined>(
      (newest, key) => (newest && newest.epoch > key.epoch ? newest : key),
      undefined,
    );
}

// Says that this browser is there. The server forgets nothing of it within a day.
export async function announceDevice(api: Api, keyring: Keyring, own: WrapKey): Promise<void> {
  if (!keyring.device) return;
  const signature = await signWrapKey(keyring.device, own.spki);
  await api.post("/api/review/content-keys/device", { spki: own.spki, signature });
}

// A device for which this browser may wrap: its keys, each vouched for by the one before, and the
// first by the owners who signed the roster.
export interface KnownDevice {
  key: string;
  spki: string;
  wrapSpki: string;
}

export async function knownDevice(
  roster: ProjectRoster,
  device: KeyDevice,
): Promise<KnownDevice | undefined> {
  if (!device.wrap_spki || !device.signature) return undefined;
  for (const entry of roster.roster.entries) {
    if (entry.class !== "device" || !entry.spki || entry.member !== device.member) continue;
    if ((await idOf(entry.spki)) !== device.key) continue;
    const own = await isWrapKeyOf(device.key, entry.spki, device.wrap_spki, device.signature);
    return own ? { key: device.key, spki: entry.spki, wrapSpki: device.wrap_spki } : undefined;
  }
  return undefined;
}

// The bytes of a key that this browser holds, while `use` runs; undefined when it holds no copy.
export async function withKeyBytes<T>(
  keyring: Keyring,
  key: ContentKey,
  use: (raw: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T | undefined> {
  const opened = key.copy && keyring.wrap && (await unwrap(key.copy, keyring.wrap));
  if (!opened) return undefined;
  try {
    return await use(opened.raw);
  } finally {
    opened.raw.fill(0);
  }
}

// For one or more devices at once. An id that the project does not know becomes its newest key.
export async function handOver(
  api: Api,
  keyring: Keyring,
  roster: ProjectRoster,
  key: { kid: string; epoch: number },
  raw: Uint8Array<ArrayBuffer>,
  to: KnownDevice[],
): Promise<void> {
  const { device } = keyring;
  if (!device) throw new Error("This browser has no device key.");
  const wraps: SignedWrap[] = [];
  for (const recipient of to) {
    const terms = {
      kid: key.kid,
      epoch: key.epoch,
      origin: roster.roster.head.origin,
      from: device.id,
      to: recipient.key,
      roster_sha256: roster.roster.sha256,
    };
    wraps.push(await wrapSigned(raw, recipient.wrapSpki, terms, device));
  }
  const body = { project: roster.id, kid: key.kid, wraps };
  await whileActive(api, device, () => api.post("/api/review/content-keys", body));
}

// The devices of a project that may hold a key, those of them that this browser knows.
export async function knownDevices(
  roster: ProjectRoster,
  list: ContentKeys,
  project: ProjectKeys,
): Promise<KnownDevice[]> {
  const devices = list.devices.filter(({ key }) => project.devices.includes(key));
  const known = await Promise.all(devices.map((device) => knownDevice(roster, device)));
  return known.filter((device) => device !== undefined);
}

export interface KeyPort {
  keyring: Keyring;
  wrapKey(): Promise<WrapKey>;
  takeContent(raw: Uint8Array<ArrayBuffer>, added: string): Promise<ContentKey>;
}

const dayMs = 86_400_000;

// What happens without anybody being asked: this browser says that it is there, takes what was
// wrapped for it, and says which keys it holds. Answers whether it took or said anything.
export async function syncKeys(api: Api, port: KeyPort): Promise<boolean> {
  const { device } = port.keyring;
  const list = await loadContentKeys(api);
  const me = list.devices.find(({ key }) => key === device?.id);
  if (!device || !me) return false;
  const own = await port.wrapKey();
  const silentMs = Date.parse(list.time) - Date.parse(me.seen_at ?? "1970-01-01");
  const known = me.wrap_spki === own.spki;
  if (!known || silentMs > dayMs) await announceDevice(api, port.keyring, own);
  const mine = list.projects.filter(({ devices }) => devices.includes(device.id));
  const due = (project: ProjectKeys) =>
    somethingToDo(port.keyring, project) || expected(port.keyring, list, project).length > 0;
  if (known && !mine.some(due)) return false;
  const rosters = await loadRosters(api, port.keyring.pins);
  let changed = !known;
  for (const project of mine) {
    const roster = rosters.projects.find(({ id }) => id === project.id);
    if (!roster) continue;
    changed = (await giveUp(api, port.keyring, project)) || changed;
    changed = (await takeWrapped(port, own, roster, project)) || changed;
    changed = (await sayWhatIsHeld(api, port, own, list, roster, project)) || changed;
    changed = (await handToExpected(api, port.keyring, list, roster, project)) || changed;
  }
  return changed;
}

function somethingToDo({ content, device, removed }: Keyring, project: ProjectKeys): boolean {
  const untaken = project.keys.some(
    ({ kid, wrapped }) => wrapped && !content.some((key) => key.kid === kid && key.copy),
  );
  const unsaid = content.some(
    ({ kid, copy }) =>
      copy &&
      !project.keys.some((key) => key.kid === kid && key.holders.includes(device?.id ?? "")),
  );
  return untaken || unsaid || project.keys.some(({ kid }) => removed.includes(kid));
}

// Devices whose words this person has compared while pairing, and that lack a key which is here.
function expected(keyring: Keyring, list: ContentKeys, project: ProjectKeys): KeyDevice[] {
  const lacks = (device: string) =>
    project.keys.some(
      ({ kid, holders }) =>
        !holders.includes(device) && keyring.content.some((key) => key.kid === kid && key.copy),
    );
  return list.devices.filter(
    ({ key, wrap_spki }) =>
      project.devices.includes(key) &&
      wrap_spki !== undefined &&
      keyring.compared[key] === wrap_spki &&
      lacks(key),
  );
}

async function handToExpected(
  api: Api,
  keyring: Keyring,
  list: ContentKeys,
  roster: ProjectRoster,
  project: ProjectKeys,
): Promise<boolean> {
  let changed = false;
  for (const device of expected(keyring, list, project)) {
    const to = await knownDevice(roster, device);
    if (!to) continue;
    await handOverAll(api, keyring, roster, project, to);
    changed = true;
  }
  return changed;
}

// All keys of the project that are here, so that old requests open there too.
export async function handOverAll(
  api: Api,
  keyring: Keyring,
  roster: ProjectRoster,
  project: ProjectKeys,
  to: KnownDevice,
): Promise<void> {
  for (const key of project.keys) {
    const held = keyring.content.find(({ kid }) => kid === key.kid);
    if (!held || key.holders.includes(to.key)) continue;
    await withKeyBytes(keyring, held, (raw) => handOver(api, keyring, roster, key, raw, [to]));
  }
}

// What its person has removed from this browser.
async function giveUp(api: Api, keyring: Keyring, project: ProjectKeys): Promise<boolean> {
  let changed = false;
  for (const key of project.keys) {
    if (!key.wrapped || !keyring.removed.includes(key.kid)) continue;
    await api.post(`/api/review/content-keys/${project.id}/${key.kid}/drop`, {});
    delete key.wrapped;
    changed = true;
  }
  return changed;
}

async function takeWrapped(
  port: KeyPort,
  own: WrapKey,
  roster: ProjectRoster,
  project: ProjectKeys,
): Promise<boolean> {
  let taken = false;
  for (const { kid, wrapped } of project.keys) {
    if (!wrapped || port.keyring.content.some((key) => key.kid === kid && key.copy)) continue;
    const raw = await believe(port.keyring, own, roster, wrapped);
    if (!raw) continue;
    await port.takeContent(raw, new Date().toISOString());
    taken = true;
  }
  return taken;
}

// The bytes of a key that a device of somebody in the roster has wrapped for this one; for nothing
// else, however the server came by it.
async function believe(
  keyring: Keyring,
  own: WrapKey,
  roster: ProjectRoster,
  wrapped: SignedWrap,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const entry of roster.roster.entries) {
    if (entry.class !== "device" || !entry.spki || !entry.roles.includes("reviewer")) continue;
    const terms = await signedTerms(wrapped, entry.spki);
    if (!terms) continue;
    const ours =
      terms.to === keyring.device?.id &&
      terms.origin === roster.roster.head.origin &&
      terms.from === (await idOf(entry.spki));
    return ours ? (await unwrap(wrapped.document, own))?.raw : undefined;
  }
  return undefined;
}

// A key that came by a link or was typed in, and so is held without the server knowing.
async function sayWhatIsHeld(
  api: Api,
  port: KeyPort,
  own: WrapKey,
  list: ContentKeys,
  roster: ProjectRoster,
  project: ProjectKeys,
): Promise<boolean> {
  const { device } = port.keyring;
  if (!device) return false;
  let said = false;
  for (const key of [...port.keyring.content].reverse()) {
    const listed = project.keys.find(({ kid }) => kid === key.kid);
    // One that no project lists belongs to all, as it did before there were lists.
    const elsewhere = list.projects.some(({ keys }) => keys.some(({ kid }) => kid === key.kid));
    if (listed?.holders.includes(device.id) || (!listed && elsewhere)) continue;
    const epoch = listed?.epoch ?? 1 + Math.max(0, ...project.keys.map((known) => known.epoch));
    const self = { key: device.id, spki: device.spki, wrapSpki: own.spki };
    const done = await withKeyBytes(port.keyring, key, async (raw) => {
      await handOver(api, port.keyring, roster, { kid: key.kid, epoch }, raw, [self]);
      return true;
    });
    if (!done) continue;
    said = true;
    if (!listed) {
      project.keys.push({
        kid: key.kid,
        epoch,
        made_by: "",
        created_at: list.time,
        holders: [device.id],
      });
    }
  }
  return said;
}

export const retireKey = (api: Api, keyring: Keyring, project: string, kid: string) =>
  whileActive(api, keyring.device, () =>
    api.post(`/api/review/content-keys/${project}/${kid}/retire`, {}),
  );

export const noteSheet = (api: Api, keyring: Keyring, project: string, kid: string) =>
  whileActive(api, keyring.device, () =>
    api.post(`/api/review/content-keys/${project}/${kid}/sheet`, {}),
  );
