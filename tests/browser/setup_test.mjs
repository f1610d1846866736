import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  openBrowser,
  photograph,
  setUp,
  skipFirstRun,
  startServer,
  test,
} from "./harness.mjs";

test("setup wipes the fragment at once and keeps keys that nobody can read", async (t) => {
  const server = await startServer(t);
  const person = await openBrowser(t, server);
  const { page } = person;
  const key = randomBytes(32).toString("base64");
  await page.goto(`${await server.setupLink()}&k=${key}`);
  await page.getByText("The content key is here.").waitFor();
  await photograph(page, "setup");
  const left = await page.evaluate(() => [location.href, JSON.stringify(history.state)].join());
  assert.doesNotMatch(left, /#|t=|k=/);
  await page.getByLabel("Your name").fill("Ada");
  await page.getByRole("button", { name: "Finish setup" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await photograph(page, "inbox-empty");
  const kept = await storedKeys(page);
  assert.deepEqual(kept, {
    keys: {
      device: "false sign",
      aes: "false encrypt,decrypt",
      hkdf: "false deriveKey,deriveBits",
    },
    exportable: [],
  });
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]));
  assert.ok(!stored.includes(key));
  assert.ok(!person.seen.urls.some((url) => url.includes(encodeURIComponent(key))));
  assert.ok(!server.log().includes(key));
  person.behaved();
});

// [extractable, usages] of each key in IndexedDB, and those whose bytes the page can get at.
function storedKeys(page) {
  return page.evaluate(async () => {
    const open = indexedDB.open("letsping");
    await new Promise((resolve) => (open.onsuccess = resolve));
    const read = (name) => {
      const get = open.result.transaction("keys").objectStore("keys").get(name);
      return new Promise((resolve) => (get.onsuccess = () => resolve(get.result)));
    };
    const [device, [content]] = [await read("device"), await read("content")];
    const all = { device: device.privateKey, aes: content.aes, hkdf: content.hkdf };
    const keys = {};
    const exportable = [];
    for (const [name, key] of Object.entries(all)) {
      keys[name] = `${key.extractable} ${key.usages}`;
      for (const format of ["raw", "jwk", "pkcs8"]) {
        await crypto.subtle.exportKey(format, key).then(
          () => exportable.push(name),
          () => undefined,
        );
      }
    }
    return { keys, exportable };
  });
}

test("a setup link works once and says so afterwards", async (t) => {
  const server = await startServer(t);
  const link = await server.setupLink();
  const first = await openBrowser(t, server);
  await first.page.goto(link);
  await first.page.getByLabel("Your name").fill("Ada");
  await first.page.getByRole("button", { name: "Finish setup" }).click();
  await skipFirstRun(first.page);
  await first.page.getByRole("heading", { name: "Inbox" }).waitFor();
  const second = await openBrowser(t, server);
  await second.page.goto(link);
  await second.page.getByText("This link has been used or is too old").waitFor();
  await photograph(second.page, "setup-used");
  await second.page.goto("about:blank");
  await second.page.goto(`${server.origin}/setup#t=wrong`);
  await second.page.getByText("This is not a link of this server").waitFor();
  await second.page.goto(`${server.origin}/setup`);
  await second.page.reload();
  await second.page.getByText("This page needs a setup link").waitFor();
  second.behaved(/status of (401|410)/);
});

test("a content key is pasted later, and a wrong length is told", async (t) => {
  const { person, page, agent, contentKey } = await setUp(t, { withKey: false });
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00}');
  await page.locator(`[data-request="${id}"]`).click();
  await page.getByText("This browser has no content key").waitFor();
  await photograph(page, "request-without-key");
  assert.equal(await page.locator(".approve").count(), 0);
  const box = page.getByLabel("Add a content key");
  await box.fill(randomBytes(16).toString("base64"));
  await page.getByRole("button", { name: "Add key" }).click();
  await page.getByText("This is 16 bytes long.").waitFor();
  await box.fill(`export LETSPING_ENCRYPTION_KEY="${contentKey.toString("base64")}"`);
  await page.getByRole("button", { name: "Add key" }).click();
  await page.getByText("5000.00", { exact: true }).waitFor();
  await page.locator(".decision .approve").waitFor();
  person.behaved();
});

test("signing in again takes the device key, and another browser is told what to do", async (t) => {
  const { server, person, page } = await setUp(t);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await photograph(page, "sign-in");
  await page.getByRole("button", { name: "Sign in with this browser's key" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  person.behaved(/status of 401/);
  const stranger = await openBrowser(t, server);
  await stranger.page.goto(server.origin);
  await stranger.page.getByText("This browser has no device key").waitFor();
  await photograph(stranger.page, "no-device-key");
  stranger.behaved(/status of 401/);
});

test("a project that was made later waits for its owner's signature", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  await server.command("project", "create", "--name", "payments");
  await page.reload();
  await page.getByText("Project payments has no approvers yet").waitFor();
  await photograph(page, "unsigned-project");
  await page.getByRole("button", { name: "Sign its roster" }).click();
  await page.getByText("Project payments has no approvers yet").waitFor({ state: "detached" });
  await page.goto(`${server.origin}/settings`);
  await page.getByText("checked by this browser").nth(1).waitFor();
  await photograph(page, "settings");
  person.behaved();
});
