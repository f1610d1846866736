import { afterEach, expect, test, vi } from "vitest";
import { AskFault, ask, type ShownNumber } from "./ask.js";

// A server that says what a test wants it to say.
function scripted(...script: [number, object][]) {
  const calls: { path: string; body: Record<string, unknown> }[] = [];
  vi.stubGlobal("fetch", async (url: string, init: { body?: string }) => {
    calls.push({ path: new URL(url).pathname, body: JSON.parse(init.body ?? "{}") });
    const [status, body] = script.shift() ?? [500, {}];
    return new Response(JSON.stringify(body), { status });
  });
  return calls;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const wish = {
  server: "http://localhost:1/",
  apiKey: "key",
  service: "db",
  action: "sql",
  payload: { a: 1 },
};
const pending = { status: "PENDING", state: "pending" };
const approved = { status: "APPROVED", state: "approved" };
const number = (digits: string, until = "t1", left = 3) => ({
  number_match: { number: digits, until, tries_left: left },
});

test("the first number is shown, and each that takes its place", async () => {
  const locked = { number_match: { locked: true, tries_left: 0 } };
  const calls = scripted(
    [200, { id: "req_1", ...number("012") }],
    [200, { ...pending, ...number("012") }],
    [200, { ...pending, ...number("012", "t1", 2) }],
    [200, { ...pending, ...number("012", "t2") }],
    [200, { ...pending, ...locked }],
    [200, { ...pending, ...locked }],
    [200, { status: "REJECTED", state: "rejected" }],
  );
  const shown: ShownNumber[] = [];
  const onNumber = (one: ShownNumber) => void shown.push(one);
  const answer = await ask({ ...wish, onNumber, members: { priority: "critical" } });
  expect(shown).toEqual([
    { digits: "012", until: "t1", triesLeft: 3 },
    { digits: "012", until: "t2", triesLeft: 3 },
    { triesLeft: 0 },
  ]);
  expect(answer.approved).toBe(false);
  expect(calls[0]?.body).toMatchObject({ capabilities: ["number_match"], priority: "critical" });
  expect(calls[1]?.path).toBe("/api/status/req_1");
});

test("nothing is announced without a place to show it", async () => {
  const calls = scripted([200, { id: "req_1" }], [200, approved]);
  expect((await ask(wish)).approved).toBe(true);
  expect(calls[0]?.body).not.toHaveProperty("capabilities");
});

test("it waits on while the server is not there, and raises what it refuses", async () => {
  scripted([200, { id: "req_1" }], [503, {}], [503, {}], [200, approved]);
  const waits: number[] = [];
  await ask({ ...wish, sleep: async (ms) => void waits.push(ms) });
  expect(waits).toEqual([1000, 2000]);
  scripted([200, { id: "req_1" }], [404, { reason: "not_found" }]);
  await expect(ask(wish)).rejects.toThrow(AskFault);
  scripted([422, { reason: "plaintext_refused", message: "no" }]);
  await expect(ask(wish)).rejects.toMatchObject({ status: 422, reason: "plaintext_refused" });
});

test("what the place to show it throws ends the wait", async () => {
  scripted([200, { id: "req_1", ...number("012") }]);
  const onNumber = () => {
    throw new Error("no terminal");
  };
  await expect(ask({ ...wish, onNumber })).rejects.toThrow("no terminal");
});
