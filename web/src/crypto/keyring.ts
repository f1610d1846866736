// What this browser keeps: its device key, the content keys, and what it pinned. In IndexedDB,
// because that is the only store that can hold a key without being able to show it.

import { createStore, get, set } from "idb-keyval";
import type { ContentKey } from "./content_key";
import type { DeviceKey } from "./device_key";

// The newest roster of a project that this browser has signed or checked: what comes later must go
// on from it (roster_chain.ts).
export interface Pin {
  origin: string; // of the project's log
  roster_sha256: string;
}

export interface Keyring {
  device?: DeviceKey | undefined;
  content: ContentKey[];
  pins: Record<string, Pin>; // by project id
}

export interface KeyringStore {
  load(): Promise<Keyring>;
  saveDevice(key: DeviceKey): Promise<void>;
  saveContent(keys: ContentKey[]): Promise<void>;
  savePins(pins: Record<string, Pin>): Promise<void>;
}

// Throws when the browser has no IndexedDB (some private windows): the caller says so.
export function browserKeyring(): KeyringStore {
  const store = createStore("letsping", "keys");
  return {
    async load() {
      const [device, content, pins] = await Promise.all([
        get<DeviceKey>("device", store),
        get<ContentKey[]>("content", store),
        get<Record<string, Pin>>("pins", store),
      ]);
      return { device, content: content ?? [], pins: pins ?? {} };
    },
    saveDevice: (key) => set("device", key, store),
    saveContent: (keys) => set("content", keys, store),
    savePins: (pins) => set("pins", pins, store),
  };
}

// The same key twice is one key: the newer import wins.
export function withContentKey(keys: ContentKey[], added: ContentKey): ContentKey[] {
  return [added, ...keys.filter((key) => key.kid !== added.kid)];
}
