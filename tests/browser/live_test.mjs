import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  approve,
  desk,
  letGo,
  openRequest,
  photograph,
  setUp,
  test,
  waitingTest,
} from "./harness.mjs";

const events = "/api/review/events";
const quiet = /ERR_(CONNECTION|EMPTY|INCOMPLETE|NETWORK|INTERNET)/;

const row = (page, id) => page.locator(`[data-request="${id}"]`);
const signIn = (page) => page.getByRole("button", { name: "Sign in with this browser's key" });
const pill = (page, word) => page.locator(".connection").getByText(word, { exact: true });

// The event streams that a browser has opened, and those that are open still.
function watchStreams(context) {
  const all = [];
  const ended = new Set();
  context.on("request", (request) => {
    if (new URL(request.url()).pathname !== events) return;
    all.push({ page: request.frame().page(), request });
  });
  context.on("requestfinished", (request) => ended.add(request));
  context.on("requestfailed", (request) => ended.add(request));
  const open = () => all.filter(({ page, request }) => !page.isClosed() && !ended.has(request));
  return { all, open };
}

async function openTabs(person, server, count) {
  const tabs = [person.page];
  while (tabs.length < count) {
    const tab = await person.context.newPage();
    await tab.goto(server.origin);
    await tab.getByRole("heading", { name: "Inbox" }).waitFor();
    tabs.push(tab);
  }
  for (const tab of tabs) await pill(tab, "Live").waitFor();
  return tabs;
}

test("eight tabs share one event stream and all of them update", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const streams = watchStreams(person.context);
  await page.reload();
  await pill(page, "Live").waitFor();
  const tabs = await openTabs(person, server, 8);
  assert.equal(streams.open().length, 1, "one stream for all tabs");
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await Promise.all(tabs.map((tab) => row(tab, id).waitFor()));
  // Six connections to one host are all that a browser has: with a stream for each tab the
  // requests of the seventh would not even leave.
  await Promise.all(tabs.map((tab) => openRequest(tab, id)));
  await page.bringToFront();
  await approve(page);
  await Promise.all(tabs.map((tab) => tab.getByRole("heading", { name: "Approved" }).waitFor()));
  assert.equal(streams.all.length, 1);
  person.behaved();
});

test("when the leading tab is closed the others go on without missing anything", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const streams = watchStreams(person.context);
  await page.reload();
  const tabs = await openTabs(person, server, 3);
  const asked = [];
  for (const leading of [0, 1]) {
    const closing = tabs[leading].close();
    asked.push((await agent.ask("stripe", `refund_${leading}`, '{"amount":1}')).id);
    await closing;
    for (const tab of tabs.slice(leading + 1)) {
      for (const id of asked) await row(tab, id).waitFor();
    }
  }
  assert.equal(streams.open().length, 1);
  assert.match(streams.all.at(-1).request.url(), /\?after=/, "it goes on where the other ended");
  person.behaved();
});

waitingTest("a leading tab that is frozen loses the lead", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  await pill(page, "Live").waitFor();
  const [, other] = await openTabs(person, server, 2);
  await other.bringToFront();
  const devtools = await person.context.newCDPSession(page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await row(other, id).waitFor({ timeout: 45_000 });
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await row(page, id).waitFor();
  const next = await agent.ask("stripe", "payout", '{"amount":2}');
  for (const tab of [page, other]) await row(tab, next.id).waitFor();
  person.behaved();
});

test("a restarted server: the pill counts down, then what was missed is there", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  await pill(page, "Live").waitFor();
  const other = (await openTabs(person, server, 2))[1];
  await server.stop();
  for (const tab of [page, other]) {
    await pill(tab, "Reconnecting").waitFor();
    await tab.getByText("The server does not answer.", { exact: false }).waitFor();
  }
  await page.locator(".connection").getByText(/^\d+ s$/).waitFor();
  await photograph(page, "live-reconnecting");
  await server.restart();
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  for (const tab of [page, other]) {
    await pill(tab, "Live").waitFor({ timeout: 40_000 });
    await row(tab, id).waitFor();
  }
  await openRequest(page, id);
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  // To the new server the session was idle, so the device key opened another one first: the pages
  // go on with that.
  for (const tab of [page, other]) await pill(tab, "Live").waitFor({ timeout: 40_000 });
  const last = await agent.ask("stripe", "payout", '{"amount":2}');
  for (const tab of [page, other]) await row(tab, last.id).waitFor();
  // 401: a page that asked between the end of the old session and the cookie of the new one.
  person.behaved(quiet, /status of 40[13]/);
});

