import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { LogPage } from "../../audit/entry";
import type { LogView } from "../../audit/messages";
import { type LogThread, runWorker } from "../../audit/run_worker";
import { useApi } from "../../context";

const lookEveryMs = 10_000;
// Rows beyond those in sight: so far one can scroll before the next are there.
const margin = 100;

export interface ReadLog extends LogView {
  whole: boolean;
  failed: string | undefined;
  more: number; // entries that came since
  readOn(): void;
  look(first: number, last: number): void; // places of the rows in sight
}

// The log as its table shows it. A thread reads it from its newest page back to its first and keeps
// it; here is only what is in sight.
export function useLog(
  log: string,
  text: string,
  names: ReadonlyMap<string, string> | undefined,
  open: number,
): ReadLog {
  const api = useApi();
  const thread = useRef<LogThread>(undefined);
  const asked = useRef({ first: 0, last: 0 });
  const [view, setView] = useState<LogView>(nothing);
  const [failed, setFailed] = useState<string>();
  useEffect(() => {
    setView(nothing);
    const reading = runWorker(log, (news) => {
      if ("failed" in news) setFailed(news.failed);
      if ("view" in news) setView(news.view);
    });
    thread.current = reading;
    asked.current = { first: 0, last: 0 };
    reading.order({ do: "read" });
    return reading.stop;
  }, [log]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another log's thread is told as well.
  useEffect(() => {
    thread.current?.order({ do: "find", text, names: [...(names ?? [])] });
  }, [log, text, names]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another log's thread is told as well.
  useEffect(() => thread.current?.order({ do: "open", index: open }), [log, open]);
  const look = useCallback((first: number, last: number) => {
    if (first >= asked.current.first && last <= asked.current.last) return;
    const from = Math.max(0, first - margin);
    asked.current = { first: from, last: last + margin };
    thread.current?.order({ do: "rows", first: from, count: last + margin - from });
  }, []);

  const whole = view !== nothing && view.read === view.size;
  const newest = useQuery({
    queryKey: ["log-size", log],
    queryFn: () => api.get<LogPage>(`/log/${log}/statements?count=0`),
    refetchInterval: lookEveryMs,
    enabled: whole,
  });
  const more = Math.max(0, (newest.data?.size ?? 0) - view.size);
  const readOn = useCallback(() => {
    setFailed(undefined);
    thread.current?.order({ do: "read" });
  }, []);
  return { ...view, whole, failed, more, readOn, look };
}

const nothing: LogView = {
  text: "",
  size: 0,
  read: 0,
  rows: 0,
  families: [],
  place: -1,
  first: 0,
  entries: [],
};
