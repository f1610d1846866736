import assert from "node:assert/strict";
import { approve, editText, longTest, openRequest, photograph, setUp, test } from "./harness.mjs";

test("three megabytes draw, and what is left out is counted", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const line = "All work and no play makes Jack a dull boy. ";
  const text = `{"to":"acct_99","log":"${line.repeat(Math.floor(2_900_000 / line.length))}END"}`;
  const { id } = await agent.ask("files", "write", text);
  const held = agent.status(id, 25);
  await page.goto(`${server.origin}/requests/${id}`);
  await page.getByRole("heading", { name: "What would run" }).waitFor();
  await page.getByText("END", { exact: false }).first().waitFor();
  const left = /2,89\d,\d{3} characters are not shown here/;
  await page.getByText(left).waitFor();
  await page.getByText("1 not yet shown", { exact: false }).waitFor();
  assert.equal(await page.getByTestId("leaf-count").textContent(), "1 of 2 values shown");
  await photograph(page, "request-long");
  await page.waitForTimeout(1000);
  assert.equal(await page.locator(".decision .approve").isEnabled(), false);
  await page.getByRole("button", { name: /Show all 2,89/ }).click();
  await page.getByText("2 of 2 values shown").waitFor();
  await photograph(page, "request-long-all");
  await approve(page);
  assert.equal((await held).status, "APPROVED");
  person.behaved();
});

// Of `count` rows of two values; `left`: how many lines are not yet drawn, each time that one asks.
async function drawsInParts(t, count, left) {
  const { person, page, agent } = await setUp(t);
  const rows = Array.from({ length: count }, (_, n) => `{"id":${n},"ok":true}`);
  const { id } = await agent.ask("db", "insert", `{"rows":[${rows.join(",")}]}`);
  await openRequest(page, id);
  await page.getByText("not yet shown", { exact: false }).waitFor();
  // The next part is asked for when this one is drawn.
  for (const lines of left) {
    await page.locator(".not-shown", { hasText: `${lines} more rows` }).waitFor();
    await page.getByRole("button", { name: /^Show (5,000 more|them)$/ }).click();
  }
  const all = (2 * count).toLocaleString("en");
  await page.getByText(`${all} of ${all} values shown`).waitFor();
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved();
}

test("a payload of many values draws in parts and is approved whole", (t) =>
  drawsInParts(t, 2500, ["6,901", "1,901"]));
longTest("a payload of sixteen thousand values draws in parts and is approved whole", 2, (t) =>
  drawsInParts(t, 8000, ["23,401", "18,401", "13,401", "8,401", "3,401"]));

test("a long payload can be edited, and the rest of it stays as it was", async (t) => {
  const { person, page, agent } = await setUp(t);
  const line = "All work and no play makes Jack a dull boy. ";
  const text = `{"to":"acct_99","log":"${line.repeat(20_000)}END"}`;
  const { id } = await agent.ask("files", "write", text);
  await openRequest(page, id);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.locator(".decision .approve:enabled").waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, "acct_99", "acct_1");
  await page.getByRole("button", { name: "Review 1 field" }).click();
  await page.getByRole("button", { name: "Show all" }).click();
  await approve(page);
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  const wanted = text.replace("acct_99", "acct_1");
  assert.ok(agent.open((await agent.status(id)).patched_payload) === wanted, "other bytes");
  person.behaved();
});
