import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  Agent,
  approve,
  desk,
  editText,
  openBrowser,
  openRequest,
  photograph,
  startServer,
  test,
} from "./harness.mjs";

// An owner who makes the content key in their browser. `keyText` is what the page showed, once.
async function makeKey(t) {
  const server = await startServer(t);
  const person = await openBrowser(t, server);
  const { page } = person;
  await page.goto(await server.setupLink());
  await page.getByLabel("Your name").fill("Ada");
  await page.getByRole("button", { name: "Finish setup" }).click();
  await page.getByRole("heading", { name: "Content key", exact: true }).waitFor();
  await photograph(page, "first-run-key");
  await page.getByRole("button", { name: "Make a key in this browser" }).click();
  const keyText = await page.getByTestId("key-text").textContent();
  assert.equal(Buffer.from(keyText, "base64").length, 32);
  return { server, person, page, keyText };
}

const goOn = async (page) => {
  await page.getByLabel("I have kept the key").check();
  await page.getByRole("button", { name: "Go on to your agent" }).click();
  await page.getByRole("heading", { name: "Connect your agent" }).waitFor();
};

test("first run: a key made here, a request, an edit, an approval, the exact bytes", async (t) => {
  const { server, person, page, keyText } = await makeKey(t);
  await photograph(page, "first-run-key-made");
  await goOn(page);
  await photograph(page, "first-run-agent");
  const contentKey = Buffer.from(keyText, "base64");
  const agent = new Agent(server.origin, await server.newAgentKey("billing-bot"), contentKey);
  const text = '{"customer": "c_81", "amount": 120.00, "n": 12345678901234567890}';
  const { id } = await agent.ask("billing", "refund", text);
  const held = agent.status(id, 25);
  await page.getByText("Your first request is here").waitFor();
  await photograph(page, "first-run-arrived");
  await page.getByRole("link", { name: "Open it" }).click();
  await page.getByText("3 of 3 values shown").waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await editText(page, "120.00", "80.00");
  await page.getByRole("button", { name: "Review 1 field" }).click();
  await approve(page);
  const answer = await held;
  assert.equal(answer.status, "APPROVED");
  assert.equal(agent.open(answer.patched_payload), text.replace("120.00", "80.00"));
  await page.getByRole("heading", { name: "Approved with changes" }).waitFor();
  assert.ok(!person.seen.posts.some(({ body }) => body.includes(keyText) || body.includes("c_81")));
  assert.ok(!server.log().includes(keyText));
  person.behaved();
});

test("the made key is shown in its two steps and never again", async (t) => {
  const { server, person, page, keyText } = await makeKey(t);
  await page.getByText("it is shown only this once").waitFor();
  await page.getByTestId("persistence").waitFor();
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, location.href]));
  assert.ok(!stored.includes(keyText));
  await goOn(page);
  const lines = await page.getByTestId("environment").textContent();
  assert.ok(lines.includes(`export LETSPING_ENCRYPTION_KEY=${keyText}`));
  await page.getByRole("link", { name: "Go to the inbox" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.ok(!(await page.content()).includes(keyText));
  await page.goto(`${server.origin}/setup?step=key`);
  await page.getByText("Its text is not shown again here.").waitFor();
  await photograph(page, "first-run-key-kept");
  assert.ok(!(await page.content()).includes(keyText));
  await page.getByRole("button", { name: "Go on to your agent" }).click();
  await page.getByText("the content key ", { exact: false }).first().waitFor();
  assert.ok(!(await page.content()).includes(keyText));
  const exportable = await page.evaluate(async () => {
    const open = indexedDB.open("letsping");
    await new Promise((resolve) => (open.onsuccess = resolve));
    const get = open.result.transaction("keys").objectStore("keys").get("content");
    await new Promise((resolve) => (get.onsuccess = resolve));
    return get.result.flatMap((key) => [key.aes.extractable, key.hkdf.extractable]);
  });
  assert.deepEqual(exportable, [false, false]);
  person.behaved();
});

test("the recovery sheet prints the key and its id, and types back in", async (t) => {
  const { person, page, keyText } = await makeKey(t);
  await page.emulateMedia({ media: "print" });
  const sheet = page.getByTestId("recovery-sheet");
  await sheet.waitFor();
  const printed = await sheet.innerText();
  const groups = keyText.match(/.{1,4}/g);
  assert.match(printed.replace(/\s+/g, " "), new RegExp(groups[0].replace(/\W/g, "\\$&")));
  assert.equal(await page.getByRole("button", { name: "Print" }).isVisible(), false);
  await photograph(page, "recovery-sheet", desk);
  const kid = await sheet.locator("dd").nth(1).textContent();
  await page.emulateMedia({ media: "screen" });
  await goOn(page);
  await page.getByRole("link", { name: "Go to the inbox" }).click();
  await page.getByRole("link", { name: "Keys" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove from this browser" }).click();
  await page.getByText("No content key yet.").waitFor();
  await page.getByLabel("Add a content key").fill(groups.join(" "));
  await page.getByRole("button", { name: "Add key" }).click();
  await page.getByText(kid).first().waitFor();
  person.behaved();
});

test("the snippets on the page run as they stand", async (t) => {
  const { server, person, page } = await makeKey(t);
  if (server.mocked) return;
  await goOn(page);
  await page.getByLabel("Paste it here").fill(await server.newAgentKey("my-agent"));
  const env = { PATH: process.env.PATH };
  for (const line of (await page.getByTestId("environment").textContent()).split("\n")) {
    const [, name, value] = /^export (\w+)=(\S+)$/.exec(line);
    env[name] = value;
  }
  await page.getByRole("tab", { name: "curl" }).click();
  const [ask] = (await page.getByTestId("curl lines").textContent()).split("\n\n");
  const { stdout } = await promisify(execFile)("sh", ["-c", ask], { env });
  const { id } = JSON.parse(stdout);
  await page.getByRole("tab", { name: "TypeScript" }).click();
  const folder = await mkdtemp(join(tmpdir(), "lp-snippet-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const script = join(folder, "ask.mjs");
  await writeFile(script, await page.getByTestId("TypeScript lines").textContent());
  const child = spawn(process.execPath, [script], { env });
  t.after(async () => child.kill());
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await page.getByRole("link", { name: "Go to the inbox" }).click();
  await page.locator(`[data-request="${id}"]`).waitFor();
  await page.locator(".row-link").nth(1).waitFor();
  await page.locator(`.row-link:not([data-request="${id}"])`).click();
  await page.getByText("2 of 2 values shown").waitFor();
  await approve(page);
  await ended;
  assert.equal(said, "run: { customer: 'c_81', amount: 120 }\n");
  await openRequest(page, id);
  await page.getByText("2 of 2 values shown").waitFor();
  person.behaved();
});
