// How a browser that is signed in and a new device of the same person come to know each other's
// keys, although the server carries every word between them and may lie (spec/encryption.md §11).
//
// The new device commits to its keys before it learns the browser's random bytes, and the browser
// says those only after it has the commitment: nobody in between can look for keys that give the
// words that the other side shows.

import { base64, hex, randomBytes, sha256, tagged, utf8 } from "./bytes";
import type { DeviceKey } from "./device_key";
import { jcs } from "./jcs";
import { words } from "./words";
import { isWrapKeyOf, signWrapKey, type WrapKey } from "./wrap";

// What the new device has committed to, and then says.
export type Reveal = {
  nonce: string;
  signature: string; // by the device key, of the wrap key
  spki: string;
  wrap: string;
};

export const newNonce = () => base64(randomBytes(32));

export async function makeReveal(
  device: DeviceKey,
  wrap: WrapKey,
): Promise<{ text: string; commitment: string }> {
  const signature = await signWrapKey(device, wrap.spki);
  const text = jcs({ nonce: newNonce(), signature, spki: device.spki, wrap: wrap.spki });
  return { text, commitment: await commitmentTo(text) };
}

async function commitmentTo(text: string): Promise<string> {
  return hex(await sha256(tagged("lp-pair-commit/1", utf8(text))));
}

export interface RevealedDevice extends Reveal {
  id: string; // of its device key
}

// Nothing unless it is what was committed to, whole, and its own device key stands behind it.
export async function readReveal(
  text: string,
  commitment: string,
): Promise<RevealedDevice | undefined> {
  if ((await commitmentTo(text)) !== commitment) return undefined;
  try {
    const value = JSON.parse(text) as Reveal;
    const { nonce, signature, spki, wrap } = value;
    if (jcs({ nonce, signature, spki, wrap }) !== text) return undefined;
    const id = hex(await sha256(bytesOf(spki)));
    return (await isWrapKeyOf(id, spki, wrap, signature)) ? { ...value, id } : undefined;
  } catch {
    return undefined;
  }
}

export interface Transcript {
  origin: string; // of the page
  browser: string; // id of the device key of the browser that is signed in
  commitment: string;
  nonce: string; // the browser's
  reveal: string;
}

// Three words and two digits: 30 bits that both screens show.
export async function pairingWords(said: Transcript): Promise<string> {
  const { origin, browser, commitment, nonce, reveal } = said;
  const text = jcs({ browser, commitment, nonce, origin, reveal });
  return spell(await sha256(tagged("lp-pair/1", utf8(text))));
}

function spell(bytes: Uint8Array): string {
  const number = (((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0)) % 100;
  const three = Array.from(bytes.subarray(0, 3), (byte) => words[byte]);
  return `${three.join(" ")} ${String(number).padStart(2, "0")}`;
}

// The right words among others, so that whoever compares has to read both screens.
export function choices(right: string): string[] {
  const all = new Set([right]);
  while (all.size < 3) all.add(spell(randomBytes(5)));
  return [...all].sort();
}

function bytesOf(text: string) {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
