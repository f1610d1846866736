import assert from "node:assert/strict";
import { assertAccessible } from "./access.mjs";
import { addBob } from "./people_test.mjs";
import {
  approve,
  command,
  desk,
  filesWith,
  giveAuthenticator,
  openBrowser,
  openRequest,
  photograph,
  setUp,
  test,
} from "./harness.mjs";

const keysPage = (page, server) => page.goto(`${server.origin}/settings`);
const openDirectly = async (page, server, id) => {
  await page.goto(`${server.origin}/requests/${id}`);
  await page.getByRole("heading", { name: "What would run" }).waitFor();
};
const card = (page, name) => page.getByRole("region", { name });

// A second browser with keys of its own, brought by the words that both screens show.
async function pair(t, server, person, choose) {
  const { page } = person;
  await keysPage(page, server);
  await page.getByRole("button", { name: "Pair a phone" }).click();
  const code = await page.getByTestId("pairing-code").textContent();
  await photograph(page, "pair-code");
  const phone = await openBrowser(t, server, { viewport: { width: 390, height: 844 } });
  await phone.page.goto(`${server.origin}/p#1.${code.replace("-", "")}`);
  await phone.page.getByRole("button", { name: "Pair this device" }).click();
  const words = await phone.page.getByTestId("pairing-words").textContent();
  await photograph(phone.page, "pair-words", [[390, 844]]);
  await assertAccessible(phone.page, "the words on the phone");
  await page.getByText("Which of these stands on the phone?").waitFor();
  await photograph(page, "pair-choose");
  await assertAccessible(page, "the words to choose from");
  const offered = await page.locator(".word-choices .words").allTextContents();
  assert.equal(new Set(offered).size, 3);
  assert.ok(offered.includes(words));
  const chosen = choose === "right" ? words : offered.find((other) => other !== words);
  await page.getByRole("button", { name: chosen, exact: true }).click();
  return { phone, code, words };
}

test("a phone is paired by words, holds the key and decides; no secret is told", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  if (server.mocked) return;
  await keysPage(page, server);
  await page.getByText("A phone needs an HTTPS name").waitFor();
  const { phone, code } = await pair(t, server, person, "right");
  await phone.page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.getByText("Paired, and it holds the content keys").waitFor();
  await photograph(page, "pair-done");
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00}');
  await openRequest(phone.page, id);
  await phone.page.getByText("5000.00", { exact: true }).waitFor();
  await approve(phone.page);
  await phone.page.getByRole("heading", { name: "Approved" }).waitFor();

  // The code works once, and the device that comes second learns nothing from it.
  const late = await openBrowser(t, server);
  await late.page.goto(`${server.origin}/p#1.${code.replace("-", "")}`);
  await late.page.getByRole("button", { name: "Pair this device" }).click();
  await late.page.getByText("This code is over").waitFor();
  const claims = late.seen.posts.filter(({ url }) => url.endsWith("/api/pairing/claim"));
  assert.equal(claims.length, 1);

  const secret = contentKey.toString("base64");
  const plain = code.replace("-", "");
  for (const { page: shown, seen } of [person, phone, late]) {
    const left = await shown.evaluate(async () =>
      JSON.stringify([
        location.href,
        history.state,
        { ...localStorage },
        { ...sessionStorage },
        await caches.keys(),
        document.cookie,
        document.referrer,
      ]),
    );
    assert.ok(!left.includes(plain) && !left.includes(code) && !left.includes(secret));
    // Playwright tells a navigation's URL with its fragment; no server has seen it.
    assert.ok(!seen.urls.some((url) => url.split("#")[0].includes(plain)));
    assert.ok(!seen.posts.some(({ body }) => body.includes(secret)));
    assert.ok(!seen.bodies.some((body) => body.includes(secret)));
  }
  for (const bytes of [secret, contentKey, contentKey.toString("hex")]) {
    assert.deepEqual(await filesWith(server, bytes), []);
  }
  assert.ok(!server.log().includes(plain) && !server.log().includes(secret));
  assert.deepEqual(await exportable(phone.page), []);
  person.behaved();
  phone.behaved(/status of 401/);
  late.behaved(/status of (401|410)/);
});

