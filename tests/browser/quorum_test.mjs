// Two people at critical: each sees how far it has come, and neither can say yes twice.

import assert from "node:assert/strict";
import {
  asksFor,
  command,
  decisionPanel,
  giveAuthenticator,
  openBrowser,
  photograph,
  setUp,
  test,
} from "./harness.mjs";

async function signs(owner, server, proposal) {
  await owner.goto(`${server.origin}/settings/roster/${proposal}`);
  await owner.getByRole("button", { name: "Sign as the owner" }).click();
  await owner.getByText("Signed and in force").waitFor();
}

// Somebody with a browser and a passkey of their own, both of which the owner has signed for.
async function reviewer(t, server, owner, name, contentKey) {
  const member = await asksFor(server, "member", "add", "--name", name, "--role", "reviewer");
  await signs(owner, server, member.proposal);
  const { id } = (await command(server, "member", "list")).find((one) => one.name === name);
  const [{ url }] = await command(server, "login-link", "--member", id);
  const person = await openBrowser(t, server);
  const { page } = person;
  const link = url.replace(/^http:\/\/[^/]+/, server.origin);
  await page.goto(`${link}&k=${contentKey.toString("base64")}`);
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("An owner has to sign for this key").waitFor();
  const [device] = await command(server, "roster", "list");
  await signs(owner, server, device.id);
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await giveAuthenticator(person);
  await page.goto(`${server.origin}/settings`);
  await page.getByRole("button", { name: "Add a passkey for approvals" }).click();
  await page.getByText("An owner has to sign for this").waitFor();
  const [passkey] = await command(server, "roster", "list");
  await signs(owner, server, passkey.id);
  await page.getByText("Done, and in force").waitFor();
  return person;
}

async function approveCritical(page) {
  await page.locator(".decision .approve:enabled").click();
  await page.getByLabel("Type grant_role to approve").fill("grant_role");
  await page.getByLabel("Why it may run").fill("on call until Monday");
  await decisionPanel(page).locator(".approve:enabled").click();
}

test("at critical two people approve, and the page says who is missing", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  if (server.mocked) return;
  const bob = await reviewer(t, server, page, "Bob", contentKey);
  const carol = await reviewer(t, server, page, "Carol", contentKey);
  const { id } = await agent.ask("iam", "grant_role", '{"user":"eve","role":"admin"}', {
    priority: "critical",
  });
  for (const one of [page, bob.page, carol.page]) {
    await one.goto(`${server.origin}/requests/${id}`);
    await one.getByText("0 of 2 people have approved: 2 more from role:reviewer.").waitFor();
  }
  await approveCritical(bob.page);
  await bob.page.getByText("You have approved. It waits for somebody else.").waitFor();
  await photograph(bob.page, "quorum-one-of-two");
  assert.equal(await bob.page.locator(".decision .approve").count(), 0);
  assert.equal((await agent.status(id)).status, "PENDING");
  await carol.page
    .getByText("1 of 2 people have approved: 1 more from role:reviewer.")
    .waitFor();
  await carol.page.getByText("Approved by Bob.").waitFor();
  await photograph(carol.page, "quorum-the-last");
  await approveCritical(carol.page);
  await carol.page.getByRole("heading", { name: "Approved" }).waitFor();
  assert.equal((await agent.status(id)).status, "APPROVED");
  for (const one of [person, bob, carol]) one.behaved();
});
