// The page that checks receipts: by anybody, without login, offline; and the same as one file.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { assertGood } from "./access.mjs";
import { openBrowser, startServer, test } from "./harness.mjs";

const top = join(import.meta.dirname, "../..");
const vectors = JSON.parse(await readFile(join(top, "sdk/vectors/receipts.json"), "utf8"));
const base = (name) => Buffer.from(vectors.bases[name], "base64");
const trust = (name) => Buffer.from(JSON.stringify(vectors.trust[name]));
const asFile = (name, buffer) => ({ name, mimeType: "application/json", buffer });
const tampered = () => {
  const text = base("approved").toString();
  const at = text.indexOf('"statement":"') + 200;
  return Buffer.from(`${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`);
};

function bytesOf({ file, base: name, edits = [] }) {
  let bytes = file === undefined ? base(name) : Buffer.from(file, "base64");
  for (const [offset, remove, put] of edits.toReversed()) {
    const parts = [bytes.subarray(0, offset), Buffer.from(put, "base64")];
    bytes = Buffer.concat([...parts, bytes.subarray(offset + remove)]);
  }
  return bytes;
}

// The page, loaded, and from then on without any network.
async function openVerifier(t) {
  const server = await startServer(t);
  const person = await openBrowser(t, server);
  const { page } = person;
  await page.goto(`${server.origin}/verify`);
  await page.getByRole("heading", { name: "Check a receipt" }).waitFor();
  await page.evaluate(() => document.fonts.ready);
  await person.context.setOffline(true);
  const loaded = person.seen.urls.length;
  const quiet = () => assert.deepEqual(person.seen.urls.slice(loaded), []);
  return { server, person, page, quiet };
}

const choose = (page, buffer, name = "receipt.json") =>
  page.getByLabel("Receipt: choose a file").setInputFiles(asFile(name, buffer));
const trusting = (page, name) =>
  page.getByLabel("Trust file: choose a file").setInputFiles(asFile("trust.json", trust(name)));
const verdict = (page, word) => page.locator(`[data-verdict="${word}"]`).waitFor();

test("verify: a receipt is judged without login or network, and explained", async (t) => {
  const { person, page, quiet } = await openVerifier(t);
  await trusting(page, "full");
  await choose(page, base("quorum"));
  await verdict(page, "VALID");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "verdict");
  const story = page.getByRole("region", { name: "A request was approved" });
  await story.getByText("with a device key").waitFor();
  await story.getByText("with a passkey").waitFor();
  await story.getByText("class B").waitFor();
  await story.getByText("No second owner has cosigned all of them").waitFor();
  await page.getByText("That nothing followed.").waitFor();
  assert.equal(await page.locator(".check").count(), 19);
  assert.equal(await page.locator(".check.failed").count(), 0);
  await assertGood(page, "verify-valid");
  quiet();
  person.behaved();
});

test("verify: keys that a second owner has cosigned are told", async (t) => {
  const { person, page, quiet } = await openVerifier(t);
  await trusting(page, "cosigned log");
  await choose(page, base("cosigned"));
  await verdict(page, "VALID");
  await page.getByText("A second owner has cosigned them.").waitFor();
  quiet();
  person.behaved();
});

test("verify: a changed receipt is invalid, and what it claims is marked so", async (t) => {
  const { person, page } = await openVerifier(t);
  await trusting(page, "full");
  await choose(page, tampered());
  await verdict(page, "INVALID");
  await page.getByText("Do not rely on this receipt").waitFor();
  assert.equal(await page.locator(".check.failed").count(), 1);
  const changed = vectors.cases.find(({ expect }) => expect.check === "quorum");
  await choose(page, bytesOf(changed));
  await page.getByRole("heading", { name: "What it claims" }).waitFor();
  await page.locator(".check.failed code", { hasText: "quorum" }).waitFor();
  await assertGood(page, "verify-invalid");
  person.behaved();
});

test("verify: without a trust file it says consistency, and gives words to compare", async (t) => {
  const { person, page } = await openVerifier(t);
  await choose(page, base("new keys"));
  await verdict(page, "INDETERMINATE");
  await page.getByRole("heading", { name: "Consistent is not independent" }).waitFor();
  const words = await page.locator(".fingerprints .words").allTextContents();
  assert.equal(words.length, 2);
  for (const eight of words) assert.match(eight, /^(\w+-){3}\w+ (\w+-){3}\w+$/);
  await assertGood(page, "verify-indeterminate");
  await trusting(page, "full");
  await verdict(page, "VALID");
  await page.getByRole("button", { name: "Take trust.json away" }).click();
  await verdict(page, "INDETERMINATE");
  person.behaved();
});

test("verify: an erased statement is told apart from a missing one", async (t) => {
  const { person, page } = await openVerifier(t);
  await trusting(page, "full");
  await choose(page, base("erased"));
  await verdict(page, "ERASED");
  await page.locator(".check.ok code", { hasText: "erasure" }).waitFor();
  await assertGood(page, "verify-erased");
  person.behaved();
});

