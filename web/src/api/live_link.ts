// How the tabs of one browser share one event stream, as a pure function: what a tab knows, what
// happened to it, what it does about it. No clock, no socket, no lock; live.ts has those.
//
// One tab leads: it holds the lock and the stream, and tells the others what it hears. The others
// follow, and take over when the leader is gone (the lock comes to them) or says nothing any more
// (they take the lock). Every tab knows the cursor of the newest event that it has heard, so
// whoever leads next goes on exactly there.

export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "reconnecting"; retryAt: number }
  | { state: "offline" }
  | { state: "signed_out" };

// What is to be read again: everything, or what concerns one request.
export type Change = "everything" | { request: string };

export type Message =
  | { kind: "ask" } // is anybody leading?
  | { kind: "standing"; connection: Connection; cursor?: string }
  | { kind: "change"; change: Change; cursor: string }
  | { kind: "signed_in" }; // the session that ended has made room for another

export interface Link {
  leading: boolean;
  connection: Connection;
  cursor: string | undefined;
  stream: "none" | "opening" | "open"; // of the leader
  probing: boolean; // the leader asks whether the server answers at all
  failures: number;
  heardAt: number; // the leader from the server, the others from the leader
  askedAt: number | undefined; // a follower that has heard nothing for a while
}

export type Input =
  | { kind: "started"; online: boolean }
  | { kind: "led" } // the lock is ours
  | { kind: "deposed" } // another tab took it
  | { kind: "opened" }
  | { kind: "event"; name: string; cursor: string; data: string }
  | { kind: "broken" }
  | { kind: "probed"; answer: "welcome" | "signed_out" | "nothing" }
  | { kind: "told"; message: Message }
  | { kind: "network"; online: boolean }
  | { kind: "signed_in" }
  | { kind: "tick" };

export type Effect =
  | { do: "open"; after: string | undefined }
  | { do: "close" }
  | { do: "probe" }
  | { do: "steal" }
  | { do: "queue" } // wait for the lock
  | { do: "post"; message: Message }
  | { do: "change"; change: Change };

export const limits = {
  silenceMs: 40_000, // the server says something every 15 s
  openingMs: 10_000,
  leaderSilenceMs: 25_000, // the leader passes each of those words on
  answerMs: 3_000,
  backOffMaxMs: 30_000,
};

export const newLink = (at: number): Link => ({
  leading: false,
  connection: { state: "connecting" },
  cursor: undefined,
  stream: "none",
  probing: false,
  failures: 0,
  heardAt: at,
  askedAt: undefined,
});

export interface Step {
  link: Link;
  effects: Effect[];
}

// `chance` is a random number from 0 to 1: a server that is back is not asked by all at once.
export function step(link: Link, input: Input, at: number, chance = 0.5): Step {
  switch (input.kind) {
    case "started":
      return started(link, input.online, at);
    case "led":
      return led(link, at);
    case "deposed":
      return deposed(link, at);
    case "opened":
      return link.stream === "opening" ? heard({ ...link, stream: "open" }, at) : stay(link);
    case "event":
      return link.stream === "none" ? stay(link) : event(link, input, at, chance);
    case "broken":
      return link.stream === "none" ? stay(link) : broken(link, at, chance);
    case "probed":
      return link.probing
        ? probed({ ...link, probing: false }, input.answer, at, chance)
        : stay(link);
    case "told":
      return told(link, input.message, at);
    case "network":
      return network(link, input.online, at);
    case "signed_in":
      return signedIn(link, at);
    case "tick":
      return link.leading ? leaderTick(link, at, chance) : followerTick(link, at);
  }
}

const stay = (link: Link): Step => ({ link, effects: [] });

const standing = ({ connection, cursor }: Link): Effect => ({
  do: "post",
  message: { kind: "standing", connection, ...(cursor !== undefined && { cursor }) },
});

// The leader's state has changed, or it shall be known that it lives.
function declare(link: Link, ...effects: Effect[]): Step {
  return { link, effects: [...effects, standing(link)] };
}

function started(link: Link, online: boolean, at: number): Step {
  const begun: Link = { ...link, askedAt: at };
  return {
    link: online ? begun : { ...begun, connection: { state: "offline" } },
    effects: [{ do: "queue" }, { do: "post", message: { kind: "ask" } }],
  };
}

function led(link: Link, at: number): Step {
  const leader: Link = { ...link, leading: true, failures: 0, askedAt: undefined };
  if (leader.connection.state === "offline") return declare(leader);
  return leader.connection.state === "signed_out" ? signedIn(leader, at) : open(leader, at);
}

function open(link: Link, at: number): Step {
  const opening: Link = { ...link, stream: "opening", heardAt: at };
  return { link: opening, effects: [{ do: "open", after: link.cursor }] };
}

function deposed(link: Link, at: number): Step {
  const follower: Link = {
    ...link,
    leading: false,
    stream: "none",
    probing: false,
    heardAt: at,
    askedAt: undefined,
  };
  return { link: follower, effects: [{ do: "close" }, { do: "queue" }] };
}

