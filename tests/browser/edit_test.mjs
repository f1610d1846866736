import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { decisionPanel, editText, openRequest, photograph, setUp, test } from "./harness.mjs";

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
