// That this browser's device key is here, now, on this page (evidence.md 8).

import { base64, randomBytes } from "../crypto/bytes";
import { type DeviceKey, sign } from "../crypto/device_key";
import { jcs } from "../crypto/jcs";
import type { Api } from "./client";

export interface DeviceProof {
  body: string;
  key: string;
  signature: string;
}

export async function deviceProof(
  api: Api,
  key: DeviceKey,
  origin: string,
): Promise<DeviceProof> {
  const { server_nonce } = await api.post<{ server_nonce: string }>("/api/login/begin", {});
  const body = jcs({ origin, server_nonce, client_nonce: base64(randomBytes(16)) });
  return { body, key: key.id, signature: await sign(key, "lp-login/1", body) };
}
