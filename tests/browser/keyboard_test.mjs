import assert from "node:assert/strict";
import { decisionPanel, editText, openRequest, photograph, setUp, test } from "./harness.mjs";

const focused = (page) =>
  page.evaluate(() => document.activeElement?.dataset.request ?? document.activeElement?.tagName);

const rowOf = (page, id) => page.locator(`[data-request="${id}"]`);

// Opens a request that is listed, by keys only.
async function openByKeys(page, id) {
  await rowOf(page, id).waitFor();
  const key = await rowOf(page, id).evaluate((row) => {
    const rows = [...document.querySelectorAll(".row-link")];
    return rows.indexOf(row) < rows.indexOf(document.activeElement) ? "k" : "j";
  });
  for (let press = 0; press < 9 && (await focused(page)) !== id; press += 1) {
    await page.keyboard.press(key);
  }
  assert.equal(await focused(page), id);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What would run" }).waitFor();
}

// Closes the request that is open once `id` is listed: who stands in the list holds new ones back.
async function closeFor(page, id) {
  await rowOf(page, id).waitFor();
  await page.keyboard.press("Escape");
}

test("requests are decided by keys alone, and each level asks for what it must", async (t) => {
  const { person, page, agent } = await setUp(t, { passkey: true });
  const ask = (level) => agent.ask("ops", level, '{"n":1}', { priority: level });
  const medium = await ask("medium");
  await openByKeys(page, medium.id);
  await page.locator(".decision .approve:enabled").waitFor();
  await page.keyboard.press("a");
  await decisionPanel(page).waitFor();
  assert.equal((await agent.status(medium.id)).status, "PENDING");
  await decisionPanel(page).locator(".approve:enabled").waitFor();
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Approved" }).waitFor();

  const high = await ask("high");
  await closeFor(page, high.id);
  await page.waitForFunction((id) => document.activeElement?.dataset.request === id, medium.id);
  await openByKeys(page, high.id);
  await page.locator(".decision .approve:enabled").waitFor();
  await page.keyboard.press("a");
  await decisionPanel(page).locator(".approve:enabled").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel");
  await page.keyboard.press("a");
  await page.waitForTimeout(400);
  assert.equal((await agent.status(high.id)).status, "PENDING");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Approved" }).waitFor();

  const no = await ask("medium");
  await closeFor(page, no.id);
  await openByKeys(page, no.id);
  await page.keyboard.press("r");
  await page.keyboard.type("not today");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Rejected" }).waitFor();
  assert.equal((await agent.status(no.id)).metadata.reason, "not today");
  person.behaved();
});

test("a held key decides nothing, and neither does a script", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("ops", "medium", '{"n":1}');
  await openByKeys(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  const held = Date.now();
  await page.keyboard.down("a");
  while (Date.now() - held < 1500) {
    await page.keyboard.down("a"); // A repeat, as the keyboard sends it.
    await page.waitForTimeout(40);
  }
  await page.keyboard.up("a");
  await page.evaluate(() => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
    document.querySelector(".decision .approve").click();
  });
  await page.waitForTimeout(300);
  assert.equal((await agent.status(id)).status, "PENDING");
  await page.keyboard.press("Escape");
  await page.locator(".decision-bar .approve:enabled").focus();
  await page.evaluate(() => document.querySelector(".decision-bar .approve").click());
  await page.waitForTimeout(300);
  assert.equal(await decisionPanel(page).count(), 0);
  assert.equal((await agent.status(id)).status, "PENDING");
  person.behaved();
});

test("an edit by keys alone; Esc goes back and keeps the draft", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("crm", "update", '{"amount":5000.00,"to":"x"}', {
    priority: "low",
  });
  await openByKeys(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  await page.keyboard.press("e");
  await editText(page, "5000.00", "jkarea?"); // Letters of commands are text here.
  await page.getByText("This is not a JSON value").waitFor();
  await editText(page, "jkarea?", "7");
  await page.getByText("You are changing 1 field").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Go on editing" }).waitFor();
  const text = () => page.evaluate(() => document.activeElement.textContent);
  assert.match(await text(), /^Go on editing/);
  await page.keyboard.press("r");
  await page.getByRole("textbox", { name: "Feedback" }).waitFor();
  await page.keyboard.press("Escape");
  assert.match(await text(), /^Reject/);
  await page.keyboard.press("e");
  await page.getByText("You are changing 1 field").waitFor();
  await page.getByRole("button", { name: "Review 1 field" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".decision-bar .approve:enabled").waitFor();
  await page.keyboard.press("a");
  await decisionPanel(page).locator(".approve:enabled").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  assert.equal(agent.open((await agent.status(id)).patched_payload), '{"amount":7,"to":"x"}');
  person.behaved();
});

test("the sheet lists the keys and switches them off for good", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("crm", "update", '{"a":1}');
  await openRequest(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("a");
  await photograph(page, "keyboard");
  await page.getByLabel("Single-key shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  for (const key of ["a", "r", "e", "j", "?"]) await page.keyboard.press(key);
  await page.waitForTimeout(300);
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(await page.locator(".decision-panel, .edit").count(), 0);
  assert.equal((await agent.status(id)).status, "PENDING");
  await page.reload();
  await page.locator(".decision .approve:enabled").waitFor();
  await page.keyboard.press("a");
  await page.getByRole("button", { name: "Keyboard" }).click();
  await page.getByLabel("Single-key shortcuts").check();
  await page.getByRole("button", { name: "Close" }).click();
  assert.equal((await agent.status(id)).status, "PENDING");
  await page.locator(".decision .approve:enabled").waitFor();
  await page.keyboard.press("a");
  await decisionPanel(page).waitFor();
  person.behaved();
});