// The keys of this browser whose bytes the page can get at.
function exportable(page) {
  return page.evaluate(async () => {
    const open = indexedDB.open("letsping");
    await new Promise((resolve) => (open.onsuccess = resolve));
    const all = open.result.transaction("keys").objectStore("keys").getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    const keys = [];
    const collect = (value) => {
      if (value instanceof CryptoKey) keys.push(value);
      else if (value && typeof value === "object") Object.values(value).forEach(collect);
    };
    collect(all.result);
    if (keys.length < 4) throw new Error(`only ${keys.length} keys are stored`);
    const found = [];
    for (const key of keys) {
      for (const format of ["raw", "jwk", "pkcs8"]) {
        await crypto.subtle.exportKey(format, key).then(
          () => found.push(`${key.algorithm.name} ${format}`),
          () => undefined,
        );
      }
    }
    return found;
  });
}

test("wrong words pair nothing", async (t) => {
  const { server, person, page } = await setUp(t);
  if (server.mocked) return;
  const { phone } = await pair(t, server, person, "wrong");
  await page.getByText("The words were not the same: nothing was paired").waitFor();
  await phone.page.getByText("This code is over").waitFor();
  await photograph(page, "pair-differed");
  const devices = await command(server, "device", "list");
  assert.equal(devices.length, 1);
  const waiting = await page.evaluate(() =>
    fetch("/api/review/roster-proposals").then((answer) => answer.json()),
  );
  assert.deepEqual(waiting.proposals, []);
  person.behaved();
  phone.behaved(/status of (401|410)/);
});

test("a key is handed on by words, followed by the next one, and retired", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const bobs = await addBob(page, server);
  const [{ url }] = await command(server, "login-link", "--member", bobs);
  const bob = await openBrowser(t, server);
  await bob.page.goto(url.replace(/^http:\/\/[^/]+/, server.origin));
  await bob.page.getByRole("button", { name: "Make the key" }).click();
  await bob.page.getByText("An owner has to sign for this key").waitFor();
  await page.goto(server.origin);
  await page.getByRole("link", { name: "Read and sign" }).click();
  await page.getByRole("button", { name: "Sign as the owner" }).click();
  await page.getByText("Signed and in force").waitFor();
  await bob.page.getByRole("heading", { name: "Inbox" }).waitFor();

  const old = await agent.ask("stripe", "refund", '{"amount":17.25}');
  await openDirectly(bob.page, server, old.id);
  await bob.page.getByText("This browser has no content key").waitFor();
  const words = await bob.page.getByTestId("own-words").textContent();
  await keysPage(page, server);
  await page.getByText("Bob wants the content key").waitFor();
  await page.getByText(words).waitFor();
  await photograph(page, "key-wanted");
  await assertAccessible(page, "a key is wanted");
  await page.getByRole("button", { name: "The words match: hand it over" }).click();
  await bob.page.getByText("17.25", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Make the next key" }).click();
  await page.getByRole("button", { name: "Make it and wrap it" }).click();
  const text = await page.getByTestId("key-text").textContent();
  await page.getByText("It is wrapped for 2 devices").waitFor();
  await photograph(page, "next-key", desk);
  await page.getByLabel("My agents have the new key").check();
  await page.getByRole("button", { name: "Done; forget its text" }).click();
  await page.locator('[data-epoch="2"]').getByText("for new requests").waitFor();
  agent.contentKey = Buffer.from(text, "base64");
  const next = await agent.ask("stripe", "refund", '{"amount":18.5}');
  await openDirectly(bob.page, server, next.id);
  await bob.page.getByText("18.5", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Retire" }).click();
  await page.getByRole("button", { name: "No agent uses it any more" }).click();
  await page.locator('[data-epoch="1"]').getByText("retired").waitFor();
  await photograph(page, "keys-and-devices");
  await openDirectly(page, server, old.id);
  await page.getByText("17.25", { exact: true }).waitFor();
  person.behaved();
  bob.behaved(/status of 401/);
});

// As a browser does that is short of space, while its cookie stays.
async function loseKeys(page) {
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open("letsping");
        open.onsuccess = () => {
          const transaction = open.result.transaction("keys", "readwrite");
          transaction.objectStore("keys").clear();
          transaction.oncomplete = resolve;
          transaction.onerror = reject;
        };
      }),
  );
  await page.reload();
}

