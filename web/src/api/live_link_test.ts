import { expect, test } from "vitest";
import {
  type Effect,
  type Input,
  type Link,
  limits,
  type Message,
  newLink,
  step,
} from "./live_link";

// A tab with a clock that is set by hand. Collects what it does.
class Tab {
  link: Link = newLink(0);
  at = 0;
  did: Effect[] = [];

  take(...inputs: Input[]): Effect[] {
    this.did = [];
    for (const input of inputs) {
      const { link, effects } = step(this.link, input, this.at);
      this.link = link;
      this.did.push(...effects);
    }
    return this.did;
  }

  after(ms: number, ...inputs: Input[]): Effect[] {
    this.at += ms;
    return this.take(...inputs);
  }

  get posts(): Message[] {
    return this.did.flatMap((effect) => (effect.do === "post" ? [effect.message] : []));
  }

  get changes() {
    return this.did.flatMap((effect) => (effect.do === "change" ? [effect.change] : []));
  }

  does(kind: Effect["do"]) {
    return this.did.filter((effect) => effect.do === kind);
  }
}

const start: Input = { kind: "started", online: true };
const tick: Input = { kind: "tick" };
const said = (name: string, cursor: string, data: object = {}): Input => ({
  kind: "event",
  name,
  cursor,
  data: JSON.stringify(data),
});
const changed = (request: string, cursor: string) =>
  said("request", cursor, { project: "p", request, version: 1, state: "pending" });
const told = (message: Message): Input => ({ kind: "told", message });

function leader(): Tab {
  const tab = new Tab();
  tab.take(start, { kind: "led" }, { kind: "opened" }, said("resync", "r.1"));
  return tab;
}

function follower(cursor = "r.1"): Tab {
  const tab = new Tab();
  tab.take(start, told({ kind: "standing", connection: { state: "live" }, cursor }));
  return tab;
}

test("a tab that starts waits for the lock and asks who leads", () => {
  const tab = new Tab();
  expect(tab.take(start)).toEqual([{ do: "queue" }, { do: "post", message: { kind: "ask" } }]);
  expect(tab.link.connection.state).toBe("connecting");
});

test("the leader opens one stream, reads everything, and tells the others", () => {
  const tab = new Tab();
  tab.take(start);
  expect(tab.take({ kind: "led" })).toEqual([{ do: "open", after: undefined }]);
  tab.take({ kind: "opened" });
  expect(tab.link.connection.state).toBe("live");
  expect(tab.posts).toEqual([{ kind: "standing", connection: { state: "live" } }]);
  tab.take(said("resync", "r.1"));
  expect(tab.changes).toEqual(["everything"]);
  expect(tab.posts).toEqual([{ kind: "change", change: "everything", cursor: "r.1" }]);
  tab.take(changed("req_1", "r.2"));
  expect(tab.changes).toEqual([{ request: "req_1" }]);
  expect(tab.posts).toEqual([{ kind: "change", change: { request: "req_1" }, cursor: "r.2" }]);
});

test("a beat changes nothing and shows the others that the leader lives", () => {
  const tab = leader();
  tab.take(said("beat", "r.9"));
  expect(tab.changes).toEqual([]);
  expect(tab.posts).toEqual([{ kind: "standing", connection: { state: "live" }, cursor: "r.9" }]);
});

test("what a newer server says and this page does not know means: read everything", () => {
  const tab = leader();
  tab.take(said("novelty", "r.2"));
  expect(tab.changes).toEqual(["everything"]);
  tab.take({ kind: "event", name: "request", cursor: "r.3", data: "{no json" });
  expect(tab.changes).toEqual(["everything"]);
});

test("a follower passes on what it is told and never opens a stream", () => {
  const tab = follower();
  tab.take(told({ kind: "change", change: { request: "req_1" }, cursor: "r.2" }));
  expect(tab.did).toEqual([{ do: "change", change: { request: "req_1" } }]);
  expect(tab.link.cursor).toBe("r.2");
});

test("a follower that joins late reads everything once", () => {
  const tab = new Tab();
  const standing: Message = { kind: "standing", connection: { state: "live" }, cursor: "r.5" };
  tab.take(start, told(standing));
  expect(tab.changes).toEqual(["everything"]);
  tab.take(told(standing));
  expect(tab.changes).toEqual([]);
});

