// Five hundred receipts, most of them changed, before the page, the program and the TypeScript
// verifier: three that were written apart say the same of each.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { binary, longTest, openBrowser, startServer } from "./harness.mjs";

const top = join(import.meta.dirname, "../..");

// Always the same sequence: mulberry32.
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\"{}[]:,";

// One character is another, a part is missing, or a part stands twice.
function changed(text, next) {
  const at = next(text.length);
  const kind = next(10);
  if (kind === 0) return text.slice(0, at) + text.slice(at + 1 + next(40));
  if (kind === 1) return text.slice(0, at) + text.slice(at, at + 1 + next(40)) + text.slice(at);
  return text.slice(0, at) + letters[next(letters.length)] + text.slice(at + 1);
}

async function mutants(count) {
  const vectors = JSON.parse(await readFile(join(top, "sdk/vectors/receipts.json"), "utf8"));
  const bases = ["approved", "passkey", "quorum", "rejected", "modified", "expired", "review"];
  const next = numbers(20260301);
  const texts = Array.from({ length: count }, (_, n) => {
    const text = Buffer.from(vectors.bases[bases[n % bases.length]], "base64").toString();
    // Some stay as they are, so that not everything is refused.
    return n % 25 < bases.length && n % 25 === n % bases.length ? text : changed(text, next);
  });
  return { texts, trust: JSON.stringify(vectors.trust.full) };
}

async function byPage(page, text) {
  const buffer = Buffer.from(text);
  const file = { name: "receipts.jsonl", mimeType: "application/json", buffer };
  await page.getByLabel("Receipt: choose a file").setInputFiles(file);
  const list = page.getByRole("region", { name: "Receipts of the file" });
  await list.locator("li").nth(text.split("\n").length - 1).waitFor({ timeout: 60_000 });
  return list.locator("li .row").evaluateAll((rows) =>
    rows.map((row) => [
      row.className.replace("row ", "").toUpperCase(),
      row.querySelector(".row-why code")?.textContent ?? "",
    ]),
  );
}

function byProgram(text, trust) {
  const program = join(dirname(binary), "letsping-verify");
  const { stdout } = spawnSync(program, ["-", "--trust", trust, "--json"], {
    input: text,
    maxBuffer: 1 << 28,
  });
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ verdict, check }) => [verdict, check ?? ""]);
}

async function bySdk(text, trustText) {
  const at = join(top, "sdk/typescript/dist/verify/index.js");
  const { readTrust, verifyFile } = await import(at);
  const trust = [await readTrust(trustText)];
  const reports = await verifyFile(Buffer.from(text), { trust });
  return reports.map(({ verdict, check }) => [verdict, check ?? ""]);
}

longTest("verify: five hundred receipts are judged alike by all three programs", 8, async (t) => {
  const { texts, trust } = await mutants(500);
  const folder = await mkdtemp(join(tmpdir(), "lp-mutants-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "trust.json");
  await writeFile(file, trust);
  const server = await startServer(t);
  const person = await openBrowser(t, server);
  const { page } = person;
  const counts = {};
  // The page lists so many of a file at once.
  for (let first = 0; first < texts.length; first += 125) {
    const text = texts.slice(first, first + 125).join("\n");
    await page.goto(`${server.origin}/verify`);
    const given = { name: "trust.json", mimeType: "application/json", buffer: Buffer.from(trust) };
    await page.getByLabel("Trust file: choose a file").setInputFiles(given);
    const shown = await byPage(page, text);
    const said = byProgram(text, file);
    const sdk = await bySdk(text, trust);
    for (const [n, one] of texts.slice(first, first + 125).entries()) {
      const where = `number ${first + n}: ${one.slice(0, 60)}`;
      assert.deepEqual(shown[n], said[n], `page and program, ${where}`);
      assert.deepEqual(sdk[n], said[n], `TypeScript and program, ${where}`);
      counts[said[n][0]] = (counts[said[n][0]] ?? 0) + 1;
    }
  }
  console.log(`    ${JSON.stringify(counts)}`);
  assert.ok(counts.VALID >= 10 && counts.INVALID >= 300, "of each kind");
  person.behaved();
});
