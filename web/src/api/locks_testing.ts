// The Web Locks that node does not have: as much of them as one browser's tabs use here.

import { vi } from "vitest";

type Held = (lock: object | null) => unknown;

export function stubLocks(): void {
  const held = new Map<string, Promise<unknown>>();
  async function request(name: string, options: LockOptions, use: Held): Promise<unknown> {
    if (options.ifAvailable && held.has(name)) return use(null);
    while (held.has(name)) {
      await held.get(name);
      options.signal?.throwIfAborted();
    }
    if (options.mode === "shared") return use({});
    const used = Promise.resolve(use({}));
    const done = used
      .catch(() => {})
      .then(() => {
        held.delete(name);
      });
    held.set(name, done);
    return used;
  }
  vi.stubGlobal("navigator", { ...globalThis.navigator, locks: { request } });
}
