// Who decides, as this browser knows it: the rosters that it has checked, its pins, and the changes
// that wait for an owner.

import { type DeviceKey, idOf } from "../crypto/device_key";
import type { Pin } from "../crypto/keyring";
import {
  followRosters,
  type IssuerRange,
  type LogRange,
  type Roster,
  RosterProblem,
  type RosterText,
} from "../crypto/roster_chain";
import {
  carryOut,
  cosign,
  handOver,
  handOverLog,
  nextHead,
  rotates,
  type SignedChange,
  signChange,
  type Wish,
} from "../crypto/roster_wish";
import type { Api } from "./client";
import { whileActive } from "./sign_in";
import type { Session } from "./types";

export type Proposal = Wish & {
  id: string;
  key?: string;
  previous?: string; // the key that signs now, of another key of the server
  created_at: string;
  expires_at: string;
};

interface RosterList {
  time: string;
  projects: { id: string; name: string; origin: string; rosters: RosterText[] }[];
  members: { id: string; name: string }[];
}

export interface ProjectRoster {
  id: string;
  name: string;
  roster: Roster;
}

export interface Rosters {
  time: string; // the server's
  projects: ProjectRoster[]; // those with a roster, all checked
  names: Map<string, string>; // of members, by id
  pins: Record<string, Pin>; // what to keep now
}

// Throws RosterProblem when a roster does not go on from what this browser has pinned.
export async function loadRosters(api: Api, pins: Record<string, Pin>): Promise<Rosters> {
  const list = await api.get<RosterList>("/api/review/rosters");
  const found: Rosters = { time: list.time, projects: [], names: new Map(), pins: {} };
  for (const { id, name } of list.members) found.names.set(id, name);
  for (const project of list.projects) {
    const { id, name, origin, rosters } = project;
    const roster = await followRosters(origin, rosters, pins[id]).catch((error) => {
      if (!(error instanceof RosterProblem)) throw error;
      throw new RosterProblem(`The roster of the project ${name} is wrong. ${error.message}`);
    });
    found.projects.push({ id, name, roster });
    found.pins[id] = { origin, roster_sha256: roster.sha256 };
  }
  return found;
}

// Whether the session names a roster that this browser has not checked yet.
export function rostersMoved(session: Session, pins: Record<string, Pin>): boolean {
  return session.projects.some(
    ({ id, roster_sha256, successor }) =>
      // A closed log's roster stands still for ever.
      successor === undefined &&
      roster_sha256 !== undefined &&
      pins[id]?.roster_sha256 !== roster_sha256,
  );
}

export interface NextVersion {
  project: ProjectRoster;
  entries: Roster["entries"];
  issuer: IssuerRange[] | undefined; // when another key of the server shall sign
  log: LogRange[] | undefined; // the same of its log
  becomesTeam: boolean;
  ownersLeft: boolean;
}

// What the wish makes of each roster; projects in which it means nothing are left out.
export async function nextVersions(rosters: Rosters, wish: Wish): Promise<NextVersion[]> {
  const versions: NextVersion[] = [];
  for (const project of rosters.projects) {
    const { roster } = project;
    const entries = carryOut(wish, roster.entries);
    const issuer = issuerAfter(wish, project);
    const log = logAfter(wish, project);
    if (entries === roster.entries && !issuer && !log) continue;
    const head = await nextHead(roster, entries, rosters.time);
    versions.push({
      project,
      entries,
      issuer,
      log,
      becomesTeam: roster.head.single_operator && !head.single_operator,
      ownersLeft: head.owners.length >= head.threshold,
    });
  }
  return versions;
}

function issuerAfter(wish: Wish, project: ProjectRoster): IssuerRange[] | undefined {
  if (wish.act !== "rotate_issuer" || wish.project.id !== project.id) return undefined;
  return handOver(project.roster.head.issuer, wish);
}

function logAfter(wish: Wish, project: ProjectRoster): LogRange[] | undefined {
  if (wish.act !== "rotate_log_key" || wish.project.id !== project.id) return undefined;
  return handOverLog(project.roster.head.log, wish);
}

// Another roster is in force than the one that was shown; nothing was signed.
export class RostersMoved extends Error {
  readonly kind = "rosters_moved";
}

