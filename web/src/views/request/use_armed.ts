import { useEffect, useRef, useState } from "react";

const settleMs = 800;

// True once the page has been visible and focused for 800 ms without a break while `ready` held: a
// click that was meant for another window, or for what was here a moment ago, approves nothing.
export function useArmed(ready: boolean): boolean {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    if (!ready) {
      setArmed(false);
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const check = () => {
      clearTimeout(timer);
      const attended = document.visibilityState === "visible" && document.hasFocus();
      if (attended) timer = setTimeout(() => setArmed(true), settleMs);
      else setArmed(false);
    };
    const rest = () => {
      clearTimeout(timer);
      setArmed(false);
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
  return armed;
}

// How long the payload has been in front of somebody: time during which the page was visible.
export function useDwell(since: boolean): () => number {
  const seen = useRef({ total: 0, from: 0 });
  useEffect(() => {
    if (!since) return;
    const clock = seen.current;
    const turn = () => {
      const now = performance.now();
      if (clock.from > 0) clock.total += now - clock.from;
      clock.from = document.visibilityState === "visible" ? now : 0;
    };
    turn();
    document.addEventListener("visibilitychange", turn);
    return () => document.removeEventListener("visibilitychange", turn);
  }, [since]);
  return () => {
    const { total, from } = seen.current;
    return total + (from > 0 ? performance.now() - from : 0);
  };
}
