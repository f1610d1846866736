import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertAccessible } from "./access.mjs";
import {
  approve, binary, filesWith, letGo, openRequest, photograph, setUp, test, waitingTest,
} from "./harness.mjs";

const marked = () => `plain-${randomBytes(12).toString("hex")}`;

// The marker of a payload is nowhere but in the two places that hold the key.
async function assertUnread(server, person, marker) {
  assert.deepEqual(await filesWith(server, marker), []);
  assert.ok(!server.log().includes(marker), "in the server's log");
  assert.ok(!person.seen.bodies.some((body) => body.includes(marker)), "in a response");
  assert.ok(!person.seen.urls.some((url) => url.includes(marker)), "in an address");
}

// The receipt of the page, judged as a stranger would: without server and data.
async function assertProven(server, page, id) {
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download receipt" }).click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), `receipt-${id}.json`);
  const receipt = await readFile(await download.path());
  const folder = await mkdtemp(join(tmpdir(), "receipt-"));
  try {
    const trust = join(folder, "trust.json");
    const place = ["--data", server.data];
    await writeFile(trust, execFileSync(binary, ["trust", "export", ...place]));
    const told = spawnSync(binary, ["verify", "-", "--trust", trust, "--json"], { input: receipt });
    const said = JSON.parse(told.stdout);
    assert.deepEqual([told.status, said.verdict, said.type, said.human, said.request_id],
      [0, "VALID", "decision.approved", "B", id]);
    receipt[receipt.indexOf('"sig"') + 10] ^= 1;
    const changed = spawnSync(binary, ["verify", "-", "--trust", trust], { input: receipt });
    assert.equal(changed.status, 40);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("ask, see, approve: the held poll answers with the same envelope", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const marker = marked();
  const text = `{"amount":5000.00,"to":"${marker}","_lp_meta":{"environment":"prod"}}`;
  const { id, payload } = await agent.ask("stripe", "refund", text, {
    metadata: { environment: "prod", trace_id: "4bf92f3577b34da6" },
  });
  const held = agent.status(id, 25);
  await openRequest(page, id);
  await page.getByText(marker).waitFor();
  await page.getByText("5000.00", { exact: true }).waitFor();
  assert.equal(await page.getByTestId("leaf-count").textContent(), "3 of 3 values shown");
  await page.getByText("It is connected and waits for your answer.").waitFor();
  await photograph(page, "request");
  await approve(page);
  const answer = await held;
  assert.equal(answer.status, "APPROVED");
  assert.deepEqual(answer.payload, payload);
  assert.ok(!answer.patched_payload);
  await page.getByText("Delivered to the agent").waitFor();
  await page.getByText("Logged").waitFor();
  await photograph(page, "request-approved");
  await assertProven(server, page, id);
  await page.getByText("checkpoint", { exact: true }).click();
  assert.match(await page.locator(".checkpoint pre").textContent(), /^\S+\/p\/[0-9a-f]{32}\n\d+\n/);
  await assertUnread(server, person, marker);
  person.behaved();
});

test("a rejection and its reason reach the agent", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const marker = marked();
  const { id } = await agent.ask("db", "sql", `{"query":"DELETE FROM t -- ${marker}"}`);
  const held = agent.status(id, 25);
  await openRequest(page, id);
  await page.getByText(marker).first().waitFor(); // In the reading and among the values.
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByText("The server and the agent can read this.").waitFor();
  await page.getByLabel("Feedback for the agent").fill("Run it in staging first.");
  await photograph(page, "request-reject");
  await page.getByRole("button", { name: "Send rejection" }).click();
  const answer = await held;
  assert.equal(answer.status, "REJECTED");
  assert.equal(answer.metadata.reason, "Run it in staging first.");
  await page.getByText("Delivered to the agent").waitFor();
  await photograph(page, "request-rejected");
  await assertUnread(server, person, marker);
  person.behaved();
});

test("without the key a request can be rejected unseen and not be approved", async (t) => {
  const { person, page, agent } = await setUp(t, { withKey: false });
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, id);
  await page.getByText("This browser has no content key").waitFor();
  await page.waitForTimeout(1200);
  assert.equal(await page.locator(".approve").count(), 0);
  await page.getByRole("button", { name: "Reject unseen" }).click();
  await page.getByText("The record will say").waitFor();
  await page.getByRole("button", { name: "Send rejection" }).click();
  await page.getByRole("heading", { name: "Rejected" }).waitFor();
  assert.equal((await agent.status(id)).status, "REJECTED");
  person.behaved();
});

test("a version 2 envelope opens by the key that it names, and no other is tried", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id, payload } = await agent.ask("stripe", "refund", '{"amount":7}', { version: 2 });
  const held = agent.status(id, 25);
  await openRequest(page, id);
  await page.getByText("1 of 1 value shown").waitFor();
  await approve(page);
  const answer = await held;
  assert.equal(answer.status, "APPROVED");
  assert.deepEqual(answer.payload, payload);
  agent.contentKey = randomBytes(32);
  const other = await agent.ask("stripe", "refund", '{"amount":8}', { version: 2 });
  await openRequest(page, other.id);
  await page.getByText("None of your content keys opens this request").waitFor();
  await page.getByText(/It is encrypted with the key \w+-\w+-\w+-\w+/).waitFor();
  assert.equal(await page.locator(".approve").count(), 0);
  person.behaved();
});

