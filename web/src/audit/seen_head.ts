// The largest head of each log that this browser has checked. A log that does not go on from it was
// changed after it was shown.

import { get, set } from "idb-keyval";
import type { Head } from "./check_log";

const nameOf = (log: string) => `log-head:${log}`;

export async function seenHead(log: string): Promise<Head | undefined> {
  return get<Head>(nameOf(log));
}

export async function keepHead(log: string, head: Head): Promise<void> {
  const before = await seenHead(log);
  if (!before || before.size < head.size) await set(nameOf(log), head);
}
