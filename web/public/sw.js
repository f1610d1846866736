// Shows what the server pushes, and opens the page that it is about. It holds no key, reads no
// request and decides nothing: Reject, too, only opens the page with the rejection laid out.

const requestPath = /^\/requests\/[A-Za-z0-9_-]+$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(take(event.data)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path } = event.notification.data ?? {};
  if (typeof path !== "string") return;
  const opens = event.action === "reject" && requestPath.test(path) ? `${path}?act=reject` : path;
  event.waitUntil(open(opens));
});

// The push service gave this browser another address: the server must learn it, or nobody is told.
self.addEventListener("pushsubscriptionchange", (event) =>
  event.waitUntil(renew(event.oldSubscription, event.newSubscription)),
);

async function take(data) {
  const message = read(data);
  if (message.event === "request.closed") {
    await close(message.tag);
  } else {
    await show(message);
  }
  await mark(message.badge);
  if (message.browser) await acknowledge(message.browser);
}

// What comes from the server, as far as it has the form that it should have. A push that cannot be
// read is shown all the same: a browser stops to push for a page that stays silent.
function read(data) {
  try {
    const { notification, app_badge, event, browser } = data.json();
    const { pathname, search } = new URL(notification.navigate, self.location.origin);
    return {
      title: String(notification.title),
      body: String(notification.body),
      tag: String(notification.tag),
      // Of this origin, whatever the address says.
      path: pathname + search,
      event,
      badge: app_badge,
      browser: /^sub_[a-z0-9]+$/.test(browser) ? browser : undefined,
    };
  } catch {
    const body = "Open LetsPing to see what waits.";
    return { title: "LetsPing", body, tag: "unread", path: "/" };
  }
}

async function show({ title, body, tag, path }) {
  const actions = [
    { action: "review", title: "Review" },
    { action: "reject", title: "Reject" },
  ];
  await self.registration.showNotification(title, {
    body,
    tag,
    renotify: true,
    icon: "/icon-192.png",
    badge: "/icon-192.png",
    data: { path },
    actions: requestPath.test(path) ? actions : [],
  });
}

async function close(tag) {
  const shown = await self.registration.getNotifications({ tag });
  for (const notification of shown) notification.close();
}

async function mark(count) {
  if (!Number.isInteger(count) || !("setAppBadge" in self.navigator)) return;
  await (count > 0 ? self.navigator.setAppBadge(count) : self.navigator.clearAppBadge());
}

async function acknowledge(browser) {
  // Whoever is signed out is told all the same; only that it was shown is then not known.
  await post(`/api/review/browsers/${browser}/shown`, {}).catch(() => undefined);
}

// A page that is open goes there by itself and keeps what is typed in it.
async function open(path) {
  const pages = await self.clients.matchAll({ type: "window" });
  const page = pages.find((client) => client.focused) ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  page.postMessage({ open: path });
  return page.focus();
}

async function renew(before, given) {
  const options =
    before?.options ?? (await self.registration.pushManager.getSubscription())?.options;
  if (!given && !options) return;
  const subscription = given ?? (await self.registration.pushManager.subscribe(options));
  const { endpoint, keys } = subscription.toJSON();
  await post("/api/review/browsers", {
    endpoint,
    p256dh: keys.p256dh,
    auth: keys.auth,
    name: "Renewed by the browser",
  });
}

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-LP-CSRF": "1" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
}
