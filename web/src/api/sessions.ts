// Where people are signed in: their own sessions, and for who manages people everybody's.

import type { DeviceKey } from "../crypto/device_key";
import type { Api } from "./client";
import { whileActive } from "./sign_in";
import type { OpenSession } from "./types";

export async function listSessions(api: Api): Promise<OpenSession[]> {
  return (await api.get<{ sessions: OpenSession[] }>("/api/sessions")).sessions;
}

export async function endSession(api: Api, key: DeviceKey, id: string): Promise<void> {
  await whileActive(api, key, () => api.post(`/api/sessions/${id}/end`, {}));
}

// How many there were.
export async function endOtherSessions(api: Api, key: DeviceKey): Promise<number> {
  const { ended } = await whileActive(api, key, () =>
    api.post<{ ended: number }>("/api/sessions/end-others", {}),
  );
  return ended;
}
