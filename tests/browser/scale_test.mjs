// The pages under load. Times are printed, not judged: whether a machine is fast enough is for who
// reads them; what must not happen at any speed fails.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approve, binary, letGo, longTest, openRequest, setUp } from "./harness.mjs";

const unlimited = {
  LETSPING_LIMITS__REQUESTS_PER_MINUTE: "100000000",
  LETSPING_LIMITS__REQUESTS_BURST: "100000000",
  LETSPING_LIMITS__PENDING_PER_PROJECT: "10000000",
  LETSPING_LIMITS__CONNECTIONS_PER_ADDRESS: "1000",
};

const say = (what, ms) => console.log(`    ${what}: ${ms.toFixed(0)} ms`);
const p95 = (times) => [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1];

async function timed(what, run) {
  const began = performance.now();
  const result = await run();
  say(what, performance.now() - began);
  return result;
}

// Long tasks of the page's own thread, since it loaded.
const watchTasks = (page) =>
  page.addInitScript(() => {
    window.lpTasks = [];
    new PerformanceObserver((list) =>
      window.lpTasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: "longtask", buffered: true });
  });
const longestTask = (page) => page.evaluate(() => Math.max(0, ...window.lpTasks));
const forgetTasks = (page) => page.evaluate(() => window.lpTasks.splice(0));

async function askMany(agent, count) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const n = next++;
      await agent.ask("load", `action_${n % 50}`, `{"n":${n}}`);
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
}