test("keys that a browser lost come back with a passkey, and with a passphrase", async (t) => {
  const { server, person, page, agent, contentKey } = await setUp(t);
  if (server.mocked) return;
  await giveAuthenticator(person, { hasPrf: true });
  await keysPage(page, server);
  await page.getByText("No copy holds all keys of this browser").waitFor();
  await page.getByRole("button", { name: "Keep a copy with a passkey" }).click();
  await page.locator('[data-copy="passkey"]').waitFor();
  const { id } = await agent.ask("stripe", "refund", '{"amount":5000.00}');
  await loseKeys(page);
  await page.getByRole("button", { name: "Bring them back with your passkey" }).click();
  await page.getByText("This browser has lost its content keys").waitFor({ state: "detached" });
  await openDirectly(page, server, id);
  await page.getByText("5000.00", { exact: true }).waitFor();

  await keysPage(page, server);
  await card(page, "Your copy of the keys").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete this copy" }).click();
  await page.getByRole("button", { name: "Keep one with a passphrase" }).click();
  await page.getByLabel("Passphrase").fill("too short");
  await page.getByText("At least 16 characters.").waitFor();
  await page.getByLabel("Passphrase").fill("nobody guesses these words");
  await page.getByLabel("The same again").fill("nobody guesses these words");
  await page.getByRole("button", { name: "Keep the copy" }).click();
  await page.locator('[data-copy="passphrase"]').waitFor();
  await photograph(page, "key-copies");
  await loseKeys(page);
  await page.getByText("This browser has lost its content keys").waitFor();
  await photograph(page, "lost-keys");
  await assertAccessible(page, "keys are lost");
  await page.getByLabel("Your passphrase").fill("somebody guesses wrong");
  await page.getByRole("button", { name: "Bring them back" }).click();
  await page.getByText("That is not the passphrase of this copy.").waitFor();
  await page.getByLabel("Your passphrase").fill("nobody  guesses these words ");
  await page.getByRole("button", { name: "Bring them back" }).click();
  await page.getByText("This browser has lost its content keys").waitFor({ state: "detached" });
  await openDirectly(page, server, id);
  await page.getByText("5000.00", { exact: true }).waitFor();
  const secret = contentKey.toString("base64");
  const said = person.seen.posts.map(({ body }) => body).join();
  assert.ok(!said.includes(secret) && !said.includes("guesses"));
  assert.deepEqual(await filesWith(server, contentKey), []);
  person.behaved();
});

test("a recovery sheet is typed back, and a locked browser opens with a passkey", async (t) => {
  const { server, person, page, contentKey } = await setUp(t);
  if (server.mocked) return;
  await giveAuthenticator(person);
  await keysPage(page, server);
  await page.getByText("Nobody has checked a recovery sheet of the newest key").waitFor();
  await page.getByRole("button", { name: "Recovery sheet" }).click();
  const words = await page.locator(".recovery-words li").allTextContents();
  assert.equal(words.length, 33);
  for (const label of await page.locator(".type-back label span").allTextContents()) {
    await page.getByLabel(label, { exact: true }).fill("zebra zebra");
  }
  await page.getByRole("button", { name: "Check the sheet" }).click();
  await page.getByText("That is not what the sheet says").waitFor();
  for (const label of await page.locator(".type-back label span").allTextContents()) {
    await page.getByLabel(label, { exact: true }).fill(words[Number(/\d+/.exec(label)[0]) - 1]);
  }
  await page.getByRole("button", { name: "Check the sheet" }).click();
  await page.getByText("The sheet is right").waitFor();
  await photograph(page, "sheet-checked");
  await page.getByText("Nobody has checked a recovery sheet").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Add one that signs in" }).click();
  await page.getByText("Done, and in force").waitFor();
  await page.getByLabel("Lock this browser when nobody uses it").click();
  await page.getByLabel("After").selectOption("1");
  await page.clock.install();
  await page.goto(server.origin);
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.clock.fastForward("02:00");
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await photograph(page, "locked");
  await assertAccessible(page, "locked");
  await page.reload();
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await page.getByRole("button", { name: "Unlock with your passkey" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  // What is on the paper is the key: typed into a browser that has none, it opens.
  const fresh = words.join(" ");
  await keysPage(page, server);
  await page.getByRole("button", { name: "Remove", exact: true }).first().click();
  await page.getByRole("button", { name: "Remove from this browser" }).click();
  await page.getByText("No content key yet.").waitFor();
  await page.getByLabel("Add a content key").fill(fresh);
  await page.getByRole("button", { name: "Add key" }).click();
  await page.getByText("The text you pasted is gone from this").waitFor();
  assert.ok(!person.seen.posts.some(({ body }) => body.includes(contentKey.toString("base64"))));
  person.behaved(/status of 401/);
});
