import { useEffect, useRef, useState } from "react";

const settleMs = 800;

export interface Armed {
  armed: boolean;
  waits: string | undefined; // for what, while it is ready and not armed
}

const moment = "A moment: read first.";
const away = "This window is not in front. Approving begins a moment after it is.";

const attended = () => document.visibilityState === "visible" && document.hasFocus();

// Armed once the page has been visible and focused for 800 ms without a break while `ready` held: a
// click that was meant for another window, or for what was here a moment ago, approves nothing.
export function useArmed(ready: boolean): Armed {
  const [state, setState] = useState<"armed" | "settling" | "away">("settling");
  useEffect(() => {
    if (!ready) {
      setState("settling");
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const check = () => {
      clearTimeout(timer);
      setState(attended() ? "settling" : "away");
      if (attended()) timer = setTimeout(() => setState("armed"), settleMs);
    };
    const rest = () => {
      clearTimeout(timer);
      setState("away");
    };
    check();
    document.addEventListener("visibilitychange", check);
    window.addEventListener("focus", check);
    window.addEventListener("blur", rest);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", check);
      window.removeEventListener("focus", check);
      window.removeEventListener("blur", rest);
    };
  }, [ready]);
  const armed = ready && state === "armed";
  return { armed, waits: ready && !armed ? (state === "away" ? away : moment) : undefined };
}

// How long what would be signed has been in front of somebody, for the record: time during which it
// was on screen, the page visible and the window in front. Another version begins anew; an edit
// goes on from the reading of what it edits, without the time in which it was being written.
export function useDwell(onScreen: boolean, version: number): () => number {
  const clock = useRef<DwellClock>({ total: 0, from: undefined, version });
  if (clock.current.version !== version) clock.current = { total: 0, from: undefined, version };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version begins a new clock.
  useEffect(() => {
    if (!onScreen) return;
    const current = clock.current;
    const stop = () => {
      current.total = reading(current);
      current.from = undefined;
    };
    const turn = () => {
      stop();
      if (attended()) current.from = performance.now();
    };
    turn();
    document.addEventListener("visibilitychange", turn);
    window.addEventListener("focus", turn);
    window.addEventListener("blur", stop);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", turn);
      window.removeEventListener("focus", turn);
      window.removeEventListener("blur", stop);
    };
  }, [onScreen, version]);
  return () => reading(clock.current);
}

interface DwellClock {
  total: number;
  from: number | undefined; // it runs since then, or stands
  version: number;
}

const reading = ({ total, from }: DwellClock) =>
  total + (from === undefined ? 0 : performance.now() - from);
