// The device key: what makes a decision this person's. Generated here, non-extractable, kept in
// IndexedDB. The tag is part of every signature, so that a login can never pass for a decision.

import { type Bytes, base64, fromBase64, hex, sha256, tagged, utf8 } from "./bytes";
import { derLowS, rawLowS } from "./der";

export type Tag =
  | "lp-roster/1"
  | "lp-succession/1"
  | "lp-login/1"
  | "lp-passkey/1"
  | "lp-decision-device/1"
  | "lp-batch-device/1"
  | "lp-cosign/1"
  | "lp-erasure/1"
  | "lp-wrap/1"
  | "lp-wrap-key/1";

export interface DeviceKey {
  id: string; // hex SHA-256 of the DER SPKI
  spki: string; // base64
  privateKey: CryptoKey;
  created: string;
}

const p256 = { name: "ECDSA", namedCurve: "P-256" };

export async function generateDeviceKey(created: string): Promise<DeviceKey> {
  // Extractable says only that of the private half; a public key can always be exported.
  const pair = await crypto.subtle.generateKey(p256, false, ["sign", "verify"]);
  const spki: Bytes = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const id = hex(await sha256(spki));
  return { id, spki: base64(spki), privateKey: pair.privateKey, created };
}

// The id of any key that somebody signs with.
export async function idOf(spki: string): Promise<string> {
  return hex(await sha256(fromBase64(spki) ?? new Uint8Array(0)));
}

// DER, low-S, base64, over tag ‖ 0x00 ‖ text.
export async function sign(key: DeviceKey, tag: Tag, text: string): Promise<string> {
  const raw = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    key.privateKey,
    tagged(tag, utf8(text)),
  );
  return base64(derLowS(new Uint8Array(raw)));
}

// Whether the holder of this key signed the text under the tag. Low S only, as everywhere.
export async function verify(
  spki: string,
  tag: Tag,
  text: string,
  signature: string,
): Promise<boolean> {
  const key = fromBase64(spki);
  const der = fromBase64(signature);
  const raw = der && rawLowS(der);
  if (!key || !raw) return false;
  try {
    const imported = await crypto.subtle.importKey("spki", key, p256, false, ["verify"]);
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    return await crypto.subtle.verify(algorithm, imported, raw, tagged(tag, utf8(text)));
  } catch {
    return false; // No P-256 key: nobody can have signed with it.
  }
}
