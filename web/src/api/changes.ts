// Knows when something has changed, by one long poll for all tabs of this browser: HTTP/1.1 allows
// six connections, and eight open tabs must not use them up. The tab that holds the lock polls; it
// tells the others. When it goes away, the lock passes on by itself.

import { type Api, ApiError, isReason } from "./client";

export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "reconnecting"; retryAt: number }
  | { state: "signed_out" };

export interface ChangeListener {
  changed(): void;
  connection(connection: Connection): void;
}

type Message = { changed: true } | { connection: Connection };

const holdSeconds = 25;
const backOffMaxMs = 30_000;

export function watchChanges(api: Api, listener: ChangeListener): () => void {
  const stopped = new AbortController();
  const channel = new BroadcastChannel("lp-changes");
  channel.onmessage = (event: MessageEvent<Message>) => tell(listener, event.data);
  const publish = (message: Message) => {
    if (stopped.signal.aborted) return;
    tell(listener, message);
    channel.postMessage(message);
  };
  const lead = () => pollChanges(api, publish, stopped.signal);
  navigator.locks.request("lp-changes", { signal: stopped.signal }, lead).catch(() => undefined);
  return () => {
    stopped.abort();
    channel.close();
  };
}

function tell(listener: ChangeListener, message: Message): void {
  if ("changed" in message) listener.changed();
  else listener.connection(message.connection);
}

// Until `stopped`. Exported for tests.
export async function pollChanges(
  api: Api,
  publish: (message: Message) => void,
  stopped: AbortSignal,
  sleep: (ms: number, signal: AbortSignal) => Promise<void> = pause,
): Promise<void> {
  let after: number | undefined;
  let failures = 0;
  while (!stopped.aborted) {
    try {
      // The first answer comes at once and says where the counter stands.
      const wait = after === undefined || failures > 0 ? 0 : holdSeconds;
      const { now } = await untilOffline(stopped, (signal) =>
        api.get<{ now: number }>(`/api/review/changes?after=${after ?? 0}&wait=${wait}`, signal),
      );
      if (after === undefined || failures > 0) publish({ connection: { state: "live" } });
      // Smaller than before: another run of the server, whose counter began again.
      if (now !== after || failures > 0) publish({ changed: true });
      after = now;
      failures = 0;
    } catch (error) {
      if (stopped.aborted) return;
      if (isReason(error, "no_session")) {
        publish({ connection: { state: "signed_out" } });
        return;
      }
      if (!(error instanceof ApiError)) throw error;
      failures += 1;
      const delay =
        Math.min(1000 * 2 ** (failures - 1), backOffMaxMs) * (0.75 + Math.random() / 2);
      publish({ connection: { state: "reconnecting", retryAt: Date.now() + delay } });
      await sleep(delay, stopped);
    }
  }
}

// A held request does not notice that the network went away; the browser does.
async function untilOffline<T>(
  stopped: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cut = new AbortController();
  const abort = () => cut.abort();
  globalThis.addEventListener?.("offline", abort);
  stopped.addEventListener("abort", abort);
  try {
    return await call(cut.signal);
  } catch (error) {
    throw cut.signal.aborted ? new ApiError(0, "offline", "This device is offline.") : error;
  } finally {
    globalThis.removeEventListener?.("offline", abort);
    stopped.removeEventListener("abort", abort);
  }
}

// Ends early when the browser says it is online again.
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
