// What the server was set to, and where decisions are sent to.

import type { DeviceKey } from "../crypto/device_key";
import type { Health } from "./channels";
import type { Api } from "./client";
import { whileActive } from "./sign_in";

export interface ProjectState {
  id: string;
  owners: number;
  reviewers: number;
  sheet_checked: boolean; // of the content key for new requests
  webhooks_work: boolean;
}

export interface Settings {
  reached_at: string;
  asking: {
    per_minute: number; // of one API key; 0: no limit
    burst: number;
    pending: number; // of a project
    decide_by_default_s: number;
    decide_by_max_s: number;
  };
  rotation_overlap_s: number;
  backup_horizon_s: number;
  sign_on?: { name: string; required: boolean };
  push: boolean;
  witnessed: boolean;
  projects: ProjectState[];
}

export interface Webhook extends Health {
  id: string;
  to: string; // no secret: enough to tell it by
  created_at: string;
}

export interface WebhookProject {
  id: string;
  webhooks: Webhook[];
}

export const loadSettings = (api: Api) => api.get<Settings>("/api/review/settings");

// Of the projects whose people this member manages.
export async function listWebhooks(api: Api): Promise<WebhookProject[]> {
  return (await api.get<{ projects: WebhookProject[] }>("/api/review/webhooks")).projects;
}

export const addWebhook = (api: Api, key: DeviceKey, project: string, url: string) =>
  whileActive(api, key, () =>
    api.post<{ id: string; secret: string }>("/api/review/webhooks", { project, url }),
  );

export const removeWebhook = (api: Api, key: DeviceKey, id: string) =>
  whileActive(api, key, () => api.post<unknown>(`/api/review/webhooks/${id}/remove`, {}));
