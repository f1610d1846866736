import assert from "node:assert/strict";
import { approve, asksFor, command, openRequest, photograph, setUp, test } from "./harness.mjs";

const basis = "Art. 17 GDPR, letter of 3 March";

test("erasure: an owner signs it here, and the list and its page say what is gone", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const { id } = await agent.ask("billing", "refund", '{"iban":"DE89 3704 0044 0532 0130 00"}');
  await openRequest(page, id);
  await approve(page);
  await page.getByRole("region", { name: "Outcome" }).waitFor();
  const wish = ["erase", "--request", id, "--basis", basis, "--operator", "data protection office"];
  const change = await asksFor(server, ...wish);
  await page.goto(`${server.origin}/settings/erasure/${change.proposal}`);
  await page.getByRole("heading", { name: "Erase billing / refund" }).waitFor();
  await page.getByText(basis).waitFor();
  await photograph(page, "erasure-proposal");
  await page.getByRole("button", { name: "Erase for ever, as the owner" }).click();
  await page.getByText("Signed and erased").waitFor();
  await page.goto(`${server.origin}/`);
  const row = page.getByRole("region", { name: "Erased", exact: true }).getByRole("link");
  await row.waitFor();
  assert.match(await row.innerText(), /Erased request[\s\S]*signed by Ada[\s\S]*Art\. 17 GDPR/);
  await photograph(page, "inbox-erased");
  await row.click();
  const gone = page.getByRole("region", { name: "Erased request" });
  for (const said of [basis, "data protection office", "Ada", /statement \d+/]) {
    await gone.getByText(said).waitFor();
  }
  await photograph(page, "request-erased");
  await page.goto(`${server.origin}/settings/erasure/${change.proposal}`);
  await page.getByText("This erasure does not wait any more").waitFor();
  person.behaved(/status of (404|410)/);
});

test("erasure: a person who left is erased, and what they decided stays", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  const added = await asksFor(server, "member", "add", "--name", "Bob", "--role", "reviewer");
  const sign = async (change, button, done) => {
    await page.goto(server.origin + new URL(change.url).pathname);
    await page.getByRole("button", { name: button }).click();
    await page.getByText(done).waitFor();
  };
  await sign(added, "Sign as the owner", "Signed and in force");
  const members = await command(server, "member", "list");
  const bob = members.find(({ name }) => name === "Bob").id;
  const early = await command(server, "erase", "--subject", bob, "--basis", basis).catch((e) => e);
  assert.match(early.stderr, /Remove them first/);
  await sign(await asksFor(server, "member", "remove", bob), "Sign as the owner", "in force");
  const change = await asksFor(server, "erase", "--subject", bob, "--basis", basis);
  await page.goto(server.origin + new URL(change.url).pathname);
  await page.getByRole("heading", { name: "Erase who Bob was" }).waitFor();
  await photograph(page, "erasure-proposal-person");
  await page.getByRole("button", { name: "Withdraw it" }).click();
  await page.getByText("Nothing was erased.").waitFor();
  const again = await asksFor(server, "erase", "--subject", bob, "--basis", basis);
  await sign(again, "Erase for ever, as the owner", "Signed and erased");
  const row = (await command(server, "member", "list")).find((one) => one.id === bob);
  assert.equal(row.name, "");
  assert.ok(row.erased_at);
  person.behaved();
});
