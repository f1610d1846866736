import assert from "node:assert/strict";
import { assertGood } from "./access.mjs";
import {
  Agent,
  decisionPanel,
  letGo,
  openBrowser,
  openRequest,
  photograph,
  setUp,
  test,
} from "./harness.mjs";

const armed = (page) => page.locator(".decision-bar .approve:enabled");

test("five approvals faster than reading take the one press away for half a minute", async (t) => {
  // No policy of the real server gives the level low to a request yet.
  const { server, person, page, agent } = await setUp(t, { mock: true });
  await page.clock.install();
  await page.goto(server.origin);
  // Sixteen seconds of reading: nobody has read it who approves as soon as it can be.
  const note = "The customer says that the parcel never came. ".repeat(7);
  const ids = [];
  for (let n = 0; n < 6; n += 1) {
    const text = JSON.stringify({ n, note });
    ids.push((await agent.ask("crm", `update_${n}`, text, { priority: "low" })).id);
  }
  // Its agent waits: no time to undo. A poll that the test's end cuts off is nobody's failure.
  const polls = ids.map((id) => agent.status(id, 50).catch(() => undefined));
  for (const id of ids.slice(0, 5)) {
    await letGo(page);
    await openRequest(page, id);
    await page.getByText("It is connected and waits for your answer.").waitFor();
    await armed(page).waitFor();
    await page.keyboard.press("a");
    await page.getByRole("heading", { name: "Approved" }).waitFor();
  }
  const last = ids.at(-1);
  await letGo(page);
  await openRequest(page, last);
  await page.getByText("Five decisions faster than they can be read").waitFor();
  await photograph(page, "paused");
  await armed(page).waitFor();
  await page.keyboard.press("a");
  await decisionPanel(page).waitFor();
  assert.equal((await agent.status(last)).status, "PENDING", "one press was enough");
  await page.keyboard.press("Escape");
  await page.clock.fastForward(31_000);
  await page.getByText("Five decisions faster").waitFor({ state: "detached" });
  await armed(page).waitFor();
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  await Promise.all(polls);
  person.behaved();
});

test("who fetches links, or opens a page and waits, decides nothing", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}', { priority: "low" });
  const paths = [
    `/requests/${id}`,
    `/requests/${id}?act=reject`,
    `/requests/${id}?act=approve`,
    `/api/review/requests/${id}`,
    `/api/review/requests/${id}/decision`,
  ];
  const cookies = await person.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  // Twenty times each way, as a stranger and with the cookie of somebody who may decide.
  for (let round = 0; round < 10; round += 1) {
    for (const method of ["GET", "HEAD"]) {
      for (const headers of [{}, { cookie }]) {
        await Promise.all(
          paths.map((path) =>
            fetch(server.origin + path, { method, headers, redirect: "manual" }),
          ),
        );
      }
    }
  }
  // As the scanner of a mail server renders it, and as somebody's own browser does.
  const scanner = await openBrowser(t, server);
  for (const one of [scanner.page, page]) {
    await one.goto(`${server.origin}/requests/${id}?act=approve`);
    await one.getByRole("heading").first().waitFor();
    await one.clock.install();
    await one.clock.runFor(10_000);
  }
  assert.equal((await agent.status(id)).status, "PENDING");
  scanner.behaved(/status of 401/);
  person.behaved();
});

test("an agent that floods the inbox is one row, and hides nothing that matters", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const other = new Agent(server.origin, await server.newAgentKey("mail-bot"), agent.contentKey);
  const first = await other.ask("mail", "send", '{"to":"x"}');
  await page.locator(`[data-request="${first.id}"]`).waitFor();
  await letGo(page);
  const asked = [];
  for (let n = 0; n < 40; n += 1) {
    asked.push((await agent.ask("crm", `update_${n % 2}`, `{"n":${n}}`, { priority: "low" })).id);
  }
  const high = await agent.ask("db", "sql", '{"q":"DROP TABLE t"}', { priority: "high" });
  const toggle = page.getByRole("button", { name: "asks in a flood: 40 requests, 2 kinds" });
  await toggle.waitFor();
  const listed = () =>
    page
      .locator("[data-request]")
      .evaluateAll((rows) => rows.map(({ dataset }) => dataset.request).sort());
  assert.deepEqual(await listed(), [first.id, high.id].sort());
  await assertGood(page, "flood");
  await toggle.focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await listed(), [first.id, high.id, ...asked].sort());
  await photograph(page, "flood-open");
  // What is open stays in sight when the others fold.
  await openRequest(page, asked[0]);
  await toggle.or(page.getByRole("button", { name: "asks in a flood: 39" })).click();
  assert.deepEqual(await listed(), [first.id, high.id, asked[0]].sort());
  await page.getByRole("link", { name: "Stop this agent" }).click();
  await page.getByText("billing-bot").first().waitFor();
  assert.match(page.url(), /page=agents/);
  person.behaved();
});
