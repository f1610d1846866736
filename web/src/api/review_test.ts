// The whole way through the client's own code, against the mock, which verifies every signature.

import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { serveMock } from "../../dev/mock.mjs";
import { plainCommit, Review } from "../../dev/mock_review.mjs";
import { openV1, sealV1 } from "../../dev/vectors.mjs";
import { utf8 } from "../crypto/bytes";
import { type ContentKey, importContentKey } from "../crypto/content_key";
import { generateDeviceKey } from "../crypto/device_key";
import { readEnvelope, seal } from "../crypto/envelope";
import { jcs } from "../crypto/jcs";
import type { Keyring } from "../crypto/keyring";
import { type Opened, openPayload } from "../payload/open";
import { Api, ApiError, type Fetch } from "./client";
import { checkOffer, decide, OfferMismatch, payloadReference, type Signer } from "./decide";
import { loadDetail } from "./detail";
import { sealEdit } from "./edit";
import { beginSetup, finishSetup, login, signProjectRoster } from "./sign_in";
import type { Session } from "./types";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

// As a browser would call: same origin, with the cookie that the server set.
function browserFetch(origin: string, mutate: (path: string) => void): Fetch {
  let cookie = "";
  return async (path, init) => {
    mutate(path);
    const headers = new Headers(init.headers);
    headers.set("Origin", origin);
    headers.set("Sec-Fetch-Site", "same-origin");
    if (cookie) headers.set("Cookie", cookie);
    const { credentials: _, ...rest } = init;
    const response = await fetch(origin + path, { ...rest, headers });
    cookie = response.headers.get("Set-Cookie")?.split(";")[0] ?? cookie;
    return response;
  };
}

async function signedIn() {
  const review = new Review();
  const { server, port } = await serveMock(review);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://localhost:${port}`;
  const hooks = { before: (_path: string) => {} };
  const api = new Api(browserFetch(origin, (path) => hooks.before(path)));
  const device = await generateDeviceKey("now");
  const begin = await beginSetup(api, review.token);
  const pins = await finishSetup(api, review.token, "Ada", device, begin);
  const raw = randomBytes(32);
  const key = await importContentKey(new Uint8Array(raw), "now");
  const keyring: Keyring = { device, content: [key], pins, compared: {}, removed: [] };
  const session = await api.get<Session>("/api/session");
  const signer: Signer = { api, session, keyring };
  const ask = (text: string) => {
    const payload = sealV1(raw, randomBytes(12), text);
    return review.ingest(JSON.stringify(payload), { service: "s", action: "a", payload });
  };
  const see = async (id: string, keys: ContentKey[] = [key]) => {
    const detail = await loadDetail(api, id);
    return { detail, opened: await openPayload(detail, keys) };
  };
  return { review, raw, origin, hooks, api, device, key, keyring, session, signer, ask, see };
}

const wish = (verdict: "approve" | "reject", reason = "") => ({
  verdict,
  reason,
  dwellMs: 900,
  shown: 1,
});

test("setup signs the roster that the session then names", async () => {
  const { keyring, session } = await signedIn();
  const [project] = session.projects;
  expect(keyring.pins[project?.id ?? ""]).toEqual({
    origin: project?.origin,
    roster_sha256: project?.roster_sha256,
  });
});

test("a project without a roster can be signed later", async () => {
  const { api, device, session } = await signedIn();
  const unsigned = session.projects.find((project) => !project.roster_sha256);
  const pin = await signProjectRoster(api, device, unsigned?.id ?? "");
  const after = await api.get<Session>("/api/session");
  const signed = after.projects.find((project) => project.id === unsigned?.id);
  expect(signed?.roster_sha256).toBe(pin.roster_sha256);
});

test("the device key signs in, and a stranger's does not", async () => {
  const { api, device, origin } = await signedIn();
  expect((await login(api, device, origin)).member.name).toBe("Ada");
  const stranger = await generateDeviceKey("now");
  await expect(login(api, stranger, origin)).rejects.toMatchObject({ reason: "login_refused" });
  await expect(login(api, device, "http://else.where")).rejects.toMatchObject({ status: 401 });
});