test("a follower that comes to lead goes on behind what it has heard", () => {
  const tab = follower("r.1");
  tab.take(told({ kind: "change", change: { request: "req_1" }, cursor: "r.2" }));
  expect(tab.take({ kind: "led" })).toEqual([{ do: "open", after: "r.2" }]);
});

test("a leader answers whoever asks; a follower does not", () => {
  const tab = leader();
  tab.take(told({ kind: "ask" }));
  expect(tab.posts[0]).toMatchObject({ kind: "standing", connection: { state: "live" } });
  expect(follower().take(told({ kind: "ask" }))).toEqual([]);
});

test("a leader that is silent is asked, then its lock is taken", () => {
  const tab = follower();
  expect(tab.after(limits.leaderSilenceMs - 1, tick)).toEqual([]);
  expect(tab.after(1, tick)).toEqual([{ do: "post", message: { kind: "ask" } }]);
  expect(tab.after(limits.answerMs - 1, tick)).toEqual([]);
  expect(tab.after(1, tick)).toEqual([{ do: "steal" }]);
  expect(tab.take({ kind: "led" })).toEqual([{ do: "open", after: "r.1" }]);
});

test("a leader that answers keeps its lock", () => {
  const tab = follower();
  tab.after(limits.leaderSilenceMs, tick);
  tab.take(told({ kind: "standing", connection: { state: "live" }, cursor: "r.1" }));
  expect(tab.after(limits.answerMs, tick)).toEqual([]);
});

test("the tab whose lock was taken closes its stream and follows", () => {
  const tab = leader();
  expect(tab.take({ kind: "deposed" })).toEqual([{ do: "close" }, { do: "queue" }]);
  expect(tab.link.leading).toBe(false);
  tab.take({ kind: "opened" }, changed("req_1", "r.2"), { kind: "broken" });
  expect(tab.did).toEqual([]);
  tab.take(told({ kind: "change", change: { request: "req_2" }, cursor: "r.3" }));
  expect(tab.changes).toEqual([{ request: "req_2" }]);
});

test("a stream that breaks is opened again where it ended, once the server answers", () => {
  const tab = leader();
  tab.take(changed("req_1", "r.2"), { kind: "broken" });
  expect(tab.link.connection).toEqual({ state: "reconnecting", retryAt: tab.at + 1000 });
  expect(tab.does("close")).toHaveLength(1);
  expect(tab.after(999, tick)).toEqual([]);
  tab.after(1, tick);
  expect(tab.does("probe")).toHaveLength(1);
  expect(tab.after(1000, tick)).toEqual([]); // one question at a time
  tab.take({ kind: "probed", answer: "welcome" });
  expect(tab.did).toEqual([{ do: "open", after: "r.2" }]);
  tab.take({ kind: "opened" });
  expect(tab.link).toMatchObject({ connection: { state: "live" }, failures: 0 });
});

