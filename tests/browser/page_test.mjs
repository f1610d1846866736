import assert from "node:assert/strict";
import { approve, openBrowser, openRequest, setUp, test } from "./harness.mjs";

test("new requests and decisions appear by themselves in every window", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const other = await person.context.newPage();
  await other.goto(server.origin);
  await other.getByRole("heading", { name: "Inbox" }).waitFor();
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await page.locator(`[data-request="${id}"]`).waitFor();
  await other.locator(`[data-request="${id}"]`).waitFor();
  await openRequest(page, id);
  await openRequest(other, id);
  await page.bringToFront();
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByRole("button", { name: "Send rejection" }).click();
  await page.getByRole("heading", { name: "Rejected" }).waitFor();
  await other.getByRole("heading", { name: "Rejected" }).waitFor();
  person.behaved();
});

test("j, k, Enter and Esc walk the inbox", async (t) => {
  const { person, page, agent } = await setUp(t);
  const first = await agent.ask("a", "one", '{"n":1}');
  const second = await agent.ask("b", "two", '{"n":2}');
  await page.locator(`[data-request="${second.id}"]`).waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.dataset.request);
  await page.keyboard.press("j");
  assert.equal(await focused(), second.id);
  await page.keyboard.press("j");
  assert.equal(await focused(), first.id);
  await page.keyboard.press("k");
  assert.equal(await focused(), second.id);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What would run" }).waitFor();
  await page.getByRole("button", { name: "Reject" }).click();
  await page.keyboard.type("jk");
  assert.equal(await page.getByLabel("Feedback for the agent").inputValue(), "jk");
  await page.keyboard.press("Escape");
  await page.locator(".decision-bar").waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => url.pathname === "/");
  person.behaved();
});

test("what is copied can be pasted, under a policy that denies the clipboard", async (t) => {
  const { server, person, page } = await setUp(t);
  await page.goto(`${server.origin}/settings`);
  const id = await page.locator(".pairs .breakable").first().textContent();
  await page.getByRole("button", { name: "Copy key id" }).click();
  await page.getByRole("button", { name: "Copied key id" }).waitFor();
  await page.getByLabel("Add a content key").focus();
  await page.keyboard.press("Control+V");
  assert.equal(await page.getByLabel("Add a content key").inputValue(), id.trim());
  person.behaved();
});

test("filters live in the address and can be cleared", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const from = (environment) => ({ metadata: { environment } });
  const prod = await agent.ask("stripe", "refund", '{"n":1}', from("prod"));
  const test_ = await agent.ask("mail", "send", '{"n":2}', from("test"));
  await page.locator(`[data-request="${prod.id}"]`).waitFor();
  await page.getByLabel("Filter by environment").selectOption("prod");
  await page.waitForURL(/environment=prod/);
  await page.locator(`[data-request="${test_.id}"]`).waitFor({ state: "detached" });
  await page.locator(`[data-request="${prod.id}"]`).waitFor();
  await page.goto(`${server.origin}/?environment=prod&service=mail`);
  await page.getByText("No request matches these filters.").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.locator(`[data-request="${test_.id}"]`).waitFor();
  person.behaved();
});

test("an unknown request and a server that is away are explained", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  await page.goto(`${server.origin}/requests/req_unknown`);
  await page.getByText("There is no such request").waitFor();
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await page.goto(`${server.origin}/requests/${id}`);
  await page.locator(".decision .approve:enabled").waitFor();
  await person.context.setOffline(true);
  await page.getByText("This device is offline.", { exact: false }).first().waitFor();
  await page.locator(".decision .approve:disabled").waitFor();
  await person.context.setOffline(false);
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 40_000 });
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  person.behaved(/status of 404|ERR_INTERNET_DISCONNECTED|ERR_NETWORK/);
});

test("an open page survives a restart of the server", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  if (server.mocked) return;
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, id);
  await server.restart();
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 40_000 });
  const held = agent.status(id, 25);
  await approve(page);
  assert.equal((await held).status, "APPROVED");
  await page.getByText("Delivered to the agent").waitFor();
  // 403: to the new server the session was idle, so the device key opened another first; 401: a
  // page that asked between the end of the one and the cookie of the other.
  person.behaved(/ERR_(CONNECTION|EMPTY|INCOMPLETE)/, /status of 40[13]/);
});

test("two people at once: the second is told who was first", async (t) => {
  const { server, person, page, agent } = await setUp(t);
  const { id } = await agent.ask("stripe", "refund", '{"amount":1}');
  await openRequest(page, id);
  const other = await person.context.newPage();
  await other.goto(`${server.origin}/requests/${id}`);
  // The other window learns nothing of the first decision before it sends its own.
  await other.route(/\/api\/review\/requests\/\w+$/, (route) =>
    route.request().method() === "GET" && stalled ? undefined : route.continue(),
  );
  let stalled = false;
  await other.locator(".decision .approve:enabled").waitFor();
  stalled = true;
  await page.bringToFront();
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByRole("button", { name: "Send rejection" }).click();
  await page.getByRole("heading", { name: "Rejected" }).waitFor();
  await other.bringToFront();
  await approve(other);
  await other.getByText("It was decided elsewhere first").waitFor();
  person.behaved(/status of 409/);
});

test("a browser that is signed out shows nothing of a request, and holds no stream", async (t) => {
  const { server, agent } = await setUp(t);
  const { id, payload } = await agent.ask("stripe", "refund", '{"amount":1}');
  const stranger = await openBrowser(t, server);
  await stranger.page.goto(`${server.origin}/requests/${id}`);
  await stranger.page.getByText("This browser has no device key").waitFor();
  assert.ok(!stranger.seen.bodies.some((body) => body.includes(payload.ct)));
  assert.ok(!stranger.seen.urls.some((url) => url.includes("/api/review/events")));
  stranger.behaved(/status of 401/);
});
