import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  approve,
  asksFor,
  binary,
  command,
  openBrowser,
  openRequest,
  photograph,
  setUp,
  skipFirstRun,
  startServer,
  test,
} from "./harness.mjs";

const run = promisify(execFile);

export async function signs(page, server, change) {
  await page.goto(server.origin + new URL(change.url).pathname);
  await page.getByRole("button", { name: "Sign as the owner" }).click();
  await page.getByText("Signed and in force").waitFor();
}

export async function memberNamed(server, name) {
  const members = await command(server, "member", "list");
  return members.find((member) => member.name === name);
}

// A member's own browser: their key is made, and an owner signs for it.
export async function bring(t, server, owner, member, contentKey, name = "Bob") {
  const [{ url }] = await command(server, "login-link", "--member", member);
  const bob = await openBrowser(t, server);
  const link = url.replace(/^http:\/\/[^/]+/, server.origin);
  await bob.page.goto(`${link}&k=${contentKey.toString("base64")}`);
  await bob.page.getByText("The content key is here.").waitFor();
  await photograph(bob.page, "login-link");
  assert.doesNotMatch(await bob.page.evaluate(() => location.href), /#/);
  await bob.page.getByRole("button", { name: "Make the key" }).click();
  await bob.page.getByText("An owner has to sign for this key").waitFor();
  await photograph(bob.page, "login-link-waiting");
  const words = await bob.page.locator("dd.words").textContent();
  await owner.goto(server.origin);
  await owner.getByText(`Let a new device sign for ${name}`).waitFor();
  await photograph(owner, "inbox-with-proposal");
  await owner.getByRole("link", { name: "Read and sign" }).click();
  await owner.getByText(`Is it really the device of ${name}?`).waitFor();
  assert.equal(await owner.locator("dd.words").textContent(), words);
  await photograph(owner, "proposal-device");
  await owner.getByRole("button", { name: "Sign as the owner" }).click();
  await owner.getByText("Signed and in force").waitFor();
  await bob.page.getByRole("heading", { name: "Inbox" }).waitFor();
  return { ...bob, link, words };
}

// The id of a second person, whom the first one has signed for.
export async function addBob(page, server) {
  const change = await asksFor(server, "member", "add", "--name", "Bob", "--role", "reviewer");
  await signs(page, server, change);
  return (await memberNamed(server, "Bob")).id;
}

test("an owner reads a change of who decides, and signs it", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  const change = await asksFor(server, "member", "add", "--name", "Bob", "--role", "reviewer");
  assert.equal(await memberNamed(server, "Bob"), undefined);
  await page.goto(`${server.origin}/settings/roster/${change.proposal}`);
  await page.getByRole("heading", { name: "Add Bob as reviewer" }).waitFor();
  await page.getByText("Roster version 1 to 2").waitFor();
  const line = await page.locator(".roster-lines").innerText();
  assert.match(line, /\+\s*Bob mem_\w{26}, reviewer, no key yet/);
  await photograph(page, "proposal-member");
  await page.getByRole("button", { name: "Sign as the owner" }).click();
  await page.getByText("Signed and in force").waitFor();
  await photograph(page, "proposal-signed");
  const bob = await memberNamed(server, "Bob");
  assert.deepEqual(bob.roles, ["reviewer"]);
  await page.getByRole("link", { name: "Who may approve" }).click();
  await page.getByText("roster version 2").waitFor();
  await page.getByText("checked by this browser").waitFor();
  await page.goto(`${server.origin}/settings/roster/${change.proposal}`);
  await page.getByText("This change does not wait any more").waitFor();
  const other = await asksFor(server, "member", "remove", bob.id);
  await page.goto(`${server.origin}/settings/roster/${other.proposal}`);
  await page.getByRole("button", { name: "Withdraw it" }).click();
  await page.getByText("Nothing was changed.").waitFor();
  assert.equal((await memberNamed(server, "Bob")).removed_at, undefined);
  person.behaved(/status of 404/);
});

test("an owner signs that another key of the server signs from an entry on", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const change = await asksFor(server, "log", "rotate-issuer");
  await page.goto(`${server.origin}/settings/roster/${change.proposal}`);
  await page
    .getByRole("heading", { name: "Let a new key of the server sign the events of default" })
    .waitFor();
  await page.getByText("Roster version 1 to 2").waitFor();
  await page.getByText(change.key).waitFor();
  const lines = await page.locator(".roster-lines").innerText();
  assert.match(lines, new RegExp(`${change.previous}, before entry (\\d+)[^]*from entry \\1 on`));
  await photograph(page, "proposal-issuer");
  // The log passes that entry while the owner reads; what is signed is a later one.
  const from = Number(/before entry (\d+)/.exec(lines)[1]);
  for (let asked = 0; asked < from; ++asked) await agent.ask("stripe", "refund", '{"amount":1}');
  await page.getByRole("button", { name: "Sign as the owner" }).click();
  await page.getByText("Signed and in force").waitFor();
  const { stdout } = await run(binary, ["trust", "export", "--data", server.data]);
  const { issuer } = JSON.parse(stdout);
  assert.equal(issuer.length, 2);
  assert.ok(issuer[0].to > from && issuer[1].from === issuer[0].to);
  person.behaved();
});

