// From the decision of a person to the verdict of a stranger, in two browsers: the receipt is the
// one that the dashboard hands out, and the trust file that of the server.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { assertGood } from "./access.mjs";
import { approve, binary, openBrowser, openRequest, setUp, test } from "./harness.mjs";

async function downloadedReceipt(page) {
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download receipt" }).click();
  const download = await downloading;
  const text = await readFile(await download.path(), "utf8");
  return { name: download.suggestedFilename(), text };
}

// Somebody else's browser: signed in nowhere, and without a network once the page is there.
async function openStranger(t, server) {
  const stranger = await openBrowser(t, server);
  const { page } = stranger;
  await page.goto(`${server.origin}/verify`);
  await page.getByRole("heading", { name: "Check a receipt" }).waitFor();
  await page.evaluate(() => document.fonts.ready);
  await stranger.context.setOffline(true);
  return stranger;
}

// As a person drags them out of a folder, both at once.
async function drop(page, ...files) {
  const dropped = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.locator(".slot").first().dispatchEvent("drop", { dataTransfer: dropped });
}

test("verify: a receipt from the dashboard is valid before a stranger", async (t) => {
  const { server, page, agent } = await setUp(t);
  if (server.mocked) return;
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00,"to":"acct_99"}', {
    metadata: { environment: "prod" },
  });
  await openRequest(page, id);
  await approve(page);
  await page.getByText("Logged").waitFor();
  const receipt = await downloadedReceipt(page);
  assert.equal(receipt.name, `receipt-${id}.json`);
  const words = ["trust", "export", "--data", server.data];
  const trust = { name: "trust.json", text: execFileSync(binary, words, { encoding: "utf8" }) };

  const stranger = await openStranger(t, server);
  const before = stranger.seen.urls.length;
  await drop(stranger.page, receipt, trust);
  await stranger.page.locator('[data-verdict="VALID"]').waitFor();
  const story = stranger.page.getByRole("region", { name: "A request was approved" });
  for (const shown of [
    "stripe / refund in prod", id, "with a device key", "class B", "logged (L1)",
    JSON.parse(trust.text).origin,
  ]) {
    await story.getByText(shown).first().waitFor();
  }
  assert.equal(await stranger.page.locator(".check.failed").count(), 0);
  await assertGood(stranger.page, "verify-real");

  const at = receipt.text.indexOf('"statement":"') + 200;
  const other = receipt.text[at] === "A" ? "B" : "A";
  const text = `${receipt.text.slice(0, at)}${other}${receipt.text.slice(at + 1)}`;
  await drop(stranger.page, { name: "changed.json", text });
  await stranger.page.locator('[data-verdict="INVALID"]').waitFor();
  assert.deepEqual(stranger.seen.urls.slice(before), []);
  stranger.behaved();
});
