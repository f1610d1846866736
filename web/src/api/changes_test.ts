import { expect, test } from "vitest";
import { pollChanges } from "./changes";
import { Api } from "./client";

const json = (body: object, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", Date: "Sun, 01 Mar 2026 12:00:00 GMT" },
  });

// Plays `answers` one after another, then stops.
async function play(answers: (Response | Error)[]) {
  const stop = new AbortController();
  const paths: string[] = [];
  const told: string[] = [];
  const slept: number[] = [];
  const api = new Api(async (path) => {
    paths.push(path);
    const next = answers.shift();
    if (answers.length === 0) stop.abort();
    if (!next || next instanceof Error) throw next ?? new Error("over");
    return next;
  });
  const publish = (message: object) => told.push(JSON.stringify(message));
  await pollChanges(api, publish, stop.signal, async (ms) => void slept.push(ms));
  return { paths, told, slept };
}

test("asks where the counter stands, then holds from there", async () => {
  const { paths, told } = await play([json({ now: 7 }), json({ now: 7 }), json({ now: 9 })]);
  expect(paths).toEqual([
    "/api/review/changes?after=0&wait=0",
    "/api/review/changes?after=7&wait=25",
    "/api/review/changes?after=7&wait=25",
  ]);
  expect(told.filter((line) => line.includes("changed"))).toHaveLength(2);
});

test("a counter that began again is a change", async () => {
  const { told } = await play([json({ now: 7 }), json({ now: 1 })]);
  expect(told.filter((line) => line.includes("changed"))).toHaveLength(2);
});

test("backs off, says so, and refreshes when the server is back", async () => {
  const { told, slept, paths } = await play([
    json({ now: 7 }),
    new TypeError("network"),
    json({}, 503),
    json({ now: 7 }),
    json({ now: 7 }),
  ]);
  expect(slept).toHaveLength(2);
  expect(slept[1]).toBeGreaterThan(1400);
  expect(paths[3]).toContain("wait=0");
  expect(told.filter((line) => line.includes("reconnecting"))).toHaveLength(2);
  expect(told.filter((line) => line.includes('"live"'))).toHaveLength(2);
  expect(told.filter((line) => line.includes("changed"))).toHaveLength(2);
});

test("stops when the session has ended", async () => {
  const { told, paths } = await play([
    json({ now: 1 }),
    json({ reason: "no_session" }, 401),
    json({ now: 2 }),
  ]);
  expect(paths).toHaveLength(2);
  expect(told.at(-1)).toBe('{"connection":{"state":"signed_out"}}');
});

test("the server's clock is never thought to be ahead of what it said", async () => {
  const api = new Api(async () => json({}));
  await api.get("/");
  const said = Date.parse("Sun, 01 Mar 2026 12:00:00 GMT");
  expect(api.now() - said).toBeGreaterThanOrEqual(0);
  expect(api.now() - said).toBeLessThan(1000);
});