test("an owner signs that another key signs the log from a size on", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const change = await asksFor(server, "log", "rotate-key");
  await page.goto(`${server.origin}/settings/roster/${change.proposal}`);
  await page.getByRole("heading", { name: "Let a new key sign the log of default" }).waitFor();
  await page.getByText(change.vkey).waitFor();
  const lines = await page.locator(".roster-lines").innerText();
  assert.ok(lines.includes(`${change.previous}, below `), lines);
  await photograph(page, "proposal-log-key");
  // The log passes that size while the owner reads; what is signed is a later one.
  const from = Number(/below (\d+) entries/.exec(lines)[1]);
  for (let asked = 0; asked < from; ++asked) await agent.ask("stripe", "refund", '{"amount":1}');
  await page.getByRole("button", { name: "Sign as the owner" }).click();
  await page.getByText("Signed and in force").waitFor();
  const { stdout } = await run(binary, ["trust", "export", "--data", server.data]);
  const { log } = JSON.parse(stdout);
  assert.equal(log.length, 2);
  assert.ok(log[0].to > from && log[1].from === log[0].to);
  assert.deepEqual([log[0].vkey, log[1].vkey], [change.previous, change.vkey]);
  person.behaved();
});

test("a second person brings a browser, approves, and is gone when they are removed", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  if (server.mocked) return;
  const { stdout: trust } = await run(binary, ["trust", "export", "--data", server.data]);
  const member = await addBob(page, server);
  const bob = await bring(t, server, page, member, contentKey);
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00}');
  const held = agent.status(id, 25);
  await openRequest(bob.page, id);
  await approve(bob.page);
  assert.equal((await held).status, "APPROVED");
  await bob.page.getByText("Bob").first().waitFor();
  await photograph(bob.page, "approved-by-bob");

  const directory = await mkdtemp(join(tmpdir(), "lp-trust-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "trust.json"), trust);
  const [verified] = await command(server, "log", "verify", "--trust", `${directory}/trust.json`);
  assert.deepEqual([verified.verdict, verified.decisions], ["VALID", 1]);

  await signs(page, server, await asksFor(server, "member", "remove", member));
  await bob.page.reload();
  await bob.page.getByRole("heading", { name: "Sign in" }).waitFor();
  await bob.page.getByRole("button", { name: "Sign in with this browser's key" }).click();
  await bob.page.getByText("This server does not know this browser's key").waitFor();
  // The first owner still decides, under the roster that follows.
  const later = await agent.ask("stripe", "refund", '{"amount":1}');
  await page.goto(server.origin);
  await openRequest(page, later.id);
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved();
  bob.behaved(/status of 401/);
});

test("a login link works once, and never for a key that somebody has", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  const member = await addBob(page, server);
  const [{ url }] = await command(server, "login-link", "--member", member);
  const link = url.replace(/^http:\/\/[^/]+/, server.origin);
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("This browser has a key already").waitFor();
  person.behaved(/status of 422/);

  const first = await openBrowser(t, server);
  await first.page.goto(link);
  await first.page.getByRole("button", { name: "Make the key" }).click();
  await first.page.getByText("An owner has to sign for this key").waitFor();
  const second = await openBrowser(t, server);
  await second.page.goto(link);
  await second.page.getByText("This link was used in another browser").waitFor();
  await photograph(second.page, "login-link-used");
  const [waiting] = await command(server, "roster", "list");
  await command(server, "roster", "withdraw", waiting.id);
  await first.page.getByText("No owner has signed").waitFor();
  await second.page.goto("about:blank");
  await second.page.goto(`${server.origin}/login#t=${randomBytes(32).toString("base64url")}`);
  await second.page.getByText("This is not a link of this server").waitFor();
  first.behaved();
  second.behaved(/status of 401/);
});

test("rosters that do not go on from what a browser knows let it sign nothing", async (t) => {
  const server = await startServer(t);
  if (server.mocked) return;
  const person = await openBrowser(t, server);
  const { page } = person;
  await page.goto(await server.setupLink());
  await page.getByLabel("Your name").fill("Ada");
  await page.getByRole("button", { name: "Finish setup" }).click();
  await skipFirstRun(page);
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.evaluate(async () => {
    const open = indexedDB.open("letsping");
    await new Promise((resolve) => (open.onsuccess = resolve));
    const keys = open.result.transaction("keys", "readwrite").objectStore("keys");
    const read = keys.get("pins");
    await new Promise((resolve) => (read.onsuccess = resolve));
    for (const pin of Object.values(read.result)) pin.roster_sha256 = "00".repeat(32);
    const write = keys.put(read.result, "pins");
    await new Promise((resolve) => (write.onsuccess = resolve));
  });
  await page.reload();
  await page.getByText("does not go on from the one that this browser knows").waitFor();
  await photograph(page, "rosters-wrong");
  const change = await asksFor(server, "member", "add", "--name", "Eve", "--role", "owner");
  await page.goto(`${server.origin}/settings/roster/${change.proposal}`);
  await page.getByText("Nothing can be signed").waitFor();
  assert.equal(await page.getByRole("button", { name: "Sign as the owner" }).count(), 0);
  person.behaved();
});