test("a lost connection is said, and what was missed is there when it is back", async (t) => {
  const { person, page, agent } = await setUp(t);
  await pill(page, "Live").waitFor();
  await person.context.setOffline(true);
  await pill(page, "Offline").waitFor();
  await page.getByText("This device is offline.", { exact: false }).waitFor();
  await photograph(page, "live-offline");
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await person.context.setOffline(false);
  await pill(page, "Live").waitFor({ timeout: 20_000 });
  await row(page, id).waitFor();
  person.behaved(quiet);
});

test("signing out in one tab asks every tab to sign in, and one sign-in serves all", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  const tabs = await openTabs(person, server, 3);
  await openRequest(tabs[2], id);
  await page.getByRole("button", { name: "Sign out" }).click();
  for (const tab of tabs) await signIn(tab).waitFor();
  await photograph(tabs[2], "live-signed-out");
  await signIn(page).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await tabs[2].bringToFront();
  await tabs[2].getByRole("heading", { name: "What would run" }).waitFor();
  person.behaved(/status of 401/);
});

test("decided elsewhere while open: who, what, when, and no buttons", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  const other = await person.context.newPage();
  await other.goto(`${server.origin}/requests/${id}`);
  await other.getByRole("button", { name: "Reject" }).click();
  await other.getByLabel("Feedback for the agent").fill("not today");
  await other.getByRole("button", { name: "Send rejection" }).click();
  await page.getByText("Decided elsewhere while you were reading").waitFor();
  await page.getByText(/in another window or on another device at \d\d:\d\d:\d\d/).waitFor();
  await page.getByRole("heading", { name: "Rejected" }).waitFor();
  assert.equal(await page.locator(".decision").count(), 0, "the buttons are still there");
  await photograph(page, "live-decided-elsewhere");
  // The page that decided says nothing of elsewhere.
  await other.getByRole("heading", { name: "Rejected" }).waitFor();
  assert.equal(await other.getByText("Decided elsewhere").count(), 0);
  person.behaved();
});

// That somebody looked is noted for the version they saw: the server must have it before the next.
async function openedAndNoted(page, id) {
  const noted = page.waitForResponse((answer) => answer.url().endsWith("/viewed"));
  await openRequest(page, id);
  await noted;
}

test("superseded while open: nothing is signed for the old version", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":100}');
  await openRequest(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  await agent.revise(id, 1, '{"amount":99999}');
  await page.getByText("The agent changed this request while you were reading").waitFor();
  assert.equal(await page.locator(".decision").count(), 0, "the old version can be decided");
  await page.locator(".facts").getByText("100", { exact: true }).waitFor();
  const changes = page.getByRole("region", { name: "Version 2 changes 1 field" });
  assert.equal(await changes.locator(".pointer").textContent(), "/amount");
  assert.match(await changes.locator("del").textContent(), /100$/);
  assert.match(await changes.locator("ins").textContent(), /99999$/);
  await photograph(page, "live-superseded");
  await page.getByRole("button", { name: "Show version 2" }).click();
  await page.locator(".facts").getByText("99999", { exact: true }).waitFor();
  assert.equal(await changes.count(), 0);
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  assert.equal((await agent.status(id)).status, "APPROVED");
  person.behaved();
});

test("superseded by what this device cannot open, and by more than fits", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":100}');
  await openedAndNoted(page, id);
  const other = Object.assign(Object.create(agent), { contentKey: randomBytes(32) });
  await other.revise(id, 1, '{"amount":99999}');
  await page.getByText("What version 2 changes cannot be shown on this device.").waitFor();
  assert.equal(await page.locator(".changes").count(), 0);
  await page.getByRole("button", { name: "Show version 2" }).click();
  await page.getByText("None of your content keys opens this request").waitFor();

  // A dozen changes, and how many are left.
  const numbers = (first) => JSON.stringify(Array.from({ length: 40 }, (_, n) => first + n));
  const many = await agent.ask("stripe", "payout", `{"all":${numbers(0)}}`);
  await page.goto(server.origin);
  await openedAndNoted(page, many.id);
  await agent.revise(many.id, 1, `{"all":${numbers(100)}}`);
  const changes = page.getByRole("region", { name: "Version 2 changes 40 fields" });
  await changes.getByText("And 28 more.").waitFor();
  assert.equal(await changes.locator(".change").count(), 12);
  person.behaved();
});

