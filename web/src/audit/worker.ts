// The thread that reads a log and checks it, so that the page stays quick meanwhile. It has one
// order.

import { type Head, LogCheck, type LogTrust } from "./check_log";
import { entryOf, type LogPage } from "./entry";
import type { News, Order } from "./messages";

const pageSize = 256;

const say = (news: News) => self.postMessage(news);

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const work = data.do === "read" ? read(data.log) : check(data.log, data.trust, data.seen);
  work.catch((error: unknown) => {
    say({ failed: error instanceof Error ? error.message : "It stopped without a reason." });
  });
};

async function get(path: string): Promise<Response> {
  const reply = await fetch(path, { credentials: "same-origin", redirect: "error" }).catch(() => {
    throw new Error("The server does not answer.");
  });
  if (reply.status === 401) throw new Error("You may not read this log, or are signed out.");
  if (!reply.ok) throw new Error(`The server answered ${reply.status}.`);
  return reply;
}

async function page(log: string, first: number, count: number): Promise<LogPage> {
  const reply = await get(`/log/${log}/statements?first=${first}&count=${count}`);
  return (await reply.json()) as LogPage;
}

async function read(log: string): Promise<void> {
  const { size } = await page(log, 0, 0);
  if (size === 0) return say({ entries: [], size, last: true });
  for (let end = size; end > 0; ) {
    const first = Math.floor((end - 1) / pageSize) * pageSize;
    const { leaves } = await page(log, first, end - first);
    say({ entries: leaves.map(entryOf), size, last: first === 0 });
    end = first;
  }
}

async function check(log: string, trust: LogTrust, seen: Head | undefined): Promise<void> {
  const began = performance.now();
  const note = await (await get(`/log/${log}/checkpoint`)).text();
  const size = Number(note.split("\n")[1]);
  const checking = new LogCheck(trust, seen);
  let problem: Awaited<ReturnType<LogCheck["take"]>>;
  // The next page is on its way while one is checked.
  let coming = page(log, 0, Math.min(pageSize, size));
  for (let at = 0; at < size && !problem; ) {
    const { leaves } = await coming;
    if (leaves.length === 0)
      throw new Error("The server does not give what its checkpoint covers.");
    const next = at + leaves.length;
    if (next < size) coming = page(log, next, Math.min(pageSize, size - next));
    problem = await checking.take(leaves);
    at = next;
    say({ checked: at, of: size });
  }
  problem ??= await checking.finish(note);
  const head = await checking.head();
  const { erased, unknown } = checking;
  say({ verdict: { problem, head, erased, unknown, ms: performance.now() - began } });
}
