// The policy of each project: which is in force, the versions there are, and what a draft would
// have done.

import type { DeviceKey } from "../crypto/device_key";
import type { Api } from "./client";
import { whileActive } from "./sign_in";
import type { Level } from "./types";

export type Effect = "allow" | "review" | "deny";

export interface PolicyVersion {
  version: number;
  sha256: string;
  author: string; // a member's id; "operator": at the command line
  created_at: string;
  in_force: boolean;
  activated_at?: string; // the last time
  activated_by?: string;
}

export interface PolicyProject {
  id: string;
  name: string;
  writes: boolean; // whether this member may upload, replay and ask
  in_force: number; // 0: none
  versions: PolicyVersion[]; // newest first
  waiting: { request: string; version: number; asked_at: string }[];
}

// Who must say yes (approval.md).
export type Quorum =
  | { n_of: [count: number, group: string] }
  | { all: Quorum[] }
  | { any: Quorum[] };

export interface PolicyRule {
  name: string;
  effect: Effect;
  level?: Level; // of a review, as is who must approve
  quorum?: Quorum;
  conditions: string[];
}

export interface Change {
  change: "added" | "removed" | "changed" | "moved";
  part: string;
  before?: unknown;
  after?: unknown;
}

export interface PolicyDetail extends PolicyVersion {
  document: string;
  reads: {
    rules: PolicyRule[];
    defaults: { level: Level; quorum: Quorum };
    unknown_tool?: { effect: Effect; level: Level };
  };
  changes?: Change[]; // against the one in force
}

export interface Said {
  effect: Effect;
  level: Level;
  people: number;
}

export type Shift =
  | "allowed_though_rejected"
  | "denied_though_approved"
  | "newly_allowed"
  | "newly_denied"
  | "newly_asked"
  | "milder"
  | "stricter"
  | "same";

export interface Replay {
  examined: number;
  unread: number;
  left_off: boolean;
  shifts: Partial<Record<Shift, number>>;
  requests: {
    request: string;
    service: string;
    action: string;
    asked_at: string;
    state: string;
    then: Said;
    now: Said & { rule: string };
    shift: Shift;
  }[];
}

export async function listPolicies(api: Api): Promise<PolicyProject[]> {
  return (await api.get<{ projects: PolicyProject[] }>("/api/review/policies")).projects;
}

export const showPolicy = (api: Api, project: string, version: number) =>
  api.get<PolicyDetail>(`/api/review/policies/${project}/${version}`);

export const pushPolicy = (api: Api, key: DeviceKey, project: string, document: string) =>
  whileActive(api, key, () =>
    api.post<{ version: number; known: boolean }>("/api/review/policies", { project, document }),
  );

export const activatePolicy = (api: Api, key: DeviceKey, project: string, version: number) =>
  whileActive(api, key, () =>
    api.post<{ request: string }>(`/api/review/policies/${project}/${version}/activate`, {}),
  );

export const replayPolicy = (
  api: Api,
  key: DeviceKey,
  draft: { project: string; document: string; days: number },
) => whileActive(api, key, () => api.post<Replay>("/api/review/policies/replay", draft));