function heard(link: Link, at: number): Step {
  const live: Link = { ...link, connection: { state: "live" }, failures: 0, heardAt: at };
  return declare(live);
}

function event(
  link: Link,
  { name, cursor, data }: Extract<Input, { kind: "event" }>,
  at: number,
  chance: number,
): Step {
  if (name === "end") {
    return field(data, "why") === "signed_out" ? signedOut(link) : broken(link, at, chance);
  }
  const { link: live, effects } = heard({ ...link, stream: "open", cursor }, at);
  const change = changeOf(name, data);
  if (change === undefined) return { link: live, effects };
  const message: Message = { kind: "change", change, cursor };
  const told: Effect[] = [
    { do: "change", change },
    { do: "post", message },
  ];
  return link.connection.state === "live"
    ? { link: live, effects: told }
    : { link: live, effects: [...effects, ...told] };
}

// An event of a newer server that this page does not know may mean anything.
function changeOf(name: string, data: string): Change | undefined {
  if (name === "beat") return undefined;
  const request = name === "request" ? field(data, "request") : undefined;
  return request === undefined ? "everything" : { request };
}

function field(data: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(data)?.[name];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function signedOut(link: Link): Step {
  const over: Link = { ...link, stream: "none", connection: { state: "signed_out" } };
  return declare(over, { do: "close" });
}

// Another session took the place of the one that ended. Only the leader can go on with it; the
// others tell it, and hear from it.
function signedIn(link: Link, at: number): Step {
  if (link.connection.state !== "signed_out") return stay(link);
  if (!link.leading) {
    return { link, effects: [{ do: "post", message: { kind: "signed_in" } }] };
  }
  const { link: opening, effects } = open({ ...link, connection: { state: "connecting" } }, at);
  return declare(opening, ...effects);
}

function broken(link: Link, at: number, chance: number): Step {
  const failures = link.failures + 1;
  const pause = Math.min(1000 * 2 ** (failures - 1), limits.backOffMaxMs);
  const retryAt = at + pause * (0.75 + chance / 2);
  const down: Link = {
    ...link,
    stream: "none",
    failures,
    connection: { state: "reconnecting", retryAt },
  };
  return declare(down, { do: "close" });
}

function probed(
  link: Link,
  answer: "welcome" | "signed_out" | "nothing",
  at: number,
  chance: number,
): Step {
  if (!link.leading || link.connection.state !== "reconnecting") return stay(link);
  if (answer === "signed_out") return signedOut(link);
  return answer === "welcome" ? open(link, at) : broken(link, at, chance);
}

function told(link: Link, message: Message, at: number): Step {
  if (message.kind === "ask") return link.leading ? declare(link) : stay(link);
  if (message.kind === "signed_in") return link.leading ? signedIn(link, at) : stay(link);
  // Two leaders are possible for the moment in which the lock is taken from one.
  if (link.leading) return stay(link);
  const follower: Link = { ...link, heardAt: at, askedAt: undefined };
  if (message.kind === "change") {
    return {
      link: { ...follower, cursor: message.cursor },
      effects: [{ do: "change", change: message.change }],
    };
  }
  const { connection, cursor = link.cursor } = message;
  const next: Link = { ...follower, connection, cursor };
  if (cursor === undefined || link.cursor !== undefined) return stay(next);
  // What changed between this tab's first look and this word it has not heard.
  return { link: next, effects: [{ do: "change", change: "everything" }] };
}

function network(link: Link, online: boolean, at: number): Step {
  if (link.connection.state === "signed_out") return stay(link);
  if (!online) {
    const off: Link = { ...link, stream: "none", connection: { state: "offline" } };
    return link.leading ? declare(off, { do: "close" }) : stay(off);
  }
  if (link.connection.state !== "offline") return stay(link);
  const back: Link = { ...link, failures: 0, connection: { state: "reconnecting", retryAt: at } };
  return link.leading ? leaderTick(back, at, 0.5) : stay(back);
}

function leaderTick(link: Link, at: number, chance: number): Step {
  const { stream, connection } = link;
  const quiet = at - link.heardAt;
  if (stream === "opening" && quiet > limits.openingMs) return broken(link, at, chance);
  if (stream === "open" && quiet > limits.silenceMs) return broken(link, at, chance);
  const due = connection.state === "reconnecting" && at >= connection.retryAt;
  if (stream !== "none" || !due || link.probing) return stay(link);
  return declare({ ...link, probing: true }, { do: "probe" });
}

function followerTick(link: Link, at: number): Step {
  if (link.askedAt !== undefined) {
    if (at - link.askedAt < limits.answerMs) return stay(link);
    // Frozen, or too busy to be of use. Its lock is taken, and with it the stream.
    return { link: { ...link, askedAt: undefined, heardAt: at }, effects: [{ do: "steal" }] };
  }
  if (at - link.heardAt < limits.leaderSilenceMs) return stay(link);
  return {
    link: { ...link, askedAt: at },
    effects: [{ do: "post", message: { kind: "ask" } }],
  };
}
