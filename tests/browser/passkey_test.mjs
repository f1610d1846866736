import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, createHmac, hkdfSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  addPasskey,
  approve,
  asksFor,
  binary,
  command,
  decisionPanel,
  giveAuthenticator,
  openBrowser,
  openRequest,
  photograph,
  setUp,
  skipFirstRun,
  startServer,
  test,
  waitingTest,
} from "./harness.mjs";

const run = promisify(execFile);
const drop = '{"query":"DROP TABLE sessions"}';
const high = { priority: "high" };

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const decoded = (text) => Buffer.from(text, "base64");

// Without what lays it out: the exact text, where it was written without blanks.
const compact = (text) => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");

// Of a payload in a version 1 envelope, as spec/decision-core.md has it.
function commitment(contentKey, { iv, ct }, text) {
  const sealed = [iv, ct].map((part) => Buffer.from(part, "base64"));
  const salt = createHash("sha256").update(Buffer.concat([Buffer.from("lp-salt/1\0"), ...sealed]));
  const k = hkdfSync("sha256", contentKey, salt.digest(), "lp-commit/1", 32);
  const hmac = createHmac("sha256", Buffer.from(k));
  return hmac.update("lp-commit/1\0base\0").update(text).digest("hex");
}

// The files that a stranger verifies with.
async function filesOf(t, server, page, id) {
  const folder = await mkdtemp(join(tmpdir(), "lp-passkey-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const receipt = await page.evaluate(
    async (path) => (await fetch(path)).text(),
    `/api/review/requests/${id}/receipt`,
  );
  const { stdout: trust } = await run(binary, ["trust", "export", "--data", server.data]);
  const paths = { receipt: join(folder, "receipt.json"), trust: join(folder, "trust.json") };
  await writeFile(paths.receipt, receipt);
  await writeFile(paths.trust, trust);
  return { ...paths, trusted: JSON.parse(trust) };
}

test("a high request says what it takes, and a passkey approves it", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  if (server.mocked) return;
  const { id, payload } = await agent.ask("db", "sql", drop, high);
  await openRequest(page, id);
  await page.getByText("Approving this takes a passkey").waitFor();
  assert.equal(await page.locator(".decision .approve").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Reject" }).isEnabled(), true);
  await photograph(page, "passkey-needed");
  await giveAuthenticator(person);
  await page.getByRole("link", { name: "Enrol a passkey" }).click();
  await page.getByRole("button", { name: "Add a passkey for approvals" }).click();
  await page.getByText("Done, and in force").waitFor();
  await page.locator('[data-passkey="decision"]').waitFor();
  await photograph(page, "passkey-enrolled");
  await page.goto(`${server.origin}/requests/${id}`);
  await page.locator(".decision-bar .approve:enabled").waitFor();
  await page.keyboard.press("v");
  const read = compact(await page.locator("#panel-json .source").innerText());
  await page.locator(".decision-bar .approve:enabled").click();
  await decisionPanel(page).locator(".approve:enabled").waitFor();
  await photograph(page, "passkey-confirm");
  await decisionPanel(page).locator(".approve:enabled").click();
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  await page.getByText("signed with a passkey").waitFor();
  await photograph(page, "passkey-approved");
  assert.equal((await agent.status(id)).status, "APPROVED");

  // What was signed is the hash of the core that the page has sent, and nothing of the server's.
  const sent = person.seen.posts.find(({ url }) => url.endsWith(`${id}/decision`));
  const { core, clientDataJSON } = JSON.parse(sent.body);
  const challenge = createHash("sha256").update("lp-decision/1\0").update(core).digest();
  const client = JSON.parse(decoded(clientDataJSON).toString());
  assert.equal(client.challenge, base64url(challenge));
  assert.equal(client.type, "webauthn.get");
  // And the core commits to the text that stood on the page, computed anew from it.
  const { commit } = JSON.parse(core).payload;
  assert.equal(commit, commitment(contentKey, payload, read));
  assert.notEqual(commit, commitment(contentKey, payload, read.replace("DROP", "KEEP")));

  const { receipt, trust, trusted } = await filesOf(t, server, page, id);
  assert.deepEqual(trusted.rp, [{ rpId: "localhost", origins: [server.origin] }]);
  const require = ["--trust", trust, "--require", "human=passkey"];
  const { stdout } = await run(binary, ["verify", receipt, ...require]);
  assert.match(stdout, /VALID/);
  // The whole log, from the database and as a bundle, which has a look and a passkey's review.
  const at = ["--data", server.data];
  await run(binary, ["log", "verify", ...at, "--trust", trust]);
  const bundle = `${receipt}.tar`;
  await run(binary, ["audit", "export", ...at, "--format", "bundle", "--output", bundle]);
  await run(binary, ["audit", "verify", bundle, "--trust", trust]);
  await page.goto(`${server.origin}/verify`);
  await page.locator('input[type="file"]').first().setInputFiles([receipt, trust]);
  await page.getByText("passkey", { exact: false }).first().waitFor();
  await photograph(page, "passkey-verified");
  person.behaved();
});

test("whoever is not verified approves nothing, and is told so", async (t) => {
  const { server, person, page, agent, authenticator } = await setUp(t, { passkey: true });
  if (server.mocked) return;
  const { id } = await agent.ask("db", "sql", drop, high);
  await openRequest(page, id);
  await authenticator.verifies(false);
  await approve(page);
  await page.getByText("The passkey was not used").waitFor();
  await photograph(page, "passkey-not-verified");
  assert.equal((await agent.status(id)).status, "PENDING");
  assert.equal(person.seen.posts.filter(({ url }) => url.endsWith("/decision")).length, 0);
  // The page stays as it was: the same press again, by somebody whom the device knows.
  await authenticator.verifies(true);
  await decisionPanel(page).locator(".approve:enabled").click();
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved();
});

waitingTest("a passkey that is lost, or that its owner removed, approves nothing", async (t) => {
  const { server, person, page, agent, authenticator } = await setUp(t, { passkey: true });
  if (server.mocked) return;
  const { id } = await agent.ask("db", "sql", drop, high);
  await openRequest(page, id);
  await authenticator.forget();
  await approve(page);
  await page.getByText("The passkey was not used").waitFor({ timeout: 80_000 });
  assert.equal((await agent.status(id)).status, "PENDING");
  await page.goto(`${server.origin}/settings`);
  const row = page.locator('[data-passkey="decision"]');
  await row.getByRole("button", { name: "Remove" }).click();
  await row.getByRole("button", { name: "Remove this passkey" }).click();
  await page.getByText("Done, and in force").waitFor();
  await page.getByText("No passkey yet.").waitFor();
  await page.goto(`${server.origin}/requests/${id}`);
  await page.getByText("Approving this takes a passkey").waitFor();
  await addPasskey(page, server);
  await page.goto(`${server.origin}/requests/${id}`);
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved();
});

test("a device keeps one passkey of each kind, and a prompt that fails says why", async (t) => {
  const { server, person, page, authenticator } = await setUp(t, { passkey: true });
  if (server.mocked) return;
  await page.goto(`${server.origin}/settings`);
  const add = page.getByRole("button", { name: "Add a passkey for approvals" });
  await add.click();
  await page.getByText("This device has a passkey of yours already").waitFor();
  await photograph(page, "passkey-known");
  await authenticator.forget();
  await authenticator.verifies(false);
  await add.click();
  await page.getByText("The passkey was not used").waitFor();
  await photograph(page, "passkey-cancelled");
  assert.equal(await page.locator("[data-passkey]").count(), 1);
  person.behaved();
});

test("a passkey belongs to a name, not to an address", async (t) => {
  const server = await startServer(t);
  if (server.mocked) return;
  const at = { ...server, origin: server.origin.replace("localhost", "127.0.0.1") };
  const person = await openBrowser(t, at);
  const { page } = person;
  await page.goto((await server.setupLink()).replace("localhost", "127.0.0.1"));
  await page.getByLabel("Your name").fill("Ada");
  await page.getByRole("button", { name: "Finish setup" }).click();
  await skipFirstRun(page);
  await page.goto(`${at.origin}/settings`);
  await page.getByText("Passkeys do not belong to this address").waitFor();
  assert.equal(await page.getByRole("button", { name: "Add a passkey" }).count(), 0);
  await photograph(page, "passkey-wrong-host");
  person.behaved();
});

test("a passkey that signs in opens another browser, and one that decides does not", async (t) => {
  const { server, person, page, agent, contentKey, authenticator } = await setUp(t, {
    passkey: true,
  });
  if (server.mocked) return;
  const [decides] = await authenticator.credentials();
  await addPasskey(page, server, "Add one that signs in");
  await photograph(page, "passkey-both");
  const signsIn = (await authenticator.credentials()).find(
    ({ credentialId }) => credentialId !== decides.credentialId,
  );
  assert.equal(signsIn.isResidentCredential, true);
  const { id } = await agent.ask("db", "sql", drop, high);

  const other = await openBrowser(t, server);
  const elsewhere = await giveAuthenticator(other);
  await other.page.goto(server.origin);
  await other.page.getByText("This browser has no device key").waitFor();
  await photograph(other.page, "passkey-sign-in");
  const button = other.page.getByRole("button", { name: "Sign in with a passkey" });
  // The one that decides, as a phone would show it that keeps no passkey out of its list.
  const userHandle = Buffer.alloc(32, 7).toString("base64");
  await elsewhere.add({ ...decides, isResidentCredential: true, userHandle });
  await button.click();
  await other.page.getByText("This passkey does not sign in here").waitFor();
  await photograph(other.page, "passkey-sign-in-refused");
  await elsewhere.forget();
  await elsewhere.add(signsIn);
  await button.click();
  await other.page.getByRole("heading", { name: "Inbox" }).waitFor();

  // It signs what it decides with the passkey that decides, which came along.
  await elsewhere.add(decides);
  await other.page.goto(`${server.origin}/settings`);
  await other.page.getByLabel("Add a content key").fill(contentKey.toString("base64"));
  await other.page.getByRole("button", { name: "Add key" }).click();
  await other.page.getByText("The text you pasted is gone from this").waitFor();
  await other.page.goto(`${server.origin}/requests/${id}`);
  await approve(other.page);
  await other.page.getByRole("heading", { name: "Approved" }).waitFor();
  assert.equal((await agent.status(id)).status, "APPROVED");
  await page.goto(server.origin);
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  person.behaved();
  other.behaved(/status of 401/);
});

// Bob, whom the owner has signed for, at a browser of his own.
async function bring(t, server, owner) {
  const member = await asksFor(server, "member", "add", "--name", "Bob", "--role", "reviewer");
  await signs(owner, server, member.proposal);
  const bob = (await command(server, "member", "list")).find(({ name }) => name === "Bob");
  const [{ url }] = await command(server, "login-link", "--member", bob.id);
  const person = await openBrowser(t, server);
  await person.page.goto(url.replace(/^http:\/\/[^/]+/, server.origin));
  await person.page.getByRole("button", { name: "Make the key" }).click();
  await person.page.getByText("An owner has to sign for this key").waitFor();
  const [device] = await command(server, "roster", "list");
  await signs(owner, server, device.id);
  await person.page.getByRole("heading", { name: "Inbox" }).waitFor();
  return person;
}

async function signs(owner, server, proposal) {
  await owner.goto(`${server.origin}/settings/roster/${proposal}`);
  await owner.getByRole("button", { name: "Sign as the owner" }).click();
  await owner.getByText("Signed and in force").waitFor();
}

test("a member who owns nothing asks an owner for their passkey", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  const bob = await bring(t, server, page);
  await giveAuthenticator(bob);
  await bob.page.goto(`${server.origin}/settings`);
  await bob.page.getByRole("button", { name: "Add a passkey for approvals" }).click();
  await bob.page.getByText("An owner has to sign for this").waitFor();
  await photograph(bob.page, "passkey-waiting");
  const words = await bob.page.locator("#passkeys dd.words").textContent();
  const [proposal] = await command(server, "roster", "list");
  assert.equal(proposal.act, "add_passkey");
  await page.goto(`${server.origin}/settings/roster/${proposal.id}`);
  await page.getByRole("heading", { name: "Let a passkey sign for Bob" }).waitFor();
  await page.getByText("Did Bob make this passkey?").waitFor();
  assert.equal(await page.locator("dd.words").textContent(), words);
  assert.match(await page.locator(".roster-lines").innerText(), /passkey of localhost/);
  await photograph(page, "proposal-passkey");
  await signs(page, server, proposal.id);
  await bob.page.locator('[data-passkey="decision"]').waitFor();
  await bob.page.getByText("Done, and in force").waitFor();
  const devices = await command(server, "device", "list");
  assert.ok(devices.some((device) => device.class === "passkey" && device.rp_id === "localhost"));
  person.behaved();
  bob.behaved();
});
