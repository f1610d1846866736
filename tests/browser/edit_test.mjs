import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  Agent,
  approve,
  decisionPanel,
  editText,
  openRequest,
  photograph,
  setUp,
  test,
} from "./harness.mjs";

test("an edit reaches the agent with every byte that nobody touched", async (t) => {
  const { person, page, agent } = await setUp(t);
  const marker = `plain-${randomBytes(12).toString("hex")}`;
  const text =
    `{ "amount":5000.00 ,"id" : 12345678901234567890,"one":1.0,"to":"${marker}",\t"note":` +
    '"caf\\u00e9", "lines":[ {"sku":"A-1","qty":2},{"qty":1} ],"_lp_meta":{"environment":"prod"} }';
  const { id, payload } = await agent.ask("stripe", "refund", text);
  const held = agent.status(id, 25);
  await openRequest(page, id);
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, "5000.00", "50.00");
  await editText(page, '"qty": 2', '"qty": 3');
  await page.getByText("You are changing 2 fields").waitFor();
  await photograph(page, "edit");
  const before = person.seen.posts.length;
  await page.getByRole("button", { name: "Review 2 fields" }).click();
  await page.getByRole("heading", { name: "What would run instead" }).waitFor();
  await page.getByText("9 of 9 values shown").waitFor();
  await photograph(page, "edit-review");
  await page.locator(".decision-bar .approve:enabled").click();
  await photograph(page, "edit-confirm");
  assert.ok(!person.seen.posts.slice(before).some((post) => post.url.endsWith("/decision")));
  await decisionPanel(page).getByRole("button", { name: "Yes, approve with changes" }).click();
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  const answer = await held;
  assert.equal(answer.status, "APPROVED");
  assert.deepEqual(answer.payload, payload);
  const wanted = text.replace("5000.00", "50.00").replace('"qty":2', '"qty":3');
  assert.equal(agent.open(answer.patched_payload), wanted);
  await photograph(page, "edited");
  assert.ok(!person.seen.posts.some((post) => post.body.includes(marker)), "sent in clear");
  person.behaved();
});

test("what the server would refuse is refused in the editor, with its place", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("mail", "send", '{"to":"a\u202eb","n":1}');
  await openRequest(page, id);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.locator(".editor").getByText("⟨U+202E⟩").waitFor();
  const review = page.getByRole("button", { name: /^Review/ });
  const status = page.getByTestId("edit-status");
  await status.getByText("Nothing is changed yet.").waitFor();
  assert.equal(await review.isEnabled(), false);
  await editText(page, '"n": 1', '"to": 1');
  await status.getByText("Line 3, column 3").waitFor();
  await status.getByText("occurs twice", { exact: false }).waitFor();
  await photograph(page, "edit-problem");
  assert.equal(await review.isEnabled(), false);
  await status.getByRole("button").click();
  await page.keyboard.press("End");
  await page.keyboard.type("x");
  await status.getByText("Line 3, column 10").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  person.behaved();
});

test("a draft outlives a lost connection, other requests and a closed editor", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("crm", "update", '{"amount":5000.00}');
  const other = await agent.ask("crm", "read", '{"q":1}');
  await openRequest(page, id);
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, "5000.00", "12.5");
  await page.getByText("You are changing 1 field").waitFor();
  await person.context.setOffline(true);
  await page.getByText("This device is offline.", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "Review 1 field" }).click();
  await page.getByText("Nothing can be approved until the server answers.").waitFor();
  await photograph(page, "edit-offline");
  await person.context.setOffline(false);
  await page.locator(".decision-bar .approve:enabled").waitFor({ timeout: 40_000 });
  await page.locator(`[data-request="${other.id}"]`).click();
  await page.getByText("1 of 1 value shown").waitFor();
  await page.locator(`[data-request="${id}"]`).click();
  await page.getByRole("button", { name: "Go on editing" }).click();
  await page.getByText("You are changing 1 field").waitFor();
  await page.getByRole("button", { name: "Review 1 field" }).click();
  await approve(page);
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  assert.equal(agent.open((await agent.status(id)).patched_payload), '{"amount":12.5}');
  person.behaved(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK/);
});

test("an edit of version 2 and one of a plaintext payload arrive in their own form", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const change = async (id) => {
    await page.locator(`[data-request="${id}"]`).click();
    await page.getByText("1 of 1 value shown").waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    await editText(page, "7.0", "8.0");
    await page.getByRole("button", { name: "Review 1 field" }).click();
    await approve(page);
    await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  };
  const bound = await agent.ask("stripe", "refund", '{ "amount":7.0 }', { version: 2 });
  await change(bound.id);
  const sealed = (await agent.status(bound.id)).patched_payload;
  assert.deepEqual(sealed.ctx, bound.payload.ctx);
  assert.equal(agent.openV2(sealed), '{ "amount":8.0 }');
  if (server.mocked) return;
  await server.command("project", "create", "--name", "clear", "--payloads", "server_sealed");
  await page.reload();
  await page.getByRole("button", { name: "Sign its roster" }).click();
  await page.getByText("has no approvers yet").waitFor({ state: "detached" });
  const plain = new Agent(server.origin, await server.newAgentKey("sms-bot", "clear"));
  const { id } = await plain.askInClear("sms", "send", '{ "cents":7.0 }');
  await change(id);
  const text = await plain.statusText(id);
  assert.ok(text.includes('"patched_payload":{ "cents":8.0 }'), text);
  person.behaved();
});

test("an agent that revises its request makes the draft stale, not wrong", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const { id } = await agent.ask("crm", "update", '{"amount":5000.00}');
  await openRequest(page, id);
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, "5000.00", "1");
  await page.getByText("You are changing 1 field").waitFor();
  await agent.revise(id, 1, '{"amount":9000.00}');
  await page.getByRole("button", { name: "Show version 2" }).click();
  await page.getByText("Your draft was made for an earlier payload").waitFor();
  await page.getByText("9000.00").first().waitFor();
  await photograph(page, "edit-stale");
  assert.equal(await page.getByRole("button", { name: "Edit" }).count(), 0);
  await page.getByRole("button", { name: "Discard the draft" }).click();
  await page.getByRole("button", { name: "Edit" }).waitFor();
  person.behaved();
});
