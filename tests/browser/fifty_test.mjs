// A queue worked off without a pointer. Times are printed, not judged: whether a machine is fast
// enough is for who reads them.

import assert from "node:assert/strict";
import { Agent, longTest, setUp } from "./harness.mjs";

const levels = ["low", "medium", "high", "low", "medium"];
const p95 = (times) => [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1];

// Of several agents: what one asks so fast would be one row.
async function askFifty({ server, agent }) {
  const agents = [agent];
  for (const name of ["mail-bot", "db-bot", "crm-bot"]) {
    agents.push(new Agent(server.origin, await server.newAgentKey(name), agent.contentKey));
  }
  const asked = new Map();
  for (let n = 0; n < 50; n += 1) {
    const priority = levels[n % levels.length];
    const asking = agents[n % agents.length];
    const { id } = await asking.ask("ops", priority, `{"n":${n}}`, {
      priority,
    });
    asked.set(id, { asking, priority });
  }
  return asked;
}

const focus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const ring = getComputedStyle(element).outlineStyle !== "none";
    return { request: element.dataset.request, ring };
  });

// By its keys, and no level above low by one of them.
async function approveByKeys(page, { asking, priority }, id) {
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What would run" }).waitFor();
  await page.locator(".decision-bar .approve:enabled").waitFor();
  await page.keyboard.press("a");
  const panel = page.locator(".decision-panel.confirm .approve:enabled");
  const approved = page.getByRole("heading", { name: "Approved" });
  await panel.or(approved).or(page.getByText("Not signed yet")).first().waitFor();
  if (await panel.isVisible()) {
    assert.equal((await asking.status(id)).status, "PENDING");
    if (priority === "high") await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
  } else {
    assert.equal(priority, "low", "more than low by a single key");
  }
  await approved.waitFor();
}

longTest(
  "fifty mixed requests are cleared with keys alone, one key from row to row",
  8,
  async (t) => {
    const { person, page, ...setting } = await setUp(t, { passkey: true });
    const asked = await askFifty(setting);
    for (const id of asked.keys()) await page.locator(`[data-request="${id}"]`).waitFor();
    const left = new Map(asked);
    const times = [];
    while (left.size > 0) {
      const began = performance.now();
      await page.keyboard.press("j");
      const { request, ring } = await focus(page);
      times.push(performance.now() - began);
      assert.ok(left.has(request) && ring, `${left.size} left, the focus is on ${request}`);
      await approveByKeys(page, left.get(request), request);
      left.delete(request);
      await page.keyboard.press("Escape");
      // Back in the list, wherever the row has gone.
      await page.waitForFunction(() => document.activeElement.matches(".row-link"));
    }
    console.log(`    the next row after its key, 95 of 100: ${p95(times).toFixed(0)} ms`);
    for (const [id, { asking }] of asked) {
      assert.equal((await asking.status(id)).status, "APPROVED");
    }
    person.behaved();
  },
);