longTest(
  "a log of 100,000 entries is shown, searched and verified; a lie is found",
  20,
  async (t) => {
    const { server, person, page, agent } = await setUp(t, { env: unlimited });
    await timed("100,000 requests asked", () => askMany(agent, 100_000));
    await watchTasks(page);
    await timed("first paint of the log", async () => {
      await page.goto(`${server.origin}/audit`);
      await page.locator(".log-space .log-row").first().waitFor();
    });
    await timed("all of it read", () =>
      page
        .getByText(/^100,\d{3} entries|^100\d{3} entries/)
        .first()
        .waitFor({ timeout: 120_000 }),
    );
    say("longest task meanwhile", await longestTask(page));
    await forgetTasks(page);
    await timed("a filter over it", async () => {
      await page.getByLabel("Find in the log").fill("type:key");
      await page.getByText(/found among/).waitFor();
    });
    say("longest task meanwhile", await longestTask(page));
    await page.getByLabel("Find in the log").fill("");
    await forgetTasks(page);
    const scroller = page.locator(".log-table");
    await timed("scrolled through 20,000 rows", () =>
      scroller.evaluate(async (element) => {
        for (let step = 0; step < 60; step += 1) {
          element.scrollTop += 12_000;
          await new Promise(requestAnimationFrame);
        }
      }),
    );
    say("longest task meanwhile", await longestTask(page));
    await forgetTasks(page);
    await timed("verified in the browser", async () => {
      await page.getByRole("button", { name: "Verify in this browser" }).click();
      await page.getByText(/entries, 0 problems/).waitFor({ timeout: 180_000 });
    });
    say("longest task meanwhile", await longestTask(page));

    const lied = 73_421;
    await page.context().route(/\/log\/[0-9a-f]+\/statements/, async (route) => {
      const reply = await route.fetch();
      const body = await reply.json();
      for (const leaf of body.leaves.filter(({ index }) => index === lied)) {
        const text = Buffer.from(leaf.statement, "base64").toString();
        leaf.statement = Buffer.from(text.replace(/"time":"2/, '"time":"3')).toString("base64");
      }
      await route.fulfill({ response: reply, json: body });
    });
    await page.reload();
    await page.locator(".log-space .log-row").first().waitFor();
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await page.getByText(/Entry 73,?421 does not hold/).waitFor({ timeout: 180_000 });

    const folder = await mkdtemp(join(tmpdir(), "lp-scale-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const [bundle, trust] = [join(folder, "log.tar"), join(folder, "trust.json")];
    const at = ["--data", server.data];
    await timed("exported and verified again", async () => {
      execFileSync(binary, ["audit", "export", ...at, "--format", "bundle", "--output", bundle]);
      await writeFile(trust, execFileSync(binary, ["trust", "export", ...at]));
      execFileSync(binary, ["audit", "verify", bundle, "--trust", trust]);
    });
    person.behaved();
  },
);

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
      .ask("load", "go", `{"n":${ids.length}}`, { priority: "low" })
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

longTest(
  "two at once, a hundred times: one decision each, and the other is told whose",
  15,
  async (t) => {
    const { server, person, page, agent } = await setUp(t);
    const other = await person.context.newPage();
    for (let round = 0; round < 100; round += 1) {
      const { id } = await agent.ask("race", "go", `{"n":${round}}`);
      // Both have the request before either decides, and neither hears of the other in between.
      const decisions = [];
      for (const one of [page, other]) {
        await one.goto(`${server.origin}/requests/${id}`);
        await one.bringToFront();
        await one.locator(".decision-bar .reject:enabled").waitFor();
        await one.getByRole("button", { name: "Reject" }).click();
        await one.getByRole("button", { name: "Send rejection" }).waitFor();
      }
      for (const one of [page, other]) {
        const answered = one.waitForResponse((answer) => answer.url().endsWith(`${id}/decision`));
        decisions.push(
          Promise.race([
            answered.then((answer) => answer.status()),
            one
              .getByText("Decided elsewhere while you were reading")
              .waitFor()
              .then(() => "told"),
          ]),
        );
      }
      const press = (one) =>
        one
          .getByRole("button", { name: "Send rejection" })
          .click({ timeout: 5_000 })
          .catch(() => {});
      await Promise.all([press(page), press(other)]);
      const outcomes = (await Promise.all(decisions)).map(String).sort();
      assert.ok(["200,409", "200,told"].includes(outcomes.join()), `${round}: ${outcomes}`);
      for (const one of [page, other])
        await one.getByRole("heading", { name: "Rejected" }).waitFor();
    }
    person.behaved(/status of 409/);
  },
);

longTest(
  "fifty mixed requests are cleared with keys alone, and the focus is never lost",
  8,
  async (t) => {
    const { person, page, agent } = await setUp(t, { passkey: true });
    const levels = ["low", "medium", "high", "low", "medium"];
    const asked = [];
    for (let n = 0; n < 50; n += 1) {
      const priority = levels[n % levels.length];
      asked.push({ priority, ...(await agent.ask("ops", priority, `{"n":${n}}`, { priority })) });
    }
    const polls = asked.map(({ id }) => agent.status(id, 1));
    await Promise.all(polls);
    await page.locator(`[data-request="${asked.at(-1).id}"]`).waitFor();
    const focus = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const ring = element && getComputedStyle(element).outlineStyle !== "none";
        return { request: element?.dataset.request, lost: element === document.body, ring };
      });
    const next = [];
    for (let done = 0; done < asked.length; done += 1) {
      await page.keyboard.press("j");
      const began = performance.now();
      let at = await focus();
      for (let press = 0; at.request === undefined && press < 3; press += 1) {
        await page.keyboard.press("j");
        at = await focus();
      }
      next.push(performance.now() - began);
      assert.ok(at.request && at.ring && !at.lost, `${done}: ${JSON.stringify(at)}`);
      const { priority } = asked.find(({ id }) => id === at.request);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "What would run" }).waitFor();
      await page.locator(".decision-bar .approve:enabled").waitFor();
      await page.keyboard.press("a");
      const panel = page.locator(".decision-panel.confirm .approve:enabled");
      const approved = page.getByRole("heading", { name: "Approved" });
      await panel.or(approved).or(page.getByText("Not signed yet")).first().waitFor();
      if (await panel.isVisible()) {
        assert.equal((await agent.status(at.request)).status, "PENDING");
        if (priority === "high") await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
      } else {
        assert.equal(priority, "low", "more than low by a single key");
      }
      await approved.waitFor();
      await page.keyboard.press("Escape");
      await page.waitForURL((url) => url.pathname === "/");
    }
    say("the next row after its key, 95 of 100", p95(next));
    for (const { id } of asked) assert.equal((await agent.status(id)).status, "APPROVED");
    person.behaved();
  },
);

longTest("how fast the first page is there, at once and on a slow phone", 4, async (t) => {
  const { server, person, page, agent } = await setUp(t);
  for (let n = 0; n < 10; n += 1) await agent.ask("stripe", "refund", `{"n":${n}}`);
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      window.lpPainted = list.getEntries().at(-1).startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  const load = async (what) => {
    await page.goto(server.origin);
    await page.locator("[data-request]").nth(9).waitFor();
    await page.waitForFunction(() => window.lpPainted !== undefined);
    say(`largest paint, ${what}`, await page.evaluate(() => window.lpPainted));
  };
  const devtools = await person.context.newCDPSession(page);
  await devtools.send("Network.clearBrowserCache");
  await load("nothing cached");
  await load("cached");
  await devtools.send("Network.enable");
  await devtools.send("Network.clearBrowserCache");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: (1.6 * 1024 * 1024) / 8,
    uploadThroughput: (750 * 1024) / 8,
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await load("slow 4G and a quarter of the processor, nothing cached");
  await openRequest(
    page,
    await page.locator("[data-request]").first().getAttribute("data-request"),
  );
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved();
});
