// How people are told that something waits: channels of projects, and browsers of their own.

import type { DeviceKey } from "../crypto/device_key";
import type { Api } from "./client";
import { whileActive } from "./sign_in";

export type ChannelKind = "mail" | "slack" | "teams" | "webhook" | "ntfy";

export interface Health {
  works: boolean;
  last_success?: string;
  last_failure?: string;
  why?: string;
  last_shown?: string; // of browsers: when one was last on the screen
}

export interface Channel extends Health {
  id: string;
  project: string;
  kind: ChannelKind;
  name: string;
  audience: string; // "", "group:NAME" or "member:ID"
  to: string; // no secret: enough to tell it by
  after_s: number;
  repeat_s: number;
  created_at: string;
  own: boolean;
  may_change: boolean;
}

export interface PushBrowser extends Health {
  id: string;
  name: string;
  after_s: number;
  created_at: string;
}

export interface ReachProject {
  id: string;
  name: string;
  manages: boolean;
  reachable: boolean;
  groups: string[];
  channels: Channel[];
}

export interface Reach {
  push_key: string; // "": the server has no Web Push
  kinds: ChannelKind[];
  projects: ReachProject[];
  browsers: PushBrowser[];
}

export interface NewChannel {
  project: string;
  kind: ChannelKind;
  name: string;
  to: string;
  token?: string;
  audience: string;
  after_s: number;
  repeat_s: number;
}

export const loadReach = (api: Api) => api.get<Reach>("/api/review/channels");

// The secret that a webhook's receiver checks, told this once.
export async function addChannel(
  api: Api,
  key: DeviceKey,
  channel: NewChannel,
): Promise<{ channel: Channel; secret?: string }> {
  return whileActive(api, key, () => api.post("/api/review/channels", channel));
}

export type Place = { kind: "channels" | "browsers"; id: string };
const pathOf = ({ kind, id }: Place) => `/api/review/${kind}/${id}`;

export async function removePlace(api: Api, key: DeviceKey, place: Place): Promise<void> {
  await whileActive(api, key, () => api.post(`${pathOf(place)}/remove`, {}));
}

export async function previewPlace(api: Api, place: Place): Promise<string> {
  return (await api.get<{ text: string }>(`${pathOf(place)}/preview`)).text;
}

const outcomeMs = 10_000;
const lookMs = 400;

// Sends a test and waits for what became of it; nothing when that is not known in time.
export async function sendTest(
  api: Api,
  key: DeviceKey,
  place: Place,
): Promise<Health | undefined> {
  const before = newest(await healthOf(api, place));
  await whileActive(api, key, () => api.post(`${pathOf(place)}/test`, {}));
  for (const end = performance.now() + outcomeMs; performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const health = await healthOf(api, place);
    // A browser that the push service knows no more is gone by itself.
    if (!health || newest(health) !== before) return health;
  }
  return undefined;
}

async function healthOf(api: Api, { kind, id }: Place): Promise<Health | undefined> {
  const { projects, browsers } = await loadReach(api);
  const all: (Health & { id: string })[] =
    kind === "browsers" ? browsers : projects.flatMap(({ channels }) => channels);
  return all.find((place) => place.id === id);
}

const newest = (health: Health | undefined) =>
  [health?.last_success ?? "", health?.last_failure ?? ""].sort().at(-1);
