// The inbox while agents ask as fast as many of them may. Times are printed, not judged: whether a
// machine is fast enough is for who reads them; what must not happen at any speed fails.

import assert from "node:assert/strict";
import { letGo, longTest, setUp } from "./harness.mjs";

const unlimited = {
  LETSPING_LIMITS__REQUESTS_PER_MINUTE: "100000000",
  LETSPING_LIMITS__REQUESTS_BURST: "100000000",
  LETSPING_LIMITS__PENDING_PER_PROJECT: "10000000",
};

const say = (what, ms) => console.log(`    ${what}: ${ms.toFixed(0)} ms`);
const p95 = (times) => [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1];

longTest("a thousand requests a minute: no row is missing and the page answers", 6, async (t) => {
  const { server, person, page, agent } = await setUp(t, { env: unlimited });
  const devtools = await person.context.newCDPSession(page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize } = await devtools.send("Runtime.getHeapUsage");
    return usedSize;
  };
  await page.evaluate(() => {
    window.lpRows = new Map();
    window.lpInputs = [];
    const look = () => {
      for (const row of document.querySelectorAll("[data-request]")) {
        const { request } = row.dataset;
        if (!window.lpRows.has(request)) window.lpRows.set(request, performance.now());
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    new PerformanceObserver((list) =>
      window.lpInputs.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: "event", durationThreshold: 16, buffered: true });
  });
  const before = await heap();
  const [ids, asked] = [[], []];
  const end = performance.now() + 60_000;
  for (let at = performance.now(); at < end; at += 60) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
    const [ended, { id }] = await agent
      .ask("load", "go", `{"n":${ids.length}}`, { priority: "high" })
      .then((made) => page.evaluate(() => performance.now()).then((now) => [now, made]));
    ids.push(id);
    asked.push(ended);
    if (ids.length % 50 === 0) await page.keyboard.press("j");
    if (ids.length % 50 === 25) await letGo(page);
  }
  await letGo(page);
  await page.locator(`[data-request="${ids.at(-1)}"]`).waitFor();
  const seen = new Map(await page.evaluate(() => [...window.lpRows]));
  const late = ids.flatMap((id, n) => (seen.has(id) ? [seen.get(id) - asked[n]] : []));
  console.log(`    ${ids.length} asked, ${late.length} seen as rows`);
  say("row after ask, 95 of 100", p95(late));
  const inputs = await page.evaluate(() => window.lpInputs);
  if (inputs.length > 0) say("answer to a key, 95 of 100", p95(inputs));
  console.log(`    heap grew by ${((await heap()) - before) >> 20} MiB`);
  const listed = await page.evaluate(() => fetch("/api/session").then((answer) => answer.json()));
  assert.equal(listed.projects[0].pending, ids.length);
  assert.equal(late.length, ids.length, "rows that never came");
  assert.ok(server.log().length > 0);
  person.behaved();
});