test("another key than the agent's is named, and approve is not there", async (t) => {
  const { person, page, agent } = await setUp(t);
  agent.contentKey = randomBytes(32);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, id);
  await page.getByText("None of your content keys opens this request").waitFor();
  await photograph(page, "request-wrong-key");
  await page.waitForTimeout(1200);
  assert.equal(await page.locator(".approve").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Reject unseen" }).isEnabled(), true);
  person.behaved();
});

test("approve waits until the page has been in front of somebody", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("crm", "update", '{"a":1}', { priority: "low" });
  await page.locator(`[data-request="${id}"]`).click();
  const button = page.locator(".decision .approve");
  await button.waitFor();
  assert.equal(await button.isEnabled(), false);
  assert.equal(await page.getByRole("button", { name: "Reject" }).isEnabled(), true);
  await page.locator(".decision .approve:enabled").waitFor();
  // Another window in front, as the browser tells it.
  await page.evaluate(() => {
    document.hasFocus = () => false;
    window.dispatchEvent(new Event("blur"));
  });
  await page.locator(".decision .approve:disabled").waitFor();
  person.behaved();
});

test("a payload with two meanings cannot be approved", async (t) => {
  const { person, page, agent } = await setUp(t);
  const twice = await agent.ask("billing", "charge", '{"amount":10,"amount":9000}');
  await openRequest(page, twice.id);
  await page.getByText("This payload cannot be approved here").waitFor();
  await photograph(page, "request-disarmed");
  assert.equal(await page.locator("[data-leaf]").count(), 2);
  const half = await agent.ask("mail", "send", '{"subject":"\\ud800"}');
  await letGo(page);
  await page.locator(`[data-request="${half.id}"]`).click();
  await page.getByText("lone surrogate", { exact: false }).waitFor();
  await page.getByText("⟨U+D800⟩").waitFor();
  assert.equal(await page.locator(".approve").count(), 0);
  person.behaved();
});

test("what would be invisible or changed is shown as it was sent", async (t) => {
  const { person, page, agent } = await setUp(t);
  const text =
    '{"n":12345678901234567890,"one":1.0,"file":"invoice\u202efdp.exe","z":"a\u200bb",' +
    '"__proto__":{"x":1},"html":"<img src=x onerror=alert(1)>","long":"' +
    `${"word ".repeat(2000)}"}`;
  const { id } = await agent.ask("ledger", "transfer", text);
  await openRequest(page, id);
  for (const shown of ["12345678901234567890", "1.0", "⟨U+202E⟩", "⟨U+200B⟩", "__proto__"]) {
    await page.getByText(shown, { exact: true }).first().waitFor();
  }
  await page.getByText("<img src=x onerror=alert(1)>").waitFor();
  await page.getByText("10,000 characters").waitFor();
  await page.getByText("many programs would change this number").waitFor();
  assert.equal(await page.getByTestId("leaf-count").textContent(), "7 of 7 values shown");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false);
  await page.getByRole("tab", { name: "JSON" }).click();
  await page.getByText("12345678901234567890").last().waitFor();
  await photograph(page, "request-nasty");
  person.behaved();
});

waitingTest("when the agent has stopped waiting, approving asks once more", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("crm", "update", '{"a":1}', { priority: "low" });
  const left = new AbortController();
  const poll = agent.status(id, 25, left.signal).catch(() => undefined);
  await openRequest(page, id);
  await page.getByText("It is connected and waits for your answer.").waitFor();
  left.abort();
  await poll;
  await page.getByText(/It stopped waiting/).waitFor({ timeout: 60_000 });
  await page.locator(".decision .approve:enabled").click();
  await page.getByText(/The agent stopped waiting/).waitFor();
  await photograph(page, "request-agent-gone");
  assert.equal((await agent.status(id)).status, "PENDING");
  await page.locator(".decision-panel.confirm .approve:enabled").click();
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved();
});

