// Agents and API keys, as members manage them.

import type { DeviceKey } from "../crypto/device_key";
import type { Api } from "./client";
import { whileActive } from "./sign_in";

export type KeyRole = "agent" | "executor" | "auditor" | "admin";

export interface Owner {
  id: string;
  name: string; // "" when it is gone who they were
}

export interface ApiKey {
  id: string;
  role: KeyRole;
  name: string;
  owner: Owner;
  created_at: string;
  pending: number;
  revoked_at?: string;
  last_seen_at?: string; // since the server began
  network?: string;
}

export interface Agent {
  id: string;
  handle: string;
  owner: Owner;
  proof: "hmac" | "httpsig";
  created_at: string;
  pending: number;
  key?: string; // id of its own key
  rotated_at?: string;
  previous_until?: string;
  revoked_at?: string;
}

export interface AgentProject {
  id: string;
  name: string;
  manages: boolean;
  roles: KeyRole[]; // of keys that this member may make and end
  pending: number;
  counted: number; // of how many open requests it is known whose they are
  keys: ApiKey[];
  agents: Agent[];
}

export interface Made {
  id: string;
  secret?: string; // told this once
}

export async function listAgents(api: Api): Promise<AgentProject[]> {
  return (await api.get<{ projects: AgentProject[] }>("/api/review/agents")).projects;
}

const post = <T>(api: Api, key: DeviceKey, path: string, body: unknown): Promise<T> =>
  whileActive(api, key, () => api.post<T>(path, body));

export const addApiKey = (
  api: Api,
  key: DeviceKey,
  wish: { project: string; role: KeyRole; name: string },
) => post<Made>(api, key, "/api/review/api-keys", wish);

export const endApiKey = (api: Api, key: DeviceKey, id: string) =>
  post<unknown>(api, key, `/api/review/api-keys/${id}/revoke`, {});

export const addAgent = (
  api: Api,
  key: DeviceKey,
  wish: { project: string; handle: string; public_key?: string },
) => post<Made>(api, key, "/api/review/agents", wish);

export const renewAgent = (api: Api, key: DeviceKey, id: string) =>
  post<Made & { previous_until: string }>(api, key, `/api/review/agents/${id}/rotate`, {});

export const endAgent = (api: Api, key: DeviceKey, id: string) =>
  post<unknown>(api, key, `/api/review/agents/${id}/revoke`, {});

// What a kill switch did.
export interface Stopped {
  permits_revoked: number;
  requests_cancelled?: number; // of an agent
}

// The panic button: ends the agent, or the API key of that id, its permits and what it asked.
export const stopAgent = (api: Api, key: DeviceKey, id: string, reason: string) =>
  post<Stopped>(api, key, `/api/review/agents/${id}/stop`, { reason });

// Ends the permits of a project that nobody has claimed yet.
export const stopPermits = (api: Api, key: DeviceKey, project: string, reason: string) =>
  post<Stopped>(api, key, "/api/review/epochs", { project, reason });
