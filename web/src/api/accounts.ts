// Accounts of the identity provider: whose they are, and the links that bring them.

import type { DeviceKey } from "../crypto/device_key";
import type { Api } from "./client";
import { whileActive } from "./sign_in";
import type { LinkedAccount } from "./types";

export async function listAccounts(api: Api): Promise<LinkedAccount[]> {
  return (await api.get<{ accounts: LinkedAccount[] }>("/api/review/accounts")).accounts;
}

export function makeAccountLink(
  api: Api,
  key: DeviceKey,
  member: string,
): Promise<{ url: string; expires_at: string }> {
  return whileActive(api, key, () => api.post("/api/review/account-links", { member }));
}

export async function unlinkAccount(api: Api, key: DeviceKey, id: string): Promise<void> {
  await whileActive(api, key, () => api.post(`/api/review/accounts/${id}/unlink`, {}));
}
