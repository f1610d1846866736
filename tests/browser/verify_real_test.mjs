// From the decision of a person to the verdict of a stranger, in two browsers: the receipt is the
// one that the dashboard hands out, and the trust file that of the server.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertGood } from "./access.mjs";
import { approve, binary, longTest, openBrowser, openRequest, setUp, test } from "./harness.mjs";

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

// Five hundred files that differ from the receipt in one byte each, from its first to its last.
function changedBytes(receipt, count) {
  const bytes = Buffer.from(receipt.trimEnd());
  return Array.from({ length: count }, (_, n) => {
    const copy = Buffer.from(bytes);
    const at = Math.floor((n * (bytes.length - 1)) / (count - 1));
    copy[at] ^= 1 << (n % 7);
    if (copy[at] === 10) copy[at] ^= 64; // A line feed would make two of it.
    return copy;
  });
}

longTest("verify: five hundred changed receipts get the verdict of the program", 4, async (t) => {
  const { server, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00,"to":"acct_99"}');
  await openRequest(page, id);
  await approve(page);
  await page.getByText("Logged").waitFor();
  const receipt = await downloadedReceipt(page);
  const words = ["trust", "export", "--data", server.data];
  const trust = { name: "trust.json", text: execFileSync(binary, words, { encoding: "utf8" }) };
  const all = [Buffer.from(receipt.text.trimEnd()), ...changedBytes(receipt.text, 499)];
  const folder = await mkdtemp(join(tmpdir(), "lp-verify-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "trust.json"), trust.text);
  await writeFile(
    join(folder, "all.jsonl"),
    Buffer.concat(all.flatMap((one) => [one, Buffer.from("\n")])),
  );
  const judged = spawnSync(
    binary,
    ["verify", join(folder, "all.jsonl"), "--trust", join(folder, "trust.json"), "--json"],
    { encoding: "utf8", maxBuffer: 1 << 30 },
  );
  const verdicts = judged.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).verdict);
  assert.equal(verdicts.length, all.length, judged.stderr);
  const stranger = await openStranger(t, server);
  const inputs = stranger.page.locator('input[type="file"]');
  await inputs.nth(1).setInputFiles(join(folder, "trust.json"));
  await inputs.first().setInputFiles(join(folder, "all.jsonl"));
  const valid = verdicts.filter((verdict) => verdict === "VALID").length;
  await stranger.page.getByRole("heading", { name: `${valid} of 500 valid` }).waitFor();
  for (const [verdict, word] of [
    ["INVALID", "Invalid"],
    ["INDETERMINATE", "Indeterminate"],
  ]) {
    const count = verdicts.filter((one) => one === verdict).length;
    console.log(`    ${word}: ${count}`);
    if (count === 0) continue;
    await stranger.page
      .locator(".segments button", { hasText: new RegExp(` ${count}$`) })
      .first()
      .waitFor();
  }
  assert.equal(valid, 1, "a changed receipt is valid");
});

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
    "stripe / refund in prod",
    id,
    "with a device key",
    "class B",
    "logged (L1)",
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
