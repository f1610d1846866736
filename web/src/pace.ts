// How fast somebody decides, held against how long reading takes. Whoever decides five requests in
// a row in less than a quarter of that time has not read them: for half a minute approving at low
// then takes a second press, and the page says why. It lives in this page's memory: it slows a
// habit down, and is no wall.

import { useEffect, useState, useSyncExternalStore } from "react";

const streakMax = 5;
const quickShare = 0.25;
export const pauseMs = 30_000;

// To find what it is about; and a careful reader's pace over exact values, 250 words a minute.
const orientationMs = 4_000;
const charactersPerSecond = 25;

export function readingMs(text: string): number {
  return orientationMs + (text.length / charactersPerSecond) * 1000;
}

export class Pace {
  until = 0; // performance.now(); approving by one press is paused until then
  private streak = 0;
  private readonly listeners = new Set<() => void>();

  // One decision: how long it was in front of somebody, and how long reading it takes.
  note(dwellMs: number, needsMs: number, now: number): void {
    this.streak = dwellMs < needsMs * quickShare ? this.streak + 1 : 0;
    if (this.streak < streakMax) return;
    this.streak = 0;
    this.until = now + pauseMs;
    for (const listener of this.listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const pace = new Pace();

// Whether approving takes a second press now.
export function usePaused(): boolean {
  const until = useSyncExternalStore(pace.subscribe, () => pace.until);
  const [, wake] = useState(0);
  const left = until - performance.now();
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => wake((count) => count + 1), left + 20);
    return () => clearTimeout(timer);
  });
  return left > 0;
}
