import assert from "node:assert/strict";
import { approve, openRequest, photograph, setUp, test } from "./harness.mjs";

const strict = `version: 1
tools:
  - { service: stripe, action: refund, facts: { amount: { from: /amount } } }
  - { service: db, action: list }
rules:
  - name: lists
    match: { service: db, action: list }
    effect: allow
  - name: refunds above 500
    match: { service: stripe, action: refund, facts: { amount: { gt: 500 } } }
    level: medium
    rule: { n_of: [1, "role:reviewer"] }
`;

const policies = async ({ page, server }) => {
  await page.goto(`${server.origin}/settings?page=policies`);
  await page.getByRole("heading", { name: "Policies", exact: true }).waitFor();
};

// Writes a version and asks people to put it into force; the request is open then.
async function askFor(page, version, words) {
  await page.getByRole("button", { name: `${words}: version ${version}` }).click();
  await page.getByRole("heading", { name: "What would run" }).waitFor();
}

test("a policy is replayed, uploaded, approved, rules, and goes back in one step", async (t) => {
  const setting = await setUp(t);
  const { person, page, agent } = setting;
  const { id } = await agent.ask("db", "list", '{"table":"orders"}');
  await openRequest(page, id);
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByRole("button", { name: "Send rejection" }).click();
  await page.getByRole("heading", { name: "Rejected" }).waitFor();

  await policies(setting);
  await page.getByText("No policy is in force").waitFor();
  await page.getByRole("button", { name: "Write a version" }).click();
  const text = page.getByLabel("The policy, YAML or JSON");
  await text.fill("version: 1\nrulez: []\n");
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await page.locator("[role=alert]", { hasText: "line 2, column 1" }).waitFor();
  await text.fill(strict);
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await page.getByText("people rejected, and would now be allowed").waitFor();
  await page.locator('[data-shift="allowed_though_rejected"]').getByText("db / list").waitFor();
  await photograph(page, "policy-replay");
  await page.getByRole("button", { name: "Upload as a version" }).click();
  await page.locator('[data-version="1"]').waitFor();
  await askFor(page, 1, "Ask to activate");
  await photograph(page, "policy-request");
  await policies(setting);
  await page.locator('[data-waiting="1"]').getByText("added rule `lists`").waitFor();
  await photograph(page, "policy-waiting");
  await page.getByRole("link", { name: "Look at the request" }).click();
  await page.getByRole("heading", { name: "What would run" }).waitFor();
  await approve(page);
  await page.getByRole("region", { name: "Outcome" }).waitFor();

  await policies(setting);
  await page.getByRole("heading", { name: "In force: version 1" }).waitFor();
  await page.getByText("Allowed: nobody is asked").waitFor();
  await photograph(page, "policy-in-force");
  const facts = { facts: { amount: 600 } };
  const ruled = await agent.ask("stripe", "refund", '{"amount":600}', facts);
  await page.goto(`${setting.server.origin}/requests/${ruled.id}`);
  const ruling = page.getByTestId("ruling");
  await ruling.getByText("refunds above 500").waitFor();
  assert.match(await ruling.textContent(), /policy version 1.*facts\.amount > 500/s);
  await photograph(page, "policy-ruling");
  // A lie about a fact gets a milder ruling, and nobody's approval.
  const lie = await agent.ask("stripe", "refund", '{"amount":600}', { facts: { amount: 1 } });
  await page.goto(`${setting.server.origin}/requests/${lie.id}`);
  await page.getByText("Approving is off: the policy ruled by amount").waitFor();
  assert.equal(await page.locator(".approve:enabled").count(), 0);
  const allowed = await agent.ask("db", "list", '{"table":"orders"}');
  assert.equal((await agent.status(allowed.id)).status, "APPROVED");

  await policies(setting);
  await page.getByRole("button", { name: "Write a version" }).click();
  await text.fill(strict.replace("gt: 500", "gt: 5000").replace("above 500", "above 5000"));
  await page.getByRole("button", { name: "Upload as a version" }).click();
  await page.locator('[data-version="2"]').waitFor();
  await askFor(page, 2, "Ask to activate");
  await approve(page);
  await page.getByRole("region", { name: "Outcome" }).waitFor();
  await policies(setting);
  await page.getByRole("heading", { name: "In force: version 2" }).waitFor();
  await askFor(page, 1, "Go back to it");
  await approve(page);
  await page.getByRole("region", { name: "Outcome" }).waitFor();
  await policies(setting);
  await page.getByRole("heading", { name: "In force: version 1" }).waitFor();
  person.behaved(/status of 422/);
});
