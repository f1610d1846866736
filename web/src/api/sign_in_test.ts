// @vitest-environment happy-dom

import { expect, test } from "vitest";
import { generateDeviceKey } from "../crypto/device_key";
import { Api, type Fetch } from "./client";
import { readSession, whileActive } from "./sign_in";

const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });
const none = () => answer(401, { reason: "no_session" });

// A server that ends the session before when another is opened, whose cookie is still on its way:
// `arrive` hands the reply to the login over.
function opening(login: () => Response) {
  let [idle, signedIn] = [true, true];
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let asked = () => {};
  const loggingIn = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const fetch: Fetch = async (path) => {
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
  return { api: new Api(fetch), arrive, loggingIn };
}

async function actAgain({ api }: ReturnType<typeof opening>) {
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

test("what else goes wrong with reading the session is told", async () => {
  const api = new Api(async () => answer(503, { reason: "overloaded" }));
  await expect(readSession(api)).rejects.toMatchObject({ reason: "overloaded" });
});
