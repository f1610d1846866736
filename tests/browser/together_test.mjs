// Several requests of one action, read in full on one page and decided by one signature.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { binary, photograph, setUp, test } from "./harness.mjs";

const run = promisify(execFile);
const high = { priority: "high" };
const payload = (amount) => `{"amount":${amount},"to":"acct_${amount}"}`;

const row = (page, id) => page.locator(`[data-request="${id}"]`);
const item = (page, id) => page.locator(`[data-together="${id}"]`);
const selected = (page, count) => page.getByText(`${count} selected`, { exact: true });

// Puts every value of every one of them on screen, as whoever reads does.
async function readAll(page) {
  const approve = page.locator(".decision-bar .approve:enabled");
  const next = page.getByRole("button", { name: "Show the next" });
  for (;;) {
    await approve.or(next).first().waitFor();
    if (await approve.isVisible()) return approve;
    // It goes when the last was seen.
    await next.click({ timeout: 2000 }).catch(() => undefined);
  }
}

async function signAll(page, count) {
  const approve = await readAll(page);
  await approve.click();
  const panel = page.getByRole("group", { name: "Confirm the approvals" });
  await panel.getByText(`${count} requests`).waitFor();
  await photograph(page, `together-confirm-${count}`);
  await panel.locator(".approve:enabled").click();
}

async function receiptsOf(t, server, page, ids) {
  const folder = await mkdtemp(join(tmpdir(), "lp-together-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { stdout: trust } = await run(binary, ["trust", "export", "--data", server.data]);
  await writeFile(join(folder, "trust.json"), trust);
  const receipts = [];
  for (const id of ids) {
    const path = join(folder, `${id}.json`);
    const text = await page.evaluate(
      async (url) => (await fetch(url)).text(),
      `/api/review/requests/${id}/receipt`,
    );
    await writeFile(path, text);
    receipts.push({ path, text });
  }
  return { trust: join(folder, "trust.json"), receipts };
}

test("one gesture decides what was read together, each with a receipt of its own", async (t) => {
  const { server, person, page, agent } = await setUp(t, { passkey: true });
  if (server.mocked) return;
  const asked = [];
  for (const amount of [11, 22, 33, 44]) {
    asked.push((await agent.ask("stripe", "refund", payload(amount), high)).id);
  }
  const { id: other } = await agent.ask("stripe", "payout", payload(99), high);
  const [gone, ...rest] = asked;
  await row(page, other).waitFor();

  // By keys: x selects, Shift with j or k goes on; what does not belong is refused with the reason.
  await row(page, asked[3]).focus();
  await page.keyboard.press("x");
  await selected(page, 1).waitFor();
  for (const count of [2, 3, 4]) {
    await page.keyboard.press("Shift+J");
    await selected(page, count).waitFor();
  }
  await row(page, other).focus();
  await page.keyboard.press("x");
  await page.getByText("stripe / payout was not selected. It is of another action").waitFor();
  await selected(page, 4).waitFor();
  await photograph(page, "together-selected");

  await page.getByRole("link", { name: "Read all 4" }).click();
  for (const [at, id] of asked.entries()) {
    const amount = ["11", "22", "33", "44"][at];
    await item(page, id).locator(".value", { hasText: amount }).first().waitFor();
  }
  await photograph(page, "together-read");
  // One of them is withdrawn while it is read: it is left out, and the others count.
  await agent.cancel(gone);
  await item(page, gone).getByText("Cancelled").waitFor();
  await photograph(page, "together-withdrawn");
  await signAll(page, 3);
  await page.getByText("3 of 3 approved by one signature").waitFor();
  await photograph(page, "together-decided");
  for (const id of rest) assert.equal((await agent.status(id)).status, "APPROVED");
  assert.equal((await agent.status(other)).status, "PENDING");

  // One signature, over what the page has made of what it showed.
  const sent = person.seen.posts.filter(({ url }) => url.endsWith("/api/review/batches"));
  assert.equal(sent.length, 1);
  const { head, clientDataJSON, items } = JSON.parse(sent[0].body);
  const challenge = createHash("sha256").update("lp-batch/1\0").update(head).digest();
  const client = JSON.parse(Buffer.from(clientDataJSON, "base64").toString());
  assert.equal(client.challenge, challenge.toString("base64url"));
  assert.deepEqual(items.map(({ request }) => request).sort(), [...rest].sort());
  assert.equal(JSON.parse(head).size, 3);

  const { trust, receipts } = await receiptsOf(t, server, page, rest);
  const signatures = new Set();
  for (const { path, text } of receipts) {
    const require = ["--trust", trust, "--require", "human=passkey"];
    assert.match((await run(binary, ["verify", path, ...require])).stdout, /VALID/);
    const [human] = JSON.parse(text).humans;
    assert.equal(human.batch.path.length > 0, true);
    signatures.add(human.signature);
  }
  assert.equal(signatures.size, 1);
  await run(binary, ["log", "verify", "--data", server.data, "--trust", trust]);

  // At medium by the browser's own key, and a no with one reason.
  const low = [];
  for (const amount of [1, 2]) low.push((await agent.ask("crm", "update", payload(amount))).id);
  await page.goto(server.origin);
  for (const id of low) await row(page, id).waitFor();
  const boxes = page.getByRole("checkbox", { name: "Select crm / update" });
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await page.getByRole("link", { name: "Read all 2" }).click();
  await page.getByRole("button", { name: "Reject all 2" }).click();
  await page.getByRole("textbox").fill("not on a Friday");
  await photograph(page, "together-reject");
  await page.getByRole("button", { name: "Send rejection" }).click();
  await page.getByText("2 of 2 rejected by one signature").waitFor();
  for (const id of low) {
    const { status, reason } = await agent.status(id);
    assert.equal(status, "REJECTED");
    if (reason !== undefined) assert.equal(reason, "not on a Friday");
  }
  person.behaved();
});
