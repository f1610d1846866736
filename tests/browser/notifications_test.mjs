// Web Push from our own server to a browser, and back: a push service of our own checks and opens
// what the server sends, and the browser's devtools hand it to the real service worker.

import assert from "node:assert/strict";
import { eventually, makeCertificate, Sink } from "../reach/sink.mjs";
import { assertGood } from "./access.mjs";
import { photograph, setUp, test } from "./harness.mjs";

async function withSink(t) {
  const certificate = makeCertificate();
  const sink = await new Sink(certificate).open();
  t.after(async () => {
    sink.close();
    certificate.forget();
  });
  const env = {
    LETSPING_WEBHOOKS__ALLOW: "127.0.0.1",
    LETSPING_WEBHOOKS__AUTHORITIES: certificate.cert,
    LETSPING_PUSH__SUBJECT: "mailto:ops@example.org",
  };
  return { sink, ...(await setUp(t, { env, program: "whole" })) };
}

// In the place of the browser maker's push service, which a test cannot reach: the sink's.
async function stubPush({ context, page }, server, sink, path) {
  await context.grantPermissions(["notifications"], { origin: server.origin });
  await context.exposeBinding("lpSubscribe", (_source, key) => sink.subscribe(path, key));
  await context.addInitScript(() => {
    if (typeof PushManager === "undefined") return;
    let subscription = null;
    const bytes = (text) =>
      Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
        c.charCodeAt(0),
      ).buffer;
    PushManager.prototype.getSubscription = async () => subscription;
    PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
      if (!userVisibleOnly) throw new DOMException("not visible", "NotAllowedError");
      const text = btoa(String.fromCharCode(...new Uint8Array(applicationServerKey)));
      const key = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      const { endpoint, keys } = await window.lpSubscribe(key);
      const unsubscribe = async () => {
        subscription = null;
        return true;
      };
      subscription = { endpoint, getKey: (name) => bytes(keys[name]), unsubscribe };
      return subscription;
    };
  });
  const cdp = await context.newCDPSession(page);
  const registrations = new Map();
  cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: found }) => {
    for (const { registrationId, scopeURL } of found) registrations.set(scopeURL, registrationId);
  });
  await cdp.send("ServiceWorker.enable");
  return {
    deliver: async ({ text }) => {
      const registrationId = registrations.get(`${server.origin}/`);
      const given = { origin: server.origin, registrationId, data: text };
      await cdp.send("ServiceWorker.deliverPushMessage", given);
    },
  };
}

const shown = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, tag, actions, data }) => ({
      title,
      body,
      tag,
      actions: actions.map(({ action }) => action),
      data,
    }));
  });

async function press(context, action = "") {
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  await worker.evaluate(async (name) => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action: name }));
  }, action);
}

test("a request is told to a browser, and goes when decided elsewhere", async (t) => {
  const { sink, server, person, page, agent } = await withSink(t);
  const push = await stubPush(person, server, sink, "/push/ada");
  await page.reload();
  await page.getByText("Nobody is told when a request waits in").waitFor();
  await photograph(page, "notifications-banner");
  await page.goto(`${server.origin}/settings?page=notifications`);
  await page.getByRole("button", { name: "Notify me in this browser" }).click();
  await page.getByText("Not known to work: send a test").waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  const trial = await eventually("the test", () => sink.pushes[0]);
  assert.match(trial.message.notification.title, /^Test:/);
  await page.getByText("Works: the last one arrived").waitFor();
  await page.getByText("Nobody is told when a request waits in").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Show what leaves" }).click();
  await page.getByText("an approval is waiting").waitFor();
  await photograph(page, "notifications-browser");

  const marker = "the-marker-in-the-payload";
  const high = { priority: "high" };
  const { id } = await agent.ask("stripe", "refund", `{"what":"${marker}"}`, high);
  const told = await eventually("the push", () => sink.pushes[1]);
  assert.equal(sink.broken, undefined);
  assert.equal(told.headers.urgency, "high");
  assert.ok(Number(told.headers.ttl) > 80_000);
  assert.equal(told.message.app_badge, 1);
  assert.ok(!told.text.includes(marker) && !told.text.includes("stripe"), told.text);
  await push.deliver(told);
  const [notification] = await eventually("the notification", async () => {
    const all = await shown(page);
    return all.length > 0 && all;
  });
  assert.equal(notification.title, "High: an approval is waiting");
  assert.match(notification.body, /^default · agent billing-bot · \d+ h left$/);
  assert.equal(notification.tag, id);
  assert.deepEqual(notification.actions, ["review", "reject"]);
  await press(person.context, "reject");
  await page.waitForURL(`${server.origin}/requests/${id}?act=reject`);
  await page.getByRole("button", { name: "Send rejection" }).waitFor();
  assert.equal((await agent.status(id)).status, "PENDING", "a notification has decided");
  // A close that comes late takes what has the same tag then.
  await eventually("the notification to close", async () => (await shown(page)).length === 0);

  // It is shown again, and somebody decides elsewhere.
  await push.deliver(told);
  await eventually("the notification again", async () => (await shown(page)).length === 1);
  await agent.cancel(id);
  const closing = await eventually("the closing", () => sink.pushes[2]);
  assert.equal(closing.message.event, "request.closed");
  assert.equal(closing.headers.topic, told.headers.topic);
  assert.equal(closing.message.app_badge, 0);
  await push.deliver(closing);
  await eventually("the notification to go", async () => (await shown(page)).length === 0);
  await page.goto(`${server.origin}/settings?page=notifications`);
  await page.getByText("one was on the screen").waitFor();

  // The push service knows it no more: so do we.
  sink.answer("/push/ada", { status: 410 });
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.locator("[data-place]").waitFor({ state: "detached" });
  person.behaved();
});

test("a channel is added on the page, shows what leaves and says whether it works", async (t) => {
  const { sink, server, person, page } = await withSink(t);
  await page.goto(`${server.origin}/settings?page=notifications`);
  await page.getByRole("button", { name: "Add a channel" }).click();
  await page.getByLabel("Kind").selectOption("webhook");
  await page.getByLabel("Name, as people call it").fill("Alerts");
  await page.getByLabel("URL", { exact: true }).fill(`${sink.url}/alerts`);
  await page.getByLabel("How often").selectOption("900");
  await photograph(page, "notifications-form");
  await assertGood(page, "notifications");
  await page.getByRole("button", { name: "Add and send a test" }).click();
  await page.getByText("shown this once").waitFor();
  await page.getByText("Works: the last one arrived").waitFor();
  assert.equal(JSON.parse(sink.posts[0].body).event, "test");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Show what leaves" }).click();
  await page.getByText('"event":"request.pending"').waitFor();
  await photograph(page, "notifications-channel");
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Really remove" }).click();
  await page.locator("[data-place]").waitFor({ state: "detached" });
  await page.getByText("Nobody is told when a request waits here").waitFor();
  person.behaved();
});

test("the dashboard can be installed", async (t) => {
  const { server, person, page } = await withSink(t);
  await page.goto(server.origin);
  const cdp = await person.context.newCDPSession(page);
  const { errors } = await cdp.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
  // Tests run in a window that keeps nothing, where no browser installs anything.
  const left = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
  assert.deepEqual(left, []);
  person.behaved();
});