test("an approval is bound to the decrypted bytes", async () => {
  const { signer, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":5000.00}'));
  const decided = await decide(signer, detail, opened, wish("approve"));
  expect(decided.state).toBe("approved");
  expect(decided.commit).toBe(opened.state === "open" && opened.commit);
});

test("an edit is sealed anew, and signed beside what it replaces", async () => {
  const { review, raw, signer, ask, see } = await signedIn();
  const id = ask('{"amount":5000.00, "to":"acct_99"}');
  const { detail, opened } = await see(id);
  if (opened.state !== "open") throw new Error(opened.state);
  const edit = await sealEdit(opened, '{"amount":50.00, "to":"acct_99"}');
  expect(edit.sent).not.toContain("acct_99");
  const decided = await decide(signer, detail, opened, { ...wish("approve"), edit });
  expect(decided.state).toBe("approved_with_modifications");
  const [core] = review.answers.keys();
  expect(JSON.parse(core)).toMatchObject({
    payload: { kind: "v1", commit: edit.shown.commit },
    base: { kind: "v1", env_sha256: detail.env_sha256, commit: opened.commit },
  });
  const { iv, ct } = JSON.parse(decided.edited?.payload ?? "");
  expect(openV1(raw, iv, ct)).toBe('{"amount":50.00, "to":"acct_99"}');
});

test("an edit of version 2 keeps the agent's context", async () => {
  const { key } = await signedIn();
  const context = '{"client_nonce":"bm9uY2U","n":1e2}';
  const sealed = await seal(utf8('{"a":1}'), { kind: "v2", context }, key);
  const envelope = await readEnvelope(sealed);
  expect(envelope).toMatchObject({ kind: "v2", kid: key.kid, context: jcs(JSON.parse(context)) });
});

test("a rejection carries its reason beside the core", async () => {
  const { signer, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":1}'));
  const decided = await decide(signer, detail, opened, wish("reject", "not today"));
  expect(decided.decision).toMatchObject({ state: "rejected", reason: "not today" });
});

test("without the key a rejection names only the envelope", async () => {
  const { signer, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":1}'), []);
  expect(opened.state).toBe("no_key");
  const reference = await payloadReference(detail, opened);
  expect(reference).toEqual({ kind: "v1", env_sha256: detail.env_sha256, kid: undefined });
  const decided = await decide(signer, detail, opened, wish("reject"));
  expect(decided.state).toBe("rejected");
});

test("files that nobody has compared are approved by no page, and may be rejected", async () => {
  const { signer, ask, see } = await signedIn();
  for (const text of ['{"a":1,"_lp_attachments":[{}]}', '{"a":1}']) {
    const found = await see(ask(text));
    // In the second case only the server speaks of one.
    const attachments = [{ id: "a1", size: 21, pieces: 1, missing: 0 }];
    const detail = { ...found.detail, ...(text === '{"a":1}' && { attachments }) };
    const approval = decide(signer, detail, found.opened, wish("approve"));
    await expect(approval).rejects.toThrow(OfferMismatch);
    const rejected = await decide(signer, detail, found.opened, wish("reject"));
    expect(rejected.state).toBe("rejected");
  }
});

test("a plaintext payload is bound to its exact text", async () => {
  const { review, signer, see } = await signedIn();
  const text = '{ "n" : 12345678901234567890 }';
  const id = review.ingest(text, { service: "s", action: "a", payload: {} });
  const { detail, opened } = await see(id);
  expect(opened).toMatchObject({ state: "open", text, leaves: 1 });
  expect(opened.state === "open" && opened.commit).toBe(plainCommit(detail.commit_key, text));
  expect((await decide(signer, detail, opened, wish("approve"))).state).toBe("approved");
});

test("a nonce that ran out while somebody read is renewed without asking", async () => {
  const { review, signer, ask, see } = await signedIn();
  review.offerLifeMs = 1;
  const { detail, opened } = await see(ask('{"amount":1}'));
  review.offerLifeMs = 120_000;
  expect((await decide(signer, detail, opened, wish("approve"))).state).toBe("approved");
});

test("an offer that ran out on its way to the server is renewed once", async () => {
  const { review, hooks, signer, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":1}'));
  const { offer } = detail;
  if (!offer) throw new Error("no offer");
  let sent = 0;
  hooks.before = (path) => {
    if (path.endsWith("/decision")) sent += 1;
  };
  // The page believes that there is time left; the server knows better.
  const late = { ...offer, expires_at: new Date(Date.now() + 600_000).toISOString() };
  review.offerLifeMs = 120_000;
  const passed = { ...detail, offer: { ...late, nonce: "stale" } };
  review.compare = ((compare) => (request: unknown, said: { nonce: string }) => {
    if (said.nonce === "stale") throw review.stale(request, "offer_expired");
    compare.call(review, request, said);
  })(review.compare);
  expect((await decide(signer, passed, opened, wish("approve"))).state).toBe("approved");
  expect(sent).toBe(2);
});

test("issued_at follows the server's clock whatever this device's says", async () => {
  const { signer, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":1}'));
  const real = Date.now;
  Date.now = () => real() + 3_600_000;
  try {
    const cores: string[] = [];
    const post = signer.api.post.bind(signer.api);
    signer.api.post = <T>(path: string, body: unknown) => {
      cores.push((body as { core: string }).core);
      return post<T>(path, body);
    };
    await decide(signer, detail, opened, wish("reject")).catch(() => undefined);
    const issued = Date.parse(JSON.parse(cores[0] ?? "{}").issued_at);
    const since = issued - Date.parse(detail.offer?.time ?? "");
    expect(since).toBeGreaterThanOrEqual(0);
    expect(since).toBeLessThan(5000);
  } finally {
    Date.now = real;
  }
});

test("a request that changed meanwhile is not signed", async () => {
  const { review, signer, ask, see } = await signedIn();
  review.offerLifeMs = 1;
  const id = ask('{"amount":1}');
  const { detail, opened } = await see(id);
  review.requests.get(id).level = "high";
  const decision = decide(signer, detail, opened, wish("approve"));
  await expect(decision).rejects.toMatchObject({ reason: "stale" });
});

test("what the server reports as changed at signing is not signed again", async () => {
  const { review, hooks, signer, ask, see } = await signedIn();
  const id = ask('{"amount":1}');
  const { detail, opened } = await see(id);
  hooks.before = (path) => {
    if (path.endsWith("/decision")) review.requests.get(id).level = "critical";
  };
  const decision = decide(signer, detail, opened, wish("approve"));
  await expect(decision).rejects.toMatchObject({ reason: "stale" });
});

test("an offer made before the server's clock was set back is renewed, once", async () => {
  const { hooks, signer, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":1}'));
  let sent = 0;
  hooks.before = (path) => {
    if (path.endsWith("/decision")) sent += 1;
  };
  const { offer } = detail;
  if (!offer) throw new Error("no offer");
  const ahead = { ...detail, offer: { ...offer, received: offer.received - 30_000 } };
  expect((await decide(signer, ahead, opened, wish("approve"))).state).toBe("approved");
  expect(sent).toBe(2);
});

test("a lost reply is asked for again with the same bytes", async () => {
  const { signer, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":1}'));
  const bodies: unknown[] = [];
  const post = signer.api.post.bind(signer.api);
  let lost = false;
  signer.api.post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await post<T>(path, body);
    bodies.push(body);
    if (lost) return answer;
    lost = true;
    throw new ApiError(0, "offline", "The reply was lost.");
  };
  expect((await decide(signer, detail, opened, wish("approve"))).state).toBe("approved");
  expect(bodies).toHaveLength(2);
  expect(bodies[0]).toEqual(bodies[1]);
});

test("the loser of a race learns who was first", async () => {
  const { signer, ask, see } = await signedIn();
  const id = ask('{"amount":1}');
  const one = await see(id);
  const two = await see(id);
  await decide(signer, one.detail, one.opened, wish("reject"));
  const second = decide(signer, two.detail, two.opened, wish("approve"));
  await expect(second).rejects.toMatchObject({
    reason: "already_decided",
    body: { decision: { by: { name: "Ada" } } },
  });
});

test("an offer that disagrees with the page in any member is refused before signing", async () => {
  const { device, session, keyring, ask, see } = await signedIn();
  const { detail, opened } = await see(ask('{"amount":1}'));
  const payload = await payloadReference(detail, opened);
  const pin = keyring.pins[detail.project];
  const check = (change: object) => () => {
    if (!detail.offer) throw new Error("no offer");
    checkOffer({ ...detail.offer, ...change }, payload, detail, session, device.id, pin);
  };
  expect(check({})).not.toThrow();
  const changes = [
    { request_id: "req_other" },
    { version: 2 },
    { request_sha256: "00" },
    { level: "low" },
    { approver: "mem_other" },
    { key: "00" },
    { aud: "other/p/00" },
    { roster_sha256: "00" },
    { payload: { ...payload, kind: "plain" } },
    { payload: { ...payload, env_sha256: "00" } },
    { payload: { ...payload, kid: "0011223344556677" } },
    { payload: { ...payload, commit: "00" } },
  ];
  for (const change of changes) expect(check(change)).toThrow(OfferMismatch);
});

test("each way in which a payload does not open has its own name", async () => {
  const { ask, see, review } = await signedIn();
  const id = ask('{"amount":1}');
  const other = await importContentKey(new Uint8Array(32).fill(9), "now");
  const state = (opened: Opened) => opened.state;
  expect(state((await see(id, [])).opened)).toBe("no_key");
  expect(state((await see(id, [other])).opened)).toBe("wrong_key");
  const { hidden } = review.requests.get(id);
  const sealed = JSON.parse(hidden.payload);
  hidden.payload = JSON.stringify({ ...sealed, extra: 1 });
  expect(state((await see(id)).opened)).toBe("tampered");
  hidden.payload = JSON.stringify(sealed);
  hidden.commit = "00".repeat(32);
  expect(state((await see(id)).opened)).toBe("tampered");
  hidden.payload = "[]";
  expect(state((await see(id)).opened)).toBe("tampered");
});

test("payloads that programs read differently are opened, shown and not approvable", async () => {
  const { ask, see } = await signedIn();
  const disarmed = async (text: string) => {
    const { opened } = await see(ask(text));
    return opened.state === "open" ? opened.disarmed.length : -1;
  };
  expect(await disarmed('{"a":1.0,"b":12345678901234567890}')).toBe(0);
  expect(await disarmed('{"a":1,"a":2}')).toBe(1);
  expect(await disarmed('"\\ud800"')).toBe(1);
  expect(await disarmed("[1e400]")).toBe(1);
  expect(await disarmed("NaN")).toBe(1);
  expect(await disarmed("\ufeff{}")).toBe(1);
  expect(await disarmed("[".repeat(70) + "]".repeat(70))).toBe(1);
});