test("the pauses grow to half a minute and say when they end", () => {
  const tab = leader();
  const pauses: number[] = [];
  tab.take({ kind: "broken" });
  for (let round = 0; round < 8; round += 1) {
    if (tab.link.connection.state !== "reconnecting") throw new Error("not reconnecting");
    const pause = tab.link.connection.retryAt - tab.at;
    pauses.push(pause);
    tab.after(pause, tick, { kind: "probed", answer: "nothing" });
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test("chance spreads those who come back", () => {
  const down = (chance: number) => {
    const { link } = step(leader().link, { kind: "broken" }, 0, chance);
    return link.connection.state === "reconnecting" ? link.connection.retryAt : 0;
  };
  expect(down(0)).toBe(750);
  expect(down(1)).toBe(1250);
});

test("a restarted server says resync, and everything is read again", () => {
  const tab = leader();
  tab.take(said("end", "r.1", { why: "stopping" }));
  expect(tab.link.connection.state).toBe("reconnecting");
  tab.after(1000, tick, { kind: "probed", answer: "welcome" });
  expect(tab.does("open")).toEqual([{ do: "open", after: "r.1" }]);
  tab.take({ kind: "opened" }, said("resync", "s.0"));
  expect(tab.changes).toEqual(["everything"]);
  expect(tab.link.cursor).toBe("s.0");
});

test("a session that ended is told to every tab, and the leader does not try again", () => {
  for (const word of [
    [said("end", "r.1", { why: "signed_out" })],
    [{ kind: "broken" } as const],
  ]) {
    const tab = leader();
    tab.take(...word);
    if (tab.link.connection.state === "reconnecting") {
      tab.after(1000, tick, { kind: "probed", answer: "signed_out" });
    }
    expect(tab.link.connection.state).toBe("signed_out");
    expect(tab.posts.at(-1)).toMatchObject({ connection: { state: "signed_out" } });
    expect(tab.after(120_000, tick)).toEqual([]);
  }
});

// Two tabs of which the second follows, told by each other until nobody has anything to say.
function converse(first: Tab, second: Tab): void {
  let [from, to] = [first, second];
  for (let round = 0; from.posts.length > 0 && round < 10; round += 1) {
    to.take(...from.posts.map(told));
    [from, to] = [to, from];
  }
  expect(from.posts).toEqual([]);
}

test("whichever tab learns of another session, the leader goes on with it", () => {
  for (const learner of [0, 1]) {
    const tabs: [Tab, Tab] = [leader(), follower()];
    const [first, second] = tabs;
    first.take(said("end", "r.1", { why: "signed_out" }));
    converse(first, second);
    expect(second.link.connection.state).toBe("signed_out");
    expect(second.link.leading).toBe(false);
    tabs[learner]?.take({ kind: "signed_in" });
    if (learner === 1)
      expect(second.did).toEqual([{ do: "post", message: { kind: "signed_in" } }]);
    if (learner === 1) first.take(told({ kind: "signed_in" }));
    expect(first.does("open")).toEqual([{ do: "open", after: "r.1" }]);
    converse(first, second);
    for (const tab of tabs) expect(tab.link.connection.state).toBe("connecting");
    // The other one learns of it as well, which opens nothing twice.
    for (const tab of tabs) expect(tab.take({ kind: "signed_in" })).toEqual([]);
    expect(first.take(told({ kind: "signed_in" }))).toEqual([]);
    first.take({ kind: "opened" });
    converse(first, second);
    for (const tab of tabs) expect(tab.link.connection.state).toBe("live");
  }
});

test("a tab that comes to lead while signed out sees for itself whether that is so", () => {
  const tab = follower();
  tab.take(told({ kind: "standing", connection: { state: "signed_out" } }));
  tab.take({ kind: "led" });
  expect(tab.does("open")).toEqual([{ do: "open", after: "r.1" }]);
  tab.take({ kind: "broken" });
  tab.after(1000, tick, { kind: "probed", answer: "signed_out" });
  expect(tab.link.connection.state).toBe("signed_out");
  expect(tab.after(120_000, tick)).toEqual([]);
});

test("a word of a session says nothing to a tab that is not signed out", () => {
  for (const tab of [leader(), follower()]) {
    expect(tab.take({ kind: "signed_in" }, told({ kind: "signed_in" }))).toEqual([]);
  }
});

test("a line that went dead without a word is noticed", () => {
  const tab = leader();
  tab.after(15_000, said("beat", "r.1"));
  expect(tab.after(limits.silenceMs, tick)).toEqual([]);
  tab.after(1, tick);
  expect(tab.link.connection.state).toBe("reconnecting");
  expect(tab.does("close")).toHaveLength(1);
});

test("a stream that never opens is given up", () => {
  const tab = new Tab();
  tab.take(start, { kind: "led" });
  tab.after(limits.openingMs + 1, tick);
  expect(tab.link.connection.state).toBe("reconnecting");
});

test("offline is said at once, and online is acted on at once", () => {
  const tab = leader();
  tab.take({ kind: "network", online: false });
  expect(tab.link.connection.state).toBe("offline");
  expect(tab.does("close")).toHaveLength(1);
  expect(tab.after(60_000, tick)).toEqual([]);
  tab.take({ kind: "network", online: true });
  expect(tab.does("probe")).toHaveLength(1);
  tab.take({ kind: "probed", answer: "welcome" });
  expect(tab.did).toEqual([{ do: "open", after: "r.1" }]);
});

test("an answer that comes too late opens no second stream", () => {
  const tab = leader();
  tab.take({ kind: "broken" });
  tab.after(1000, tick);
  tab.take({ kind: "network", online: false });
  expect(tab.take({ kind: "probed", answer: "welcome" })).toEqual([]);
});

test("a tab that starts offline opens nothing until it is online", () => {
  const tab = new Tab();
  tab.take({ kind: "started", online: false });
  expect(tab.take({ kind: "led" }).map((effect) => effect.do)).toEqual(["post"]);
  tab.take({ kind: "network", online: true });
  expect(tab.does("probe")).toHaveLength(1);
});
