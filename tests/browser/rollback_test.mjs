import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { approve, openRequest, photograph, setUp, test } from "./harness.mjs";

// The data is an older copy; `flags` are those of the server that is started on it.
async function putBack(server, older, ...flags) {
  await server.stop();
  await rm(server.data, { recursive: true, force: true });
  await cp(older, server.data, { recursive: true });
  await server.restart(...flags);
}

test("an owner reads what a rollback lost, and opens another log", async (t) => {
  const { server, page, agent } = await setUp(t);
  if (server.mocked) return;
  const before = await agent.ask("stripe", "refund", '{"amount":1}');
  const older = `${server.data}.older`;
  t.after(() => rm(older, { recursive: true, force: true }));
  await server.stop();
  await cp(server.data, older, { recursive: true });
  await server.restart();
  await agent.ask("stripe", "refund", '{"amount":2}');
  await putBack(server, older, "--accept-rollback=the disk died");
  await page.goto(server.origin);
  await page.getByText("A log was rolled back and closed").waitFor();
  await photograph(page, "inbox-with-closed-log");
  await page.getByRole("link", { name: "Read and sign" }).click();
  await page.getByRole("heading", { name: "A log was rolled back" }).waitFor();
  const card = page.locator(".roster-change");
  await card.getByText("the last 1 is lost").waitFor();
  await card.getByText("the disk died").waitFor();
  assert.match(await card.locator(".roster-lines").innerText(), /Ada mem_\w{26}/);
  await photograph(page, "rollback");
  await page.getByRole("button", { name: "Accept the loss and open the new log" }).click();
  await page.getByText("The new log is open").waitFor();
  await photograph(page, "rollback-signed");
  // The same agent asks in the new log, and what waited in the old one is in no list.
  const { id } = await agent.ask("stripe", "refund", '{"amount":3}');
  await page.goto(server.origin);
  await page.locator(`[data-request="${id}"]`).waitFor();
  assert.equal(await page.locator(`[data-request="${before.id}"]`).count(), 0);
  await openRequest(page, id);
  await approve(page);
  await page.getByRole("region", { name: "Outcome" }).waitFor();
});