test("a critical request takes the page, a typed value, a reason and a passkey", async (t) => {
  const { person, page, agent } = await setUp(t, { passkey: true });
  const { id } = await agent.ask("iam", "grant_role", '{"user":"eve","env":"prod-eu"}', {
    priority: "critical",
  });
  await openRequest(page, id);
  await page.waitForTimeout(1000);
  await photograph(page, "request-critical");
  assert.equal(await page.locator(".list").isVisible(), false);
  await page.locator(".decision .approve:enabled").click();
  const sign = page.locator(".decision-panel.confirm .approve");
  await page.waitForTimeout(700);
  assert.equal(await sign.isEnabled(), false);
  // Of the payload, as it is shown; another test types the action's name, for want of one.
  const value = page.getByLabel("Type the value of env");
  await value.fill("prod-eu");
  await page.getByLabel("Why it may run").fill("  eleven char  ");
  assert.equal(await sign.isEnabled(), false);
  await page.getByLabel("Why it may run").fill("on call until Monday");
  await sign.and(page.locator(":enabled")).waitFor();
  await value.fill("prod");
  assert.equal(await sign.isEnabled(), false);
  await value.fill("prod-eu");
  await photograph(page, "request-critical-confirm");
  await sign.and(page.locator(":enabled")).click();
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  assert.equal((await agent.status(id)).metadata.reason, "on call until Monday");
  person.behaved();
});

test("a critical request takes the number that the waiting program shows", async (t) => {
  const { server, person, page, agent } = await setUp(t, { passkey: true });
  if (server.mocked) return;
  const { id } = await agent.ask(
    "iam",
    "grant_role",
    '{"user":"eve","env":"prod-eu"}',
    { priority: "critical", capabilities: ["number_match"] },
  );
  const shown = async () => (await agent.status(id)).number_match;
  assert.equal((await shown()).tries_left, 3);
  await openRequest(page, id);
  await page.locator(".decision .approve:enabled").click();
  const sign = page.locator(".decision-panel.confirm .approve");
  const number = page.getByLabel("Type the number that the program shows which asked");
  await page.getByLabel("Why it may run").fill("on call until Monday");
  await number.fill("12a");
  assert.equal(await number.inputValue(), "12");
  assert.equal(await sign.isEnabled(), false);
  await page.getByText("3 tries left.").waitFor();
  await assertAccessible(page, "the number at critical");
  await photograph(page, "request-critical-number");
  const types = async (digits) => {
    await number.fill(digits);
    await sign.and(page.locator(":enabled")).click();
  };
  const wrong = async () => ((await shown()).number === "000" ? "001" : "000");
  await types(await wrong());
  await page.getByText("That is not the number", { exact: true }).waitFor();
  await page.getByText("2 tries left; after that").waitFor();
  assert.equal(await number.inputValue(), "");
  await photograph(page, "request-critical-number-wrong");
  await types(await wrong());
  await page.getByText("1 try left; after that").waitFor();
  await types(await wrong());
  await page.getByText("This version cannot be approved any more", { exact: true }).waitFor();
  assert.equal(await page.locator(".decision .approve").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Reject" }).isEnabled(), true);
  assert.equal((await shown()).locked, true);
  await photograph(page, "request-critical-number-locked");
  await agent.revise(id, 1, '{"user":"eve","env":"prod-us"}');
  await page.getByRole("button", { name: "Show version 2" }).click();
  await page.locator(".decision .approve:enabled").click();
  await page.getByLabel("Why it may run").fill("on call until Monday");
  await types((await shown()).number);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved(/status of 409/);
});

test("holding the button approves at medium without a second press", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, id);
  const button = page.locator(".decision-bar .approve");
  await button.and(page.locator(":enabled")).hover();
  await page.mouse.down();
  await page.waitForTimeout(250);
  await page.mouse.up();
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await agent.status(id)).status, "PENDING");
  await button.and(page.locator(":enabled")).hover();
  await page.mouse.down();
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  await page.mouse.up();
  assert.equal((await agent.status(id)).status, "APPROVED");
  person.behaved();
});

test("above medium nothing is armed before all of it has been on screen", async (t) => {
  const { person, page, agent } = await setUp(t, { passkey: true });
  const rows = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`field_${n}`, n]));
  const text = JSON.stringify({ ...rows, reason: "the customer asked for all of it" });
  const { id } = await agent.ask("db", "migrate", text, { priority: "high" });
  await openRequest(page, id);
  await page.getByText("1 not yet shown", { exact: false }).waitFor();
  await page.waitForTimeout(1000);
  assert.equal(await page.locator(".decision .approve").isEnabled(), false);
  await page.locator(".agent-says summary").evaluate((summary) => summary.click());
  await page.getByText(/\d+ parts have not been on screen yet\./).waitFor();
  await photograph(page, "request-high");
  const armed = page.locator(".decision .approve:enabled");
  await page.locator(".fact").first().hover();
  while ((await page.getByText("not been on screen yet").count()) > 0) {
    await page.mouse.wheel(0, 300);
    await page.waitForTimeout(100);
  }
  await armed.waitFor();
  assert.equal(await page.getByTestId("leaf-count").textContent(), "81 of 81 values shown");
  person.behaved();
});

waitingTest("a deadline that passes takes the buttons away and never approves", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}', { decide_in: 12 });
  await openRequest(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  await page.locator(".time-left").first().waitFor();
  await page.locator(".decision").waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "Nobody decided in time" }).waitFor();
  const answer = await agent.status(id);
  assert.equal(answer.status, "REJECTED");
  await photograph(page, "request-expired");
  person.behaved();
});
