import assert from "node:assert/strict";
import { approve, openRequest, photograph, setUp, test } from "./harness.mjs";

async function openLog(page, server) {
  await page.goto(`${server.origin}/audit`);
  await page.getByRole("button", { name: /^Entry 0,/ }).waitFor();
}

const counted = (page) => page.locator(".audit-count");
const row = (page, index) =>
  page.locator(".log-space .log-row").filter({
    has: page.getByRole("button", { name: `Entry ${index},` }),
  });

async function decideSome(t) {
  const setting = await setUp(t);
  const { page, agent } = setting;
  const { id } = await agent.ask("stripe", "refund", '{"amount":20}');
  await openRequest(page, id);
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  await agent.ask("db", "sql", '{"verb":"DROP"}');
  return { ...setting, id };
}

test("the log is shown, searched, opened to the letter and verified in the browser", async (t) => {
  const { server, page, person, id } = await decideSome(t);
  await openLog(page, server);
  await page.getByText("Decided: approved").first().waitFor();
  await photograph(page, "audit");

  await page.getByRole("button", { name: "Verify in this browser" }).click();
  await page.getByText(/entries, 0 problems/).waitFor();
  await photograph(page, "audit-verified");
  // The root that was verified is remembered: a second time it is compared with.
  await page.getByRole("button", { name: "Verify again" }).click();
  await page.getByText(/entries, 0 problems/).waitFor();

  await page.getByLabel("Find in the log").fill(`stream:${id} type:review`);
  await page.getByText(/^1 found among/).waitFor();
  assert.match(page.url(), /q=stream/);
  await page.getByLabel("Find in the log").fill("colour:red");
  await page.getByText("colour is not known.").waitFor();
  await page.getByLabel("Find in the log").fill("");
  await page.getByRole("button", { name: /^decision/ }).click();
  await page.getByText(/^1 found among/).waitFor();

  await page.locator(".log-space .log-row").first().click();
  const drawer = page.locator(".entry-drawer");
  await drawer.getByText('"type":"decision.approved"').waitFor();
  await drawer.getByText("root, signed by the log's key").waitFor();
  await photograph(page, "audit-entry");
  await drawer.getByRole("button", { name: "all its events" }).click();
  await page.getByText(/found among/).waitFor();
  assert.match(page.url(), new RegExp(`stream%3A${id}`));
  person.behaved();
});

test("a changed statement is found where it stands, and what follows is not proven", async (t) => {
  const { server, page, person } = await decideSome(t);
  // A server that lies about one entry, to whoever asks.
  const lied = 3;
  await page.context().route(/\/log\/[0-9a-f]+\/statements/, async (route) => {
    const reply = await route.fetch();
    const body = await reply.json();
    for (const leaf of body.leaves.filter(({ index }) => index === lied)) {
      const text = Buffer.from(leaf.statement, "base64").toString();
      leaf.statement = Buffer.from(text.replace(/"time":"2/, '"time":"3')).toString("base64");
    }
    await route.fulfill({ response: reply, json: body });
  });
  await openLog(page, server);
  await page.getByRole("button", { name: "Verify in this browser" }).click();
  await page.getByText(`Entry ${lied} does not hold`).waitFor();
  await page.getByText("Check: leaf.").waitFor();
  await row(page, lied).getByText("wrong").waitFor();
  await row(page, lied + 1).getByText("unproven").waitFor();
  assert.equal(await row(page, lied - 1).getByText("unproven").count(), 0);
  await photograph(page, "audit-changed");
  person.behaved();
});

test("new entries are counted and shown when asked for", async (t) => {
  const { server, page, person, agent } = await decideSome(t);
  await page.clock.install();
  await openLog(page, server);
  const before = Number.parseInt(await counted(page).textContent(), 10);
  await agent.ask("db", "sql", '{"verb":"TRUNCATE"}');
  await page.clock.runFor(11_000);
  await page.getByRole("button", { name: "Show 1 new" }).click();
  await page.getByRole("button", { name: `Entry ${before}, Asked` }).waitFor();
  person.behaved();
});
