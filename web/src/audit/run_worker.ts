import { trustedScript } from "../trusted_script";
import type { News, Order } from "./messages";
import address from "./worker?worker&url";

// Hands `order` to a thread of its own and `news` on as it comes. Gives what stops the thread.
export function runWorker(order: Order, news: (news: News) => void): () => void {
  const worker = new Worker(trustedScript(address));
  worker.onmessage = ({ data }: MessageEvent<News>) => news(data);
  worker.onerror = () => news({ failed: "The thread that reads the log could not be started." });
  worker.postMessage(order);
  return () => worker.terminate();
}
