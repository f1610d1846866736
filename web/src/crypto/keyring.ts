// What this browser keeps: its device key, the content keys, and what it pinned. In IndexedDB,
// because that is the only store that can hold a key without being able to show it.

import { createStore, del, get, set } from "idb-keyval";
import type { ContentKey } from "./content_key";
import type { DeviceKey } from "./device_key";
import type { WrapKey } from "./wrap";

// The newest roster of a project that this browser has signed or checked: what comes later must go
// on from it (roster_chain.ts).
export interface Pin {
  origin: string; // of the project's log
  roster_sha256: string;
}

export interface Keyring {
  device?: DeviceKey | undefined;
  wrap?: WrapKey | undefined;
  content: ContentKey[];
  pins: Record<string, Pin>; // by project id
  // Wrap keys whose words its person has compared, by device: they get keys without being asked.
  compared: Record<string, string>;
  removed: string[]; // ids of content keys that this browser shall not hold again by itself
  lock?: Lock | undefined;
}

// That this browser locks itself, and whether it is locked now.
export interface Lock {
  minutes: number;
  locked: boolean;
}

export interface KeyringStore {
  load(): Promise<Keyring>;
  saveDevice(key: DeviceKey): Promise<void>;
  saveContent(keys: ContentKey[]): Promise<void>;
  savePins(pins: Record<string, Pin>): Promise<void>;
  saveWrap(key: WrapKey): Promise<void>;
  saveCompared(compared: Record<string, string>): Promise<void>;
  saveRemoved(kids: string[]): Promise<void>;
  saveLock(lock: Lock | undefined): Promise<void>;
}

// Throws when the browser has no IndexedDB (some private windows): the caller says so.
export function browserKeyring(): KeyringStore {
  const store = createStore("letsping", "keys");
  return {
    async load() {
      const [device, content, pins, wrap, compared, removed, lock] = await Promise.all([
        get<DeviceKey>("device", store),
        get<ContentKey[]>("content", store),
        get<Record<string, Pin>>("pins", store),
        get<WrapKey>("wrap", store),
        get<Record<string, string>>("compared", store),
        get<string[]>("removed", store),
        get<Lock>("lock", store),
      ]);
      return {
        device,
        content: content ?? [],
        pins: pins ?? {},
        wrap,
        compared: compared ?? {},
        removed: removed ?? [],
        lock,
      };
    },
    saveDevice: (key) => set("device", key, store),
    saveContent: (keys) => set("content", keys, store),
    savePins: (pins) => set("pins", pins, store),
    saveWrap: (key) => set("wrap", key, store),
    saveCompared: (compared) => set("compared", compared, store),
    saveRemoved: (kids) => set("removed", kids, store),
    saveLock: (lock) => (lock ? set("lock", lock, store) : del("lock", store)),
  };
}

// The same key twice is one key: the newer import wins.
export function withContentKey(keys: ContentKey[], added: ContentKey): ContentKey[] {
  return [added, ...keys.filter((key) => key.kid !== added.kid)];
}