test("verify: a file of many is counted, listed and opened line by line", async (t) => {
  const { person, page } = await openVerifier(t);
  const lines = [
    "approved",
    "passkey",
    "quorum",
    "rejected",
    "modified",
    "expired",
    "erased",
  ].map(base);
  lines.splice(3, 0, tampered());
  await trusting(page, "full");
  const file = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
  await choose(page, file, "all.jsonl");
  await page.getByRole("heading", { name: "6 of 8 valid" }).waitFor();
  await page.getByRole("button", { name: "Invalid 1" }).click();
  assert.equal(await page.locator(".many .row").count(), 1);
  await page.locator(".many .row").click();
  await page.getByRole("heading", { name: "Line 4" }).waitFor();
  await verdict(page, "INVALID");
  await page.getByRole("button", { name: "All 8" }).click();
  await assertGood(page, "verify-many");
  person.behaved();
});

test("verify: text can be pasted, files dropped together, all by keyboard", async (t) => {
  const { person, page } = await openVerifier(t);
  await page.getByRole("button", { name: "Paste" }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Receipt as text").fill(`${base("approved")}\n`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await verdict(page, "INDETERMINATE");
  const dropped = await page.evaluateHandle(
    ([receipt, file]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([receipt], "r.json"));
      transfer.items.add(new File([file], "t.json"));
      return transfer;
    },
    [base("passkey").toString(), trust("full").toString()],
  );
  await page.locator(".slot").first().dispatchEvent("drop", { dataTransfer: dropped });
  await verdict(page, "VALID");
  await page.getByText("class A").waitFor();
  await page.getByRole("button", { name: "Paste" }).nth(1).click();
  await page.getByLabel("Trust file as text").fill('{"origin":"x"}');
  await page.getByRole("button", { name: "Use this text" }).click();
  await page.getByText("is no trust file").waitFor();
  person.behaved();
});

test("verify: judges the shared cases as the programs do", async (t) => {
  const { person, page, quiet } = await openVerifier(t);
  const cases = vectors.cases.filter(
    (one, at) => at % 31 === 0 && !one.require && !one.allow_test,
  );
  assert.ok(cases.length > 9);
  const differing = [];
  for (const one of cases) {
    const files = one.trust.map((name) => asFile(`${name}.json`, trust(name)));
    const away = page.getByRole("button", { name: /^Take .* away$/ });
    while ((await away.count()) > 0) await away.first().click();
    await page.getByLabel("Trust file: choose a file").setInputFiles(files);
    // What is judged before it was read is judged again after it.
    for (const { name } of files) await page.getByText(name, { exact: true }).waitFor();
    // Each receipt under a name of its own, which shows when it was taken.
    await choose(page, bytesOf(one), `${one.name}.json`);
    await page.getByText(`${one.name}.json`, { exact: true }).waitFor();
    const shown = await page.locator("[data-verdict]").getAttribute("data-verdict");
    const failed = await page.locator(".check.failed code").allTextContents();
    const wanted = [one.expect.verdict, ...(one.expect.check ? [one.expect.check] : [])];
    if (`${[shown, ...failed]}` !== `${wanted}`)
      differing.push([one.name, wanted, shown, failed]);
  }
  assert.deepEqual(differing, []);
  quiet();
  person.behaved();
});

test("verify: one file holds the whole page, and its hash is the one that is named", async (t) => {
  const server = await startServer(t);
  const person = await openBrowser(t, server);
  await person.page.goto(`${server.origin}/verify`);
  const named = await person.page.locator(".verify-about code.breakable").textContent();
  const download = person.page.waitForEvent("download");
  await person.page.getByRole("link", { name: "Keep this page as one file" }).click();
  const bytes = await readFile(await (await download).path());
  assert.equal(createHash("sha256").update(bytes).digest("hex"), named);
  const reply = await fetch(`${server.origin}/verify.html`);
  assert.match(reply.headers.get("content-disposition"), /^attachment/);

  const folder = await mkdtemp(join(tmpdir(), "lp-verify-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "letsping-verify.html"), bytes);
  const { page, problems, requests } = await openFile(t, person, folder);
  await trusting(page, "full");
  await choose(page, base("approved"));
  await verdict(page, "VALID");
  await page.getByText("This is the page as one file").waitFor();
  await assertGood(page, "verify-file");
  assert.deepEqual(problems, []);
  assert.deepEqual(requests, []);
  const refused = await page.evaluate((url) => fetch(url).then(() => "", String), server.origin);
  assert.match(refused, /Failed to fetch/);
  assert.match(problems.join("\n"), /connect-src 'none'/);
});

// The file on a disk, in a browser that is offline.
async function openFile(t, person, folder) {
  const context = await person.context.browser().newContext({ offline: true });
  t.after(() => context.close());
  const page = await context.newPage();
  const problems = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) requests.push(request.url());
  });
  await page.goto(pathToFileURL(join(folder, "letsping-verify.html")).href);
  await page.getByRole("heading", { name: "Check a receipt" }).waitFor();
  return { page, problems, requests };
}
