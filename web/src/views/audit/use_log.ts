import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type Entry, entryOf, type LogPage } from "../../audit/entry";
import { runWorker } from "../../audit/run_worker";
import { useApi } from "../../context";

const showEveryMs = 120;
const lookEveryMs = 10_000;

export interface ReadLog {
  entries: Entry[]; // newest first
  size: number; // of the log, as far as `entries` go when all are read
  whole: boolean;
  failed: string | undefined;
  more: number; // entries that came since
  showMore(): void;
}

// Reads the log from its newest page back to its first, and then what is added.
export function useLog(log: string): ReadLog {
  const api = useApi();
  const [read, setRead] = useState<Omit<ReadLog, "more" | "showMore">>(nothing);
  const entries = useRef<Entry[]>([]);
  useEffect(() => {
    entries.current = [];
    setRead(nothing);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let first = true;
    const stop = runWorker({ do: "read", log }, (news) => {
      if ("failed" in news) setRead((now) => ({ ...now, failed: news.failed }));
      if (!("entries" in news)) return;
      entries.current.push(...news.entries.reverse());
      const { size, last } = news;
      const show = () => {
        timer = undefined;
        const now = [...entries.current];
        setRead({ entries: now, size, whole: now.length === size, failed: undefined });
      };
      // The first page at once, the last without waiting.
      if (first || last) {
        clearTimeout(timer);
        show();
      } else {
        timer ??= setTimeout(show, showEveryMs);
      }
      first = false;
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [log]);

  const newest = useQuery({
    queryKey: ["log-size", log],
    queryFn: () => api.get<LogPage>(`/log/${log}/statements?count=0`),
    refetchInterval: lookEveryMs,
    enabled: read.whole,
  });
  const more = Math.max(0, (newest.data?.size ?? 0) - read.size);
  const showMore = useCallback(async () => {
    const came: Entry[] = [];
    let size = read.size;
    for (let at = read.size; at === read.size || at < size; ) {
      const page = await api.get<LogPage>(`/log/${log}/statements?first=${at}`);
      if (page.leaves.length === 0) break;
      came.push(...page.leaves.map(entryOf));
      size = page.size;
      at += page.leaves.length;
    }
    entries.current = [...came.reverse(), ...entries.current];
    setRead((now) => ({ ...now, entries: [...entries.current], size: entries.current.length }));
  }, [api, log, read.size]);
  const failed = (error: Error) => setRead((now) => ({ ...now, failed: error.message }));
  return { ...read, more, showMore: () => void showMore().catch(failed) };
}

const nothing = { entries: [], size: 0, whole: false, failed: undefined };
