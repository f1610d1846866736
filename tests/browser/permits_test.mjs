import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { assertAccessible } from "./access.mjs";
import { Agent, approve, command, openRequest, photograph, setUp, test } from "./harness.mjs";

const keys = { nonce: "nonce-0123456789abcdef", claim_key: "key-0123456789abcdef" };

test("permits: what became of an approval, and both kill switches", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const [made] = await command(server, "executor", "add", "payments");
  const executor = new Agent(server.origin, made.key);
  const ask = async (amount) =>
    (await agent.ask("stripe", "refund", `{"amount":${amount}}`, { capabilities: ["permit"] })).id;
  const [first, second, third] = [await ask(1), await ask(2), await ask(3)];
  const step = (state) => page.locator(`[data-permit=${state}]`);

  await openRequest(page, first);
  await approve(page);
  await step("issued").getByText("payments may execute it once").waitFor();
  await assertAccessible(page);
  await photograph(page, "permit-issued");
  const { permit } = await agent.status(first);
  const claim = { ...keys, token_sha256: createHash("sha256").update(permit.token).digest("hex") };
  await executor.post(`/api/permits/${permit.id}/claim`, JSON.stringify(claim));
  await step("claimed").waitFor(); // By itself: nobody reads the page anew.
  await photograph(page, "permit-claimed");
  const outcome = { outcome: "indeterminate", claim_key: keys.claim_key };
  await executor.post(`/api/permits/${permit.id}/outcome`, JSON.stringify(outcome));
  await page.getByText("Nobody knows whether it was executed").waitFor();
  await photograph(page, "permit-indeterminate");

  await page.goto(server.origin);
  await openRequest(page, second);
  await approve(page);
  await step("issued").getByRole("link", { name: "stop it" }).click();
  await page.getByRole("button", { name: "Stop all permits" }).click();
  await page.getByLabel("Why; it stands in the log").fill("wrong account");
  await assertAccessible(page);
  await photograph(page, "stop-permits");
  await page.getByRole("button", { name: "Stop it now" }).click();
  await page.getByText("1 permit was revoked.").waitFor();
  await page.goto(`${server.origin}/requests/${second}`);
  await step("revoked").waitFor();
  assert.equal((await agent.status(second)).permit.state, "revoked");

  await page.goto(`${server.origin}/settings?page=agents`);
  await page.getByRole("button", { name: "Stop billing-bot" }).click();
  await photograph(page, "stop-agent");
  await page.getByRole("button", { name: "Keep" }).click();
  assert.equal((await agent.status(third)).status, "PENDING");
  await page.getByRole("button", { name: "Stop billing-bot" }).click();
  await page.getByRole("button", { name: "Stop it now" }).click();
  await page.getByText("No permit was revoked, 1 request was cancelled.").waitFor();
  await page.getByText("1 ended key", { exact: true }).waitFor();
  await photograph(page, "stopped-agent");
  await assert.rejects(ask(4), /401/);
  person.behaved();
});
