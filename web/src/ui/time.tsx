import { useEffect, useState } from "react";
import { useApi } from "../context";

// The server's clock, so that a wrong one on this device misleads nobody about a deadline.
export function useServerNow(everyMs = 1000): number {
  const api = useApi();
  const [now, setNow] = useState(() => api.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(api.now()), everyMs);
    return () => clearInterval(timer);
  }, [api, everyMs]);
  return now;
}

// Whether `at` is over by the server's clock. Renders once, when it becomes so.
export function usePassed(at: string): boolean {
  const api = useApi();
  const [, wake] = useState(0);
  const left = Date.parse(at) - api.now();
  useEffect(() => {
    if (left <= 0) return;
    // Timers longer than 2^31 ms fire at once.
    const timer = setTimeout(() => wake((count) => count + 1), Math.min(left + 50, 86_400_000));
    return () => clearTimeout(timer);
  });
  return left <= 0;
}

export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) return `${seconds} s`;
  if (minutes < 10) return `${minutes} min ${seconds % 60} s`;
  if (hours < 1) return `${minutes} min`;
  if (hours < 10) return `${hours} h ${minutes % 60} min`;
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

export function Ago({ at }: { at: string }) {
  const now = useServerNow(5000);
  const age = now - Date.parse(at);
  return (
    <time dateTime={at} title={utc(at)}>
      {age < 5000 ? "just now" : `${roughly(age)} ago`}
    </time>
  );
}

export function Clock({ at }: { at: string }) {
  const shown = new Date(at).toLocaleTimeString([], { hour12: false });
  return (
    <time dateTime={at} title={utc(at)}>
      {shown}
    </time>
  );
}

// For what is days away or long ago.
export function Day({ at }: { at: string }) {
  return (
    <time dateTime={at} title={utc(at)}>
      {at.slice(0, 10)}
    </time>
  );
}

export function utc(at: string): string {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}

function roughly(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
