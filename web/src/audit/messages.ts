// Between the page and the thread that reads and checks a log for it.

import type { Head, LogTrust, Problem } from "./check_log";
import type { Entry } from "./entry";

export type Order =
  | { do: "read"; log: string }
  | { do: "check"; log: string; trust: LogTrust; seen: Head | undefined };

export interface Verdict {
  problem: Problem | undefined;
  head: Head;
  erased: number;
  unknown: number;
  ms: number;
}

export type News =
  // Newest page first; each page in the order of the log.
  | { entries: Entry[]; size: number; last: boolean }
  | { checked: number; of: number }
  | { verdict: Verdict }
  | { failed: string };
