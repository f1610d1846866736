// This browser as a place that the server reaches: its service worker and its subscription.

import { base64 } from "../crypto/bytes";
import type { DeviceKey } from "../crypto/device_key";
import { trustedScript } from "../trusted_script";
import type { Api } from "./client";
import { whileActive } from "./sign_in";

const script = "/sw.js";

export type PushState =
  | "unsupported" // no service worker or no push, as in Safari outside of an installed app
  | "denied" // the person said no, in the browser's own question
  | "off" // may be switched on
  | "on";

const supported = () =>
  "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export async function pushState(): Promise<PushState> {
  if (!supported()) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  return subscription && Notification.permission === "granted" ? "on" : "off";
}

export class PushRefused extends Error {}

// Asks the person, then the browser's push service, then tells our server where that is.
export async function subscribe(api: Api, key: DeviceKey, pushKey: string): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new PushRefused("The browser was not allowed to show notifications.");
  }
  const registration = await register();
  const subscription = await registration.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(pushKey) })
    .catch(async () => {
      // Subscribed under another key, of an earlier server at this address, perhaps.
      await (await registration.pushManager.getSubscription())?.unsubscribe();
      return registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytesOf(pushKey),
      });
    });
  const { endpoint } = subscription;
  const [p256dh, auth] = ["p256dh", "auth"].map((name) =>
    base64url(subscription.getKey(name as PushEncryptionKeyName)),
  );
  await whileActive(api, key, () =>
    api.post("/api/review/browsers", { endpoint, p256dh, auth, name: browserName() }),
  );
}

// The server forgets it too, as soon as the push service says that it is gone.
export async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

async function register(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(trustedScript(script), {
    scope: "/",
    updateViaCache: "none",
  });
  return navigator.serviceWorker.ready;
}

// What the service worker asks of an open page: to go where a notification points.
export function onOpened(go: (path: string) => void): () => void {
  if (!("serviceWorker" in navigator)) return () => undefined;
  const listen = ({ data }: MessageEvent) => {
    const path: unknown = data?.open;
    if (typeof path === "string" && path.startsWith("/") && !path.startsWith("//")) go(path);
  };
  navigator.serviceWorker.addEventListener("message", listen);
  return () => navigator.serviceWorker.removeEventListener("message", listen);
}

function base64url(bytes: ArrayBuffer | null): string {
  const text = base64(new Uint8Array(bytes ?? new ArrayBuffer(0)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

const browsers: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const systems: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

// "Firefox on Linux": what a person tells their browsers apart by.
export function browserName(agent = navigator.userAgent): string {
  const named = (table: [RegExp, string][], other: string) =>
    table.find(([form]) => form.test(agent))?.[1] ?? other;
  return `${named(browsers, "A browser")} on ${named(systems, "some system")}`;
}
