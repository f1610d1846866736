import { trustedScript } from "../trusted_script";
import type { News, Order } from "./messages";
import address from "./worker?worker&url";

export interface LogThread {
  order(order: Order): void;
  stop(): void;
}

// A thread of its own for `log`; its news come one by one until it is stopped.
export function runWorker(log: string, news: (news: News) => void): LogThread {
  const worker = new Worker(trustedScript(address), { name: log });
  worker.onmessage = ({ data }: MessageEvent<News>) => news(data);
  worker.onerror = () => news({ failed: "The thread that reads the log could not be started." });
  return { order: (order) => worker.postMessage(order), stop: () => worker.terminate() };
}
