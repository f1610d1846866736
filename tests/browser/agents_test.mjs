import assert from "node:assert/strict";
import { Agent, photograph, setUp, test } from "./harness.mjs";

const go = async ({ page, server }, name) => {
  await page.goto(`${server.origin}/settings?page=${name.toLowerCase()}`);
  await page.getByRole("heading", { name, exact: true }).waitFor();
};

const secretShown = async (page) => {
  const secret = await page.locator(".notice code").first().textContent();
  await page.getByRole("button", { name: "Done" }).click();
  return secret;
};

test("agents: a key is made, seen to call and ended; a secret is shown once", async (t) => {
  const setting = await setUp(t);
  const { server, person, page, agent, contentKey } = setting;
  await go(setting, "Agents");
  await page.getByText("billing-bot").waitFor();
  await page.getByRole("button", { name: "Add an API key" }).click();
  await page.getByLabel("Name, as people call the program").fill("night-bot");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("Waiting for its first call").waitFor();
  await photograph(page, "agents-key-made");
  const text = await page.locator(".notice code").first().textContent();
  const other = new Agent(server.origin, text, contentKey);
  await other.ask("stripe", "refund", '{"amount":1}');
  await page.getByText("Connected: it called").waitFor();
  const row = page.locator("[data-key]").filter({ hasText: "night-bot" });
  await row.getByText("1 waiting").waitFor();
  await row.getByText("made by Ada").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  assert.ok(!(await page.content()).includes(text), "the key is still on the page");
  await page.getByRole("button", { name: "End the key night-bot" }).click();
  await page.getByRole("button", { name: "End it now" }).click();
  await page.getByText("1 ended key", { exact: true }).waitFor();
  await assert.rejects(other.ask("stripe", "refund", '{"amount":1}'), /401/);
  await agent.ask("stripe", "refund", '{"amount":1}');

  await page.getByRole("button", { name: "Register an agent" }).click();
  await page.getByLabel("Name, of letters").fill("refund bot");
  await page.getByRole("button", { name: "Register", exact: true }).click();
  await page.locator("[role=alert]", { hasText: "letters, digits" }).waitFor();
  await page.getByLabel("Name, of letters").fill("refund-bot");
  await page.getByRole("button", { name: "Register", exact: true }).click();
  await page.getByText("shown this once").waitFor();
  const first = await secretShown(page);
  await page.getByRole("button", { name: "Next secret for refund-bot" }).click();
  await page.getByRole("button", { name: "Make it; the old one ends in 24 h" }).click();
  await page.getByText("shown this once").waitFor();
  await photograph(page, "agents");
  assert.notEqual(await secretShown(page), first);
  await page.getByRole("button", { name: "End the agent refund-bot" }).click();
  await page.getByRole("button", { name: "End it now" }).click();
  await page.getByText("1 ended agent", { exact: true }).waitFor();
  person.behaved(/status of 422/);
});
