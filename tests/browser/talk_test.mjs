import assert from "node:assert/strict";
import { createDecipheriv, hkdfSync } from "node:crypto";
import { assertAccessible } from "./access.mjs";
import {
  approve,
  desk,
  editText,
  filesWith,
  letGo,
  openRequest,
  photograph,
  setUp,
  test,
} from "./harness.mjs";

const row = (page, id) => page.locator(`[data-request="${id}"]`);
const split = (page, name) =>
  page.getByRole("navigation", { name: "Whose turn" }).getByRole("link", { name, exact: true });
const listens = { capabilities: ["request_changes"] };

// What a note says, opened by a program that knows spec/encryption.md and nothing of the page.
function words(contentKey, { ctx, salt, iv, ct }) {
  const aad = JSON.stringify(Object.fromEntries(Object.entries(ctx).sort()));
  const info = Buffer.from(`lp-note/1\0${aad}`);
  const key = hkdfSync("sha256", contentKey, Buffer.from(salt, "base64"), info, 32);
  const sealed = Buffer.from(ct, "base64");
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key), Buffer.from(iv, "base64"));
  decipher.setAAD(Buffer.from(aad)).setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(0, -16)).toString() + decipher.final();
}

test("reviewers talk, ask the agent for changes, and see what its next version is", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  const secret = "plum-marker-7731";
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000,"to":"acct_99"}', listens);
  const other = await person.context.newPage();
  await other.goto(server.origin);
  await openRequest(page, id);
  await openRequest(other, id);

  await page.bringToFront();
  await page.keyboard.press("c");
  await page.keyboard.type(`is this <b>right</b>? ${secret}`);
  await page.keyboard.press("Control+Enter");
  await page.getByText(`is this <b>right</b>? ${secret}`).waitFor();
  await other.getByText(`is this <b>right</b>? ${secret}`).waitFor();

  const held = agent.status(id, 30);
  await page.getByRole("button", { name: "Ask for changes" }).click();
  await page.getByLabel("What shall the agent change?").fill(`half of it ${secret}`);
  await assertAccessible(page, "asking for changes");
  await page.getByRole("button", { name: "Send to the agent" }).click();
  await page.getByText("You asked the agent for changes", { exact: true }).waitFor();
  const [told] = (await held).changes_requested;
  assert.equal(words(contentKey, told.note), `half of it ${secret}`);
  assert.equal(told.note.ctx.request_id, id);
  assert.equal(await page.getByRole("button", { name: "Ask for changes" }).count(), 0);
  await photograph(page, "talk");
  assert.deepEqual(await filesWith(server, secret), [], "the server keeps no word of it");
  const leaks = [...person.seen.posts.map(({ body }) => body), ...person.seen.bodies];
  assert.equal(leaks.filter((text) => text.includes(secret)).length, 0);

  await agent.revise(id, 1, '{"amount":2500,"to":"acct_99"}');
  await page.getByRole("button", { name: "Show version 2" }).click();
  await page.getByText("Since version 1, which you read, 1 field changed").waitFor();
  // For whoever comes to it now, from the versions that the server keeps.
  await other.reload();
  await other
    .getByRole("heading", { name: "The agent changed 1 field since version 1" })
    .waitFor();
  await other.bringToFront();
  await other.getByRole("button", { name: "Edit" }).click();
  await editText(other, "2500", "2000");
  await other.getByRole("button", { name: "Review 1 field" }).click();
  await other.getByRole("heading", { name: "What would run instead" }).waitFor();
  await approve(other);
  await other.getByRole("heading", { name: "Approved with changes" }).waitFor();
  const { diff_summary: summary } = await agent.status(id);
  assert.deepEqual(JSON.parse(words(contentKey, summary.note)), {
    changes: [{ pointer: "/amount", change: "changed", from: "number", to: "number" }],
  });
  person.behaved();
});

test("the inbox shows whose turn it is, and what is put off is out of the way", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id: mine } = await agent.ask("stripe", "refund", '{"amount":1}');
  const { id: later } = await agent.ask("stripe", "payout", '{"amount":2}');
  const { id: grave } = await agent.ask("iam", "grant", '{"role":"admin"}', { priority: "high" });
  // Before the pointer is in the list, which holds back what comes then.
  for (const id of [later, grave]) await row(page, id).waitFor();
  await openRequest(page, mine);
  await page.getByRole("heading", { name: "Whose turn" }).waitFor();
  // A client that cannot be asked for changes gets the feedback with the no.
  assert.equal(await page.getByRole("button", { name: "Ask for changes" }).count(), 0);
  await page.keyboard.press("r");
  await page.getByLabel("Feedback for the agent").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await row(page, mine).getByText("for Ada").waitFor();
  await openRequest(page, later);
  await page.keyboard.press("s");
  await page.getByText("for you alone", { exact: false }).waitFor();
  await letGo(page);
  await row(page, later).waitFor({ state: "detached" });
  await photograph(page, "turn");

  await page.keyboard.press("Escape");
  await split(page, "Mine").click();
  await row(page, mine).waitFor();
  assert.equal(await page.locator(".row").count(), 1);
  await page.keyboard.press("4");
  await row(page, grave).waitFor();
  assert.match(page.url(), /split=thought/);
  assert.equal(await page.locator(".row").count(), 1);
  await page.goto(`${new URL(page.url()).origin}/?split=later`);
  await row(page, later).waitFor();
  await assertAccessible(page, "the inbox of what is put off");
  await photograph(page, "splits", desk);
  await openRequest(page, later);
  await page.getByRole("button", { name: "Bring it back" }).click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  await row(page, later).waitFor();
  person.behaved();
});

test("requests that ask exactly the same are decided together, each signed", async (t) => {
  const { person, page, agent } = await setUp(t);
  const asked = [];
  for (const amount of [1, 1, 1, 2]) {
    asked.push((await agent.ask("crm", "update", `{"amount":${amount}}`)).id);
  }
  await openRequest(page, asked[0]);
  await page.getByText("2 more requests ask exactly this").waitFor();
  await page.getByLabel("Decide them as I decide this one").check();
  await photograph(page, "same", desk);
  await approve(page);
  await page.getByText("Decided 2 more that asked exactly this").waitFor();
  for (const id of asked.slice(0, 3)) assert.equal((await agent.status(id)).status, "APPROVED");
  assert.equal((await agent.status(asked[3])).status, "PENDING");
  const cores = person.seen.posts.filter(({ url }) => url.endsWith("/decision"));
  const signed = cores.map(({ body }) => JSON.parse(JSON.parse(body).core).request_id);
  assert.deepEqual(signed.sort(), asked.slice(0, 3).sort());
  person.behaved();
});
