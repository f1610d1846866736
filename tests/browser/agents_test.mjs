import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { Agent, approve, binary, openRequest, photograph, setUp, test } from "./harness.mjs";

const go = async ({ page, server }, name) => {
  await page.goto(`${server.origin}/settings?page=${name.toLowerCase()}`);
  await page.getByRole("heading", { name, exact: true }).waitFor();
};

const secretShown = async (page) => {
  const secret = await page.locator(".notice code").first().textContent();
  await page.getByRole("button", { name: "Done" }).click();
  return secret;
};

// Takes whatever is posted to it.
async function openReceiver(t) {
  const seen = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      seen.push({ headers: request.headers, body });
      response.end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => receiver.close(resolve)));
  return { seen, url: `http://127.0.0.1:${receiver.address().port}/token-in-path` };
}

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

test("project: its settings, a webhook that takes decisions, and what is left", async (t) => {
  const receiver = await openReceiver(t);
  const setting = await setUp(t, { env: { LETSPING_WEBHOOKS__ALLOW: "127.0.0.1" } });
  const { server, person, page, agent } = setting;
  await go(setting, "Project");
  await page.getByText("this server cannot read them").waitFor();
  await page.getByText("A single operator: until").waitFor();
  await page.getByText("24 h where the agent does not say").waitFor();
  await page.getByText("Before you rely on it: 0 of 9").waitFor();
  await page.getByText("There is no telemetry").waitFor();
  await page.getByRole("button", { name: "Add a webhook" }).click();
  await page.getByLabel("URL").fill("ftp://127.0.0.1/");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator("[role=alert]", { hasText: "http" }).waitFor();
  await page.getByLabel("URL").fill(receiver.url);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  assert.match(await secretShown(page), /^lp_whk_/);
  await page.getByText("Nothing was sent to it yet").waitFor();
  assert.ok(!(await page.content()).includes("token-in-path"));

  await page.getByRole("link", { name: /^Inbox/ }).click();
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, id);
  await approve(page);
  await page.getByText("Delivered to the agent").waitFor();
  assert.ok(receiver.seen.some(({ body }) => body.includes(id)));
  await go(setting, "Project");
  await page.getByText("Works: the last one arrived").waitFor();
  await page.getByText("Before you rely on it: 1 of 9").waitFor();
  await photograph(page, "project");
  await page.getByRole("button", { name: /^Remove the webhook/ }).click();
  await page.getByRole("button", { name: "Really remove" }).click();
  await page.locator("[data-webhook]").waitFor({ state: "detached" });

  // The headers are those that this very page came with, and the hash that of the program.
  await go(setting, "About");
  const policy = (await fetch(`${server.origin}/`)).headers.get("content-security-policy");
  const headers = page.getByRole("region", { name: "Security headers" });
  await headers.getByText(policy, { exact: true }).waitFor();
  const { assets_sha256: built } = JSON.parse(execFileSync(binary, ["version", "--json"]));
  await page
    .getByText(process.env.LETSPING_WEB ? /^[0-9a-f]{64}/ : built)
    .first()
    .waitFor();
  await photograph(page, "about");
  person.behaved(/status of 422/);
});