test("a decision on a version that was just superseded is refused and says so", async (t) => {
  const { person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":100}');
  await openRequest(page, id);
  await page.locator(".decision .approve:enabled").waitFor();
  // This page hears nothing of the new version before it decides.
  await page.route(/\/api\/review\/requests\/\w+$/, () => undefined);
  await agent.revise(id, 1, '{"amount":99999}');
  await page.locator(".decision-bar .approve:enabled").click();
  await page.locator(".decision-panel.confirm .approve:enabled").click();
  await page.getByText("Something changed while you were reading").waitFor();
  assert.equal((await agent.status(id)).status, "PENDING");
  person.behaved(/status of 409/);
});

test("withdrawn and expired while open", async (t) => {
  const { person, page, agent } = await setUp(t);
  const withdrawn = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, withdrawn.id);
  await agent.cancel(withdrawn.id);
  await page.getByText("The agent withdrew this request while you were reading").waitFor();
  assert.equal(await page.locator(".decision").count(), 0);
  await photograph(page, "live-withdrawn");
  const late = await agent.ask("stripe", "payout", '{"amount":1}', { decide_in: 3 });
  await letGo(page);
  await openRequest(page, late.id);
  await page.getByText("The deadline passed while you were reading").waitFor({ timeout: 15_000 });
  assert.equal(await page.locator(".decision").count(), 0);
  person.behaved();
});

test("a wrong key on this device: which it has and which it needs", async (t) => {
  const { person, page, agent, contentKey } = await setUp(t);
  const other = Object.assign(Object.create(agent), { contentKey: randomBytes(32) });
  const { id } = await other.ask("stripe", "refund", '{"amount":1}', { version: 2 });
  await row(page, id).click();
  await page.getByText("None of your content keys opens this request").waitFor();
  const words = await page.locator(".notice .words").allTextContents();
  assert.equal(words.length, 3, "the needed key, the one that is here, and this device");
  assert.notEqual(words[0], words[1]);
  assert.equal(await page.locator(".decision .approve").count(), 0);
  await page.getByRole("button", { name: "Reject unseen" }).waitFor();
  await photograph(page, "live-wrong-key");
  // The right key, given while it is open.
  await page.getByLabel("Add a content key").fill(other.contentKey.toString("base64"));
  await page.getByRole("button", { name: "Add key" }).click();
  await page.getByRole("heading", { name: "What would run" }).waitFor();
  assert.notDeepEqual(other.contentKey, contentKey);
  person.behaved();
});

test("no row moves under the pointer: new ones wait behind a count", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const first = await agent.ask("stripe", "first", '{"n":1}');
  const second = await agent.ask("stripe", "second", '{"n":2}');
  await row(page, first.id).waitFor();
  await row(page, second.id).hover();
  const before = await row(page, second.id).boundingBox();
  const asked = [];
  for (const name of ["third", "fourth", "fifth"]) {
    asked.push((await agent.ask("stripe", name, '{"n":3}')).id);
  }
  const news = page.getByRole("button", { name: "3 new" });
  await news.waitFor();
  assert.deepEqual(await row(page, second.id).boundingBox(), before, "the row has moved");
  // Decided elsewhere: it stays in its place and says by whom.
  const other = await person.context.newPage();
  await other.goto(`${server.origin}/requests/${second.id}`);
  await approve(other);
  await row(page, second.id).getByText("Approved by Ada").waitFor();
  await page.waitForTimeout(2500);
  assert.deepEqual(await row(page, second.id).boundingBox(), before, "it slid out under it");
  await photograph(page, "live-held-list", desk);
  await news.click();
  for (const id of asked) await row(page, id).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.request), asked[2]);
  person.behaved();
});

test("a row decided elsewhere says by whom for two seconds, then slides out", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await page.goto(`${server.origin}/?state=pending`);
  await row(page, id).waitFor();
  await letGo(page);
  const other = await person.context.newPage();
  await other.goto(`${server.origin}/requests/${id}`);
  await approve(other);
  await page.bringToFront();
  await page.locator(".row.leaving").getByText("Approved by Ada").waitFor();
  await photograph(page, "live-leaving");
  await row(page, id).waitFor({ state: "detached" });
  person.behaved();
});
