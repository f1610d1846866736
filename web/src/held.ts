// Approvals that were given with one press and are not signed yet: for five seconds they can be
// taken back. They live in this page's memory and nowhere else, so leaving the page, signing out or
// a crash signs nothing; the page asks before it is left.

import { createContext, useContext, useEffect, useSyncExternalStore } from "react";

export const holdMs = 5000;

export interface HeldApproval {
  request: string;
  service: string;
  action: string;
  until: number; // performance.now()
}

interface Entry extends HeldApproval {
  timer: ReturnType<typeof setTimeout>;
}

// What became of one that was signed when nobody was on its page any more.
export interface FailedApproval {
  request: string;
  service: string;
  action: string;
  problem: string;
}

export class Held {
  list: readonly HeldApproval[] = [];
  failed: readonly FailedApproval[] = [];
  private readonly entries = new Map<string, Entry>();
  private readonly listeners = new Set<() => void>();

  // `send` signs and sends, and answers what went wrong if anything did.
  hold(
    what: { request: string; service: string; action: string },
    send: () => Promise<string | undefined>,
  ): void {
    if (this.entries.has(what.request)) return;
    const timer = setTimeout(() => {
      this.entries.delete(what.request);
      this.tell();
      void send().then((problem) => {
        if (problem === undefined) return;
        this.failed = [...this.failed, { ...what, problem }];
        this.tell();
      });
    }, holdMs);
    this.entries.set(what.request, { ...what, until: performance.now() + holdMs, timer });
    this.tell();
  }

  undo(request: string): void {
    const entry = this.entries.get(request);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.entries.delete(request);
    this.tell();
  }

  // The one that was given last.
  undoLast(): boolean {
    const last = this.list.at(-1);
    if (last) this.undo(last.request);
    return last !== undefined;
  }

  dismiss(request: string): void {
    this.failed = this.failed.filter((one) => one.request !== request);
    this.tell();
  }

  clear(): void {
    for (const request of [...this.entries.keys()]) this.undo(request);
    this.failed = [];
    this.tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private tell(): void {
    this.list = [...this.entries.values()];
    for (const listener of this.listeners) listener();
  }
}

const HeldContext = createContext(new Held());
export const useHeldApprovals = () => useContext(HeldContext);

export function useHeld(): { list: readonly HeldApproval[]; failed: readonly FailedApproval[] } {
  const held = useHeldApprovals();
  const list = useSyncExternalStore(held.subscribe, () => held.list);
  const failed = useSyncExternalStore(held.subscribe, () => held.failed);
  useEffect(() => {
    if (list.length === 0) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [list]);
  return { list, failed };
}

export function useIsHeld(request: string): boolean {
  const held = useHeldApprovals();
  return useSyncExternalStore(held.subscribe, () =>
    held.list.some((one) => one.request === request),
  );
}

const name = "lp-undo";
const changed = "lp:undo";

// A person's own wish: at low, five seconds to undo even while an agent waits.
export function switchUndo(on: boolean): void {
  if (on) localStorage.setItem(name, "always");
  else localStorage.removeItem(name);
  window.dispatchEvent(new Event(changed));
}

export function useUndoAlways(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener(changed, listener);
      window.addEventListener("storage", listener);
      return () => {
        window.removeEventListener(changed, listener);
        window.removeEventListener("storage", listener);
      };
    },
    () => localStorage.getItem(name) === "always",
  );
}