// Signs what was shown. The head is of now, because a server takes none that is old; and another
// key signs from an entry that the log has not passed meanwhile.
export async function signProposal(
  api: Api,
  key: DeviceKey,
  proposal: Proposal,
  versions: NextVersion[],
  pins: Record<string, Pin>,
): Promise<void> {
  const now = await loadRosters(api, pins);
  const wish = await ofNow(api, proposal);
  const changes: SignedChange[] = [];
  for (const { project, entries } of versions) {
    const current = now.projects.find(({ id }) => id === project.id);
    if (current?.roster.sha256 !== project.roster.sha256) throw new RostersMoved();
    const head = await nextHead(project.roster, entries, now.time);
    const issuer = issuerAfter(wish, project);
    if (issuer) head.issuer = issuer;
    const log = logAfter(wish, project);
    if (log) head.log = log;
    changes.push(await signChange(key, project.id, head, entries));
  }
  const names =
    proposal.act === "add_member"
      ? [{ member: proposal.member.id, name: proposal.member.name }]
      : [];
  await whileActive(api, key, () =>
    api.post(`/api/review/roster-proposals/${proposal.id}/sign`, { changes, names }),
  );
}

// A key of somebody who decides that no second owner has vouched for.
export interface Cosignable {
  id: string;
  spki: string;
  name: string; // of its member
}

// Those that this member may vouch for, an owner; founders' keys count as they are, and so does
// every key in a project of one person.
export async function cosignable(rosters: Rosters, member: string): Promise<Cosignable[]> {
  const found = new Map<string, Cosignable>();
  for (const { roster } of rosters.projects) {
    const owns = roster.entries.some(
      (one) => one.member === member && one.roles.includes("owner"),
    );
    if (!owns || roster.head.single_operator) continue;
    for (const { spki, cosigned, roles, ...entry } of roster.entries) {
      const decides = roles.includes("reviewer") || roles.includes("owner");
      if (!spki || !decides || cosigned.length > 0 || entry.member === member) continue;
      if (roster.founders.includes(spki)) continue;
      const id = await idOf(spki);
      found.set(id, { id, spki, name: rosters.names.get(entry.member) ?? entry.member });
    }
  }
  return [...found.values()];
}

// Signs the next version of every roster that lists the key and is still the one that was shown.
export async function cosignKey(
  api: Api,
  key: DeviceKey,
  { spki }: Cosignable,
  shown: Rosters,
  pins: Record<string, Pin>,
): Promise<void> {
  const now = await loadRosters(api, pins);
  const changes: SignedChange[] = [];
  for (const { id, roster } of now.projects) {
    const before = shown.projects.find((one) => one.id === id);
    if (before?.roster.sha256 !== roster.sha256) throw new RosterProblem("It is another by now.");
    const entries = await cosign(key, roster, spki);
    if (entries === roster.entries) continue;
    changes.push(await signChange(key, id, await nextHead(roster, entries, now.time), entries));
  }
  await whileActive(api, key, () => api.post("/api/review/rosters", { changes, names: [] }));
}

async function ofNow(api: Api, proposal: Proposal): Promise<Wish> {
  if (!rotates(proposal)) return proposal;
  const now = await api.get<Proposal>(`/api/review/roster-proposals/${proposal.id}`);
  if (!rotates(now) || keyOf(now) !== keyOf(proposal)) throw new RostersMoved();
  return { ...proposal, from: now.from };
}

// What a person may ask for on a page; an owner signs it, or withdraws it.
export type Asked =
  | { act: "add_member"; name: string; roles: string[]; groups: string[] }
  | { act: "change_member"; member: string; roles: string[]; groups: string[] }
  | { act: "remove_member"; member: string };

export async function propose(api: Api, key: DeviceKey, asked: Asked): Promise<Proposal> {
  return whileActive(api, key, () => api.post<Proposal>("/api/review/roster-proposals", asked));
}

function keyOf(wish: Extract<Proposal, { from: number }>): string {
  return wish.act === "rotate_issuer" ? wish.spki : wish.vkey;
}

export async function withdrawProposal(
  api: Api,
  key: DeviceKey,
  proposal: Proposal,
): Promise<void> {
  await whileActive(api, key, () =>
    api.post(`/api/review/roster-proposals/${proposal.id}/withdraw`, {}),
  );
}

export interface LoginLinkState {
  member: { id: string; name: string };
  log_name: string;
  state: "fresh" | "waiting" | "counted" | "refused";
  key?: string;
  expires_at: string;
}

export function readLoginLink(api: Api, token: string): Promise<LoginLinkState> {
  return api.post<LoginLinkState>("/api/login-link", { token });
}

export async function bringDevice(api: Api, token: string, key: DeviceKey): Promise<void> {
  await api.post("/api/login-link/device", { token, spki: key.spki });
}
