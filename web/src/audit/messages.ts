// Between the page and the thread that reads and checks a log for it.

import type { Head, LogTrust, Problem } from "./check_log";
import type { Entry } from "./entry";

export type Order =
  // The log, or what was added to it since.
  | { do: "read" }
  // Which rows are in sight, and somewhat more.
  | { do: "rows"; first: number; count: number }
  // A query; the names are of members, by their ids.
  | { do: "find"; text: string; names: [string, string][] }
  // Whose place in the table is wanted; below zero none's.
  | { do: "open"; index: number }
  | { do: "check"; trust: LogTrust; seen: Head | undefined };

// What the table shows: of its rows those that are in sight.
export interface LogView {
  text: string; // of the query
  size: number; // of the log
  read: number; // entries of it
  rows: number; // all, or those that were found
  families: [string, number][];
  place: number; // of the entry that is open; -1 where no row has it
  first: number; // place of the first of `entries`
  entries: (Entry | undefined)[]; // undefined: not read yet
}

export interface Verdict {
  problem: Problem | undefined;
  head: Head;
  erased: number;
  unknown: number;
  ms: number;
}

export type News =
  | { view: LogView }
  | { checked: number; of: number }
  | { verdict: Verdict }
  | { failed: string };
