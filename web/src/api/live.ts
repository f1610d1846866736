// Knows when something has changed, by one event stream for all tabs of this browser: HTTP/1.1
// allows six connections, and eight open tabs must not use them up. What happens when is decided by
// live_link.ts; here are the browser's parts: the lock, the channel, the stream, the clock.

import { type Api, isSignedOut } from "./client";
import {
  type Change,
  type Connection,
  type Effect,
  type Input,
  type Message,
  newLink,
  step,
} from "./live_link";

export type { Connection } from "./live_link";

// What is to be read again.
export type Changes = "everything" | ReadonlySet<string>;

export interface LiveListener {
  changed(changes: Changes): void;
  connection(connection: Connection): void;
}

const name = "lp-live";
const eventNames = ["request", "session", "resync", "beat", "end"];
// A burst of changes is read again a few times a second, the first of it at once.
const gatherMs = 250;

// Goes on while the wall clock is set, and is nearly the same in every tab.
export const steadyNow = () => performance.timeOrigin + performance.now();

export interface Watch {
  signedIn(): void; // another session took the place of the one that ended
  stop(): void;
}

export function watchLive(api: Api, listener: LiveListener): Watch {
  return new Live(api, listener);
}

class Live implements Watch {
  private link = newLink(steadyNow());
  private readonly channel = new BroadcastChannel(name);
  private readonly stopped = new AbortController();
  private readonly gathered: Gathered;
  private queued = new AbortController();
  private letGo: (() => void) | undefined;
  private stream: EventSource | undefined;
  private readonly api: Api;
  private readonly listener: LiveListener;

  constructor(api: Api, listener: LiveListener) {
    this.api = api;
    this.listener = listener;
    this.gathered = new Gathered((changes) => listener.changed(changes));
    const { signal } = this.stopped;
    this.channel.onmessage = (event: MessageEvent<Message>) =>
      this.take({ kind: "told", message: event.data });
    const network = (online: boolean) => () => this.take({ kind: "network", online });
    window.addEventListener("online", network(true), { signal });
    window.addEventListener("offline", network(false), { signal });
    const tick = () => this.take({ kind: "tick" });
    // Hidden tabs have slow clocks: one that is looked at again catches up at once.
    document.addEventListener("visibilitychange", tick, { signal });
    const timer = setInterval(tick, 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    this.take({ kind: "started", online: navigator.onLine });
  }

  signedIn(): void {
    this.take({ kind: "signed_in" });
  }

  stop(): void {
    this.stopped.abort();
    this.queued.abort();
    this.stream?.close();
    this.letGo?.();
    this.gathered.stop();
    this.channel.close();
  }

  private take(input: Input): void {
    if (this.stopped.signal.aborted) return;
    const before = this.link.connection;
    const { link, effects } = step(this.link, input, steadyNow(), Math.random());
    this.link = link;
    for (const effect of effects) this.perform(effect);
    if (link.connection !== before) this.listener.connection(link.connection);
  }

  private perform(effect: Effect): void {
    if (effect.do === "open") this.open(effect.after);
    else if (effect.do === "close") this.stream?.close();
    else if (effect.do === "probe") void this.probe();
    else if (effect.do === "queue") this.lead({ signal: this.queueAnew() });
    else if (effect.do === "post") this.channel.postMessage(effect.message);
    else if (effect.do === "change") this.gathered.add(effect.change);
    else {
      this.queueAnew();
      this.lead({ steal: true });
    }
  }

  private queueAnew(): AbortSignal {
    this.queued.abort();
    this.queued = new AbortController();
    return this.queued.signal;
  }

  // Holds the lock until this tab stops watching, goes away, or another takes the lock from it.
  private lead(options: LockOptions): void {
    const held = () =>
      new Promise<void>((resolve) => {
        this.letGo = resolve;
        if (this.stopped.signal.aborted) return resolve();
        this.take({ kind: "led" });
      });
    navigator.locks.request(name, options, held).catch(() => {
      // Aborted in the queue by ourselves, or stolen.
      if (this.link.leading) this.take({ kind: "deposed" });
    });
  }

  private open(after: string | undefined): void {
    this.stream?.close();
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    const stream = new EventSource(`/api/review/events${query}`);
    this.stream = stream;
    const take = (input: Input) => {
      if (this.stream === stream) this.take(input);
    };
    stream.onopen = () => take({ kind: "opened" });
    stream.onerror = () => take({ kind: "broken" });
    for (const kind of eventNames) {
      stream.addEventListener(kind, (event: MessageEvent<string>) =>
        take({ kind: "event", name: kind, cursor: event.lastEventId, data: event.data }),
      );
    }
  }

  // An EventSource does not say why it failed; an ordinary request does.
  private async probe(): Promise<void> {
    try {
      await this.api.get("/api/session", AbortSignal.timeout(10_000));
      this.take({ kind: "probed", answer: "welcome" });
    } catch (error) {
      const answer = isSignedOut(error) ? "signed_out" : "nothing";
      this.take({ kind: "probed", answer });
    }
  }
}

// Gives on what has changed, at once or, in a burst, together with what follows.
export class Gathered {
  private everything = false;
  private requests = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly give: (changes: Changes) => void;

  constructor(give: (changes: Changes) => void) {
    this.give = give;
  }

  add(change: Change): void {
    if (change === "everything") this.everything = true;
    else this.requests.add(change.request);
    if (this.timer === undefined) this.flush();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    this.timer = undefined;
    if (!this.everything && this.requests.size === 0) return;
    const changes = this.everything ? "everything" : this.requests;
    this.everything = false;
    this.requests = new Set();
    this.timer = setTimeout(() => this.flush(), gatherMs);
    this.give(changes);
  }
}
