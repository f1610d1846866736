// @vitest-environment happy-dom

import { beforeEach, expect, test } from "vitest";
import { generateDeviceKey } from "../crypto/device_key";
import { Api, type Fetch } from "./client";
import { stubLocks } from "./locks_testing";
import { readSession, whileActive } from "./sign_in";

beforeEach(stubLocks);

const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });
const none = () => answer(401, { reason: "no_session" });

// A server that ends the session before when another is opened, whose cookie is still on its way:
// `arrive` hands the reply to the login over.
function opening(login: () => Response) {
  let [idle, signedIn] = [true, true];
  const asks: string[] = [];
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let asked = () => {};
  const loggingIn = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const fetch: Fetch = async (path) => {
    asks.push(path);
    if (path === "/api/login/begin") return answer(200, { server_nonce: "AAAA" });
    if (path === "/api/login") {
      signedIn = false;
      asked();
      await arrived;
      const reply = login();
      signedIn = reply.ok;
      idle = !reply.ok;
      return reply;
    }
    if (path === "/api/session") return signedIn ? answer(200, { member: "Ada" }) : none();
    return idle ? answer(401, { reason: "session_idle" }) : answer(200, {});
  };
  return { api: new Api(fetch), tab: () => new Api(fetch), asks, arrive, loggingIn };
}

async function actAgain({ api }: { api: Api }) {
  const key = await generateDeviceKey("now");
  return whileActive(api, key, () => api.post("/deed", {}));
}

test("a session that is just being opened again is waited for", async () => {
  const server = opening(() => answer(200, {}));
  const deed = actAgain(server);
  await server.loggingIn;
  const read = readSession(server.api);
  // It is told that there is none before the login is answered.
  await new Promise((resolve) => setTimeout(resolve));
  server.arrive();
  expect(await read).toEqual({ member: "Ada" });
  await deed;
});

test("a session that could not be opened again is none", async () => {
  const server = opening(() => answer(403, { reason: "not_permitted" }));
  const deed = actAgain(server);
  const refused = expect(deed).rejects.toThrow();
  await server.loggingIn;
  const read = readSession(server.api);
  server.arrive();
  expect(await read).toBeNull();
  await refused;
  expect(await readSession(server.api)).toBeNull();
});

test("tabs that find the session idle together open one", async () => {
  const server = opening(() => answer(200, {}));
  const deeds = [actAgain(server)];
  await server.loggingIn;
  deeds.push(actAgain({ api: server.tab() }));
  const read = readSession(server.tab());
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.arrive();
  await Promise.all(deeds);
  expect(await read).toEqual({ member: "Ada" });
  expect(server.asks.filter((path) => path === "/api/login")).toHaveLength(1);
});

test("the tab that waited opens the session where the other could not", async () => {
  const replies = [answer(403, { reason: "not_permitted" }), answer(200, {})];
  const server = opening(() => replies.shift() ?? answer(500, {}));
  const refused = expect(actAgain(server)).rejects.toMatchObject({ reason: "not_permitted" });
  await server.loggingIn;
  const deed = actAgain({ api: server.tab() });
  server.arrive();
  await Promise.all([refused, deed]);
});

test("without a session every call but a login is asked once more, and no oftener", async () => {
  const asks: string[] = [];
  const api = new Api(async (path) => {
    asks.push(path);
    return none();
  });
  for (const path of ["/api/session", "/api/login"]) {
    await expect(api.post(path, {})).rejects.toMatchObject({ reason: "no_session" });
  }
  await expect(api.bytes("/api/x", AbortSignal.timeout(1000))).rejects.toThrow();
  expect(asks).toEqual(["/api/session", "/api/session", "/api/login", "/api/x", "/api/x"]);
});

test("what else goes wrong with reading the session is told", async () => {
  const api = new Api(async () => answer(503, { reason: "overloaded" }));
  await expect(readSession(api)).rejects.toMatchObject({ reason: "overloaded" });
});
