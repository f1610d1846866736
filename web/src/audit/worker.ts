// The thread that reads a log and checks it, so that the page stays quick meanwhile.

import { type Head, LogCheck, type LogTrust } from "./check_log";
import type { LogPage } from "./entry";
import { LogReader, pageSize } from "./log_reader";
import type { News, Order } from "./messages";

const say = (news: News) => self.postMessage(news);
const log = self.name;
const reader = new LogReader(page, (view) => say({ view }));

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const work = data.do === "check" ? check(data.trust, data.seen) : reader.do(data);
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

async function page(first: number, count: number): Promise<LogPage> {
  const reply = await get(`/log/${log}/statements?first=${first}&count=${count}`);
  return (await reply.json()) as LogPage;
}

async function check(trust: LogTrust, seen: Head | undefined): Promise<void> {
  const began = performance.now();
  const note = await (await get(`/log/${log}/checkpoint`)).text();
  const size = Number(note.split("\n")[1]);
  const checking = new LogCheck(trust, seen);
  let problem: Awaited<ReturnType<LogCheck["take"]>>;
  // The next page is on its way while one is checked.
  let coming = page(0, Math.min(pageSize, size));
  for (let at = 0; at < size && !problem; ) {
    const { leaves } = await coming;
    if (leaves.length === 0)
      throw new Error("The server does not give what its checkpoint covers.");
    const next = at + leaves.length;
    if (next < size) coming = page(next, Math.min(pageSize, size - next));
    problem = await checking.take(leaves);
    at = next;
    say({ checked: at, of: size });
  }
  problem ??= await checking.finish(note);
  const head = await checking.head();
  const { erased, unknown } = checking;
  say({ verdict: { problem, head, erased, unknown, ms: performance.now() - began } });
}
