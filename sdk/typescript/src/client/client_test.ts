// What the client refuses, and what it never does, without a server.

import { afterEach, expect, test, vi } from "vitest";
import { openEnvelope, readContentKey, sealV1, sealV2 } from "../envelope.js";
import type { Json } from "../jcs.js";
import { LetsPing, type Options } from "./client.js";
import * as errors from "./errors.js";
import type { ShownNumber } from "./number.js";
import { approve, edit, expire, fail, fakeLetsPing, pending, reject } from "./testing.js";
import { ToolGate } from "./tool_gate.js";

const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ask = { service: "billing", action: "refund", payload: { amount: 120 } };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

interface Seen {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Record<string, Json>;
}

// A server that gives these answers in their order: [status, body, headers?], or a lost connection.
function scripted(...script: ([number, unknown, Record<string, string>?] | Error)[]): Seen[] {
  const seen: Seen[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>;
    const body = JSON.parse(String(init.body ?? "{}"));
    seen.push({ url, method: String(init.method), headers, body });
    expect(init.redirect).toBe("manual");
    const answer = script.shift();
    if (answer === undefined) throw new RangeError("the script is at its end");
    if (answer instanceof Error) throw answer;
    const [status, said, more] = answer;
    const text = typeof said === "string" ? said : JSON.stringify(said);
    return new Response(text, { status, headers: { "Retry-After": "0", ...more } });
  });
  return seen;
}

const client = (more: Options = {}) =>
  new LetsPing({ apiKey: "lp_secret", baseUrl: "http://127.0.0.1:9", ...more });

function refusedStart(code: string, more: Options) {
  expect(() => client(more)).toThrow(expect.objectContaining({ code }));
}

test("there is no default address, and none that is not safe", () => {
  for (const name of ["API_KEY", "BASE_URL", "ENCRYPTION_KEY", "ORIGIN"]) {
    vi.stubEnv(`LETSPING_${name}`, undefined);
  }
  refusedStart("no_base_url", { baseUrl: undefined });
  refusedStart("no_api_key", { apiKey: undefined });
  for (const baseUrl of ["http://lp.example", "http://127.0.0.1.example"]) {
    refusedStart("base_url_insecure", { baseUrl });
  }
  for (const baseUrl of ["ftp://h", "https://u:p@h", "lp.example", "https://h/?q=1"]) {
    refusedStart("base_url", { baseUrl });
  }
  for (const baseUrl of ["http://127.0.0.1:84", "http://localhost", "http://[::1]:1/api/"]) {
    client({ baseUrl });
  }
});

test("a key must be a key, and can be demanded", async () => {
  refusedStart("encryption_key", { requireEncryption: true });
  client({ requireEncryption: true, encryptionKey: key });
  const seen = scripted();
  const wrong = client({ encryptionKey: "AAAA" }).ask(ask);
  await expect(wrong).rejects.toMatchObject({ code: "encryption_key" });
  expect(seen).toEqual([]);
});

test("what is no JSON object does not leave", async () => {
  const { lp, asked } = fakeLetsPing(approve);
  for (const payload of [[1], "x", null, { a: Number.NaN }, { a: "\ud800" }, { a: 1n }]) {
    const wrong = lp.ask({ ...ask, payload: payload as object });
    await expect(wrong).rejects.toThrow(errors.ConfigurationError);
  }
  expect(asked).toEqual([]);
});

// Asks under a content key, bound to its request; the server answers what `answer` makes of what
// was sent.
async function judged(answer: (sent: Json) => unknown) {
  const origin = "letsping.test/p/00";
  const lp = client({ encryptionKey: key, origin });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (url.endsWith("/ingest")) sent = JSON.parse(String(init.body)).payload;
    const said = url.endsWith("/ingest") ? { id: "req_1" } : await answer(sent);
    return new Response(JSON.stringify(said));
  });
  let sent: Json = null;
  return lp.ask(ask);
}
const approved = (payload: Json, more: object = {}) => ({
  ...{ id: "req_1", status: "APPROVED", state: "approved", payload, patched_payload: null },
  ...more,
});

test("an answer that contradicts itself is not acted upon", async () => {
  const other = { ...(await sealV1('{"amount":9999}', await readContentKey(key))) };
  const changes = [
    ...[{ id: "req_other" }, { status: "MAYBE" }, { status: null }, { state: "pending" }],
    ...[{ state: "approved_with_modifications" }, { state: null }, { drill: true }],
    { payload: other },
  ];
  for (const changed of changes) {
    const act = judged((sent) => approved(sent, changed));
    await expect(act, JSON.stringify(changed)).rejects.toThrow(errors.IntegrityError);
  }
  expect((await judged((sent) => approved(sent))).approved).toEqual({ amount: 120 });
});

test("nothing in clear is taken where a content key is", async () => {
  const clear = judged(() => approved({ amount: 120 }));
  await expect(clear).rejects.toThrow(errors.DecryptionError);
  const edited = { state: "approved_with_modifications", patched_payload: { amount: 1 } };
  const patch = judged((sent) => approved(sent, edited));
  await expect(patch).rejects.toThrow(errors.LetsPingError);
  const seen = scripted([200, { id: "req_1" }], [200, approved({ _lp_enc: true })]);
  await expect(client().ask(ask)).rejects.toMatchObject({ code: "no_encryption_key" });
  expect(seen[0]?.body.payload).toEqual({ amount: 120 });
});

test("an edit of another request is refused, and one to nothing is no approval", async () => {
  const opened = await readContentKey(key);
  const elsewhere = async (sent: Json) => {
    const context = (sent as { ctx: Record<string, string> }).ctx;
    const moved = { ...context, client_nonce: "AAAA" } as never;
    const patched_payload = { ...(await sealV2('{"amount":1}', opened, moved)) };
    return approved(sent, { state: "approved_with_modifications", patched_payload });
  };
  await expect(judged(elsewhere)).rejects.toMatchObject({ code: "edit_of_another_request" });
  const { lp } = fakeLetsPing(edit({}));
  await expect(lp.ask(ask)).rejects.toThrow(errors.IntegrityError);
  const changed = await fakeLetsPing(edit({ amount: 5, to: "acme" })).lp.ask(ask);
  expect(changed.approved).toEqual({ amount: 5, to: "acme" });
  expect(Object.keys(changed.diff_summary?.changes ?? {})).toEqual(["amount", "to"]);
});

test("every no is thrown with its reason, and a wait that ends is none", async () => {
  const no = fakeLetsPing(reject("too much")).lp.ask(ask);
  await expect(no).rejects.toMatchObject({ name: "ApprovalRejectedError", reason: "too much" });
  await expect(fakeLetsPing(expire).lp.ask(ask)).rejects.toThrow(errors.ApprovalExpiredError);
  const late = fakeLetsPing(pending).lp.ask(ask, { timeoutMs: 5 });
  await expect(late).rejects.toThrow(errors.ApprovalTimeoutError);
  const signal = AbortSignal.abort();
  const given_up = fakeLetsPing(approve).lp.ask(ask, { signal });
  await expect(given_up).rejects.toThrow(errors.ApprovalTimeoutError);
});

test("what passes is tried again under the same key, and sealed once", async () => {
  const lost = new TypeError("fetch failed");
  const seen = scripted([503, {}], lost, [200, { id: "req_1", triage_url: "https://h/r" }]);
  const asked = await client({ encryptionKey: key }).defer({ ...ask, runId: "" });
  expect(asked).toMatchObject({ id: "req_1", url: "https://h/r", asked: { amount: 120 } });
  expect(new Set(seen.map(({ headers }) => headers["Idempotency-Key"])).size).toBe(1);
  expect(new Set(seen.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  const text = await openEnvelope(seen[0]?.body.payload as Json, [await readContentKey(key)]);
  expect(text).toBe('{"amount":120}');
});

test("a wait outlives what passes, and no other refusal", async () => {
  const seen = scripted(
    [200, { id: "req_1" }],
    [502, ""],
    [200, { ...pending, id: "req_1" }],
    [200, approved({ amount: 120 })],
  );
  expect((await client().ask(ask)).status).toBe("APPROVED");
  expect(seen).toHaveLength(4);
  for (const [status, kind] of [
    [401, errors.AuthenticationError],
    [404, errors.LetsPingError],
  ] as const) {
    scripted([200, { id: "req_1" }], [status, { code: "its_code" }]);
    await expect(client().ask(ask)).rejects.toThrow(kind);
  }
});

test("refusals have their kind and code, and no secret", async () => {
  const said = { error: "no", message: "do this", code: "its_code" };
  const kinds = [
    [401, "AuthenticationError"],
    [403, "AuthenticationError"],
    [409, "ConflictError"],
    [422, "LetsPingError"],
  ] as const;
  for (const [status, name] of kinds) {
    scripted([status, said]);
    const refused = client().defer(ask);
    await expect(refused).rejects.toMatchObject({ status, name, code: "its_code" });
    await expect(refused).rejects.toThrow("do this");
  }
  scripted([429, "<html>"], [429, "<html>"], [429, "<html>"]);
  await expect(client().defer(ask)).rejects.toThrow(errors.RateLimitError);
  const lost = new TypeError("lp_secret");
  scripted(lost, lost, lost);
  const unreachable = client().defer(ask);
  await expect(unreachable).rejects.toMatchObject({ code: "unreachable" });
  await expect(unreachable).rejects.not.toThrow("lp_secret");
  const seen = scripted([302, "", { Location: "http://127.0.0.1:9/elsewhere" }]);
  await expect(client().defer(ask)).rejects.toMatchObject({ code: "http_302" });
  expect(seen).toHaveLength(1);
});

test("an answer that is no answer is refused", async () => {
  const wrong = ["", "[]", '{"id":1}', '{"id":"a/b"}', '{"id":"a","id":"b"}', '{"id":"\\ud800"}'];
  for (const said of wrong) {
    scripted([200, said]);
    await expect(client().defer(ask), said).rejects.toThrow(errors.IntegrityError);
  }
});

const number = (digits: string, until = "t1", left = 3) => ({
  number_match: { number: digits, until, tries_left: left },
});
const waiting = { ...pending, id: "req_1" };

test("the first number is shown, and each that takes its place", async () => {
  const locked = { number_match: { locked: true, tries_left: 0 } };
  const seen = scripted(
    [200, { id: "req_1", ...number("012") }],
    [200, { ...waiting, ...number("012") }],
    [200, { ...waiting, ...number("012", "t1", 2) }],
    [200, { ...waiting, ...number("012", "t2") }],
    [200, { ...waiting, ...locked }],
    [200, { ...waiting, ...locked }],
    [200, { id: "req_1", status: "REJECTED", state: "rejected" }],
  );
  const shown: ShownNumber[] = [];
  const onNumber = (one: ShownNumber) => void shown.push(one);
  const no = client().ask({ ...ask, priority: "critical", onNumber });
  await expect(no).rejects.toThrow(errors.ApprovalRejectedError);
  expect(shown).toEqual([
    { digits: "012", until: "t1", triesLeft: 3 },
    { digits: "012", until: "t2", triesLeft: 3 },
    { triesLeft: 0 },
  ]);
  expect(seen[0]?.body).toMatchObject({ capabilities: ["number_match"], priority: "critical" });
});

test("nothing is announced without a place to show it, and what that throws ends it", async () => {
  const seen = scripted([200, { id: "req_1" }], [200, approved({ amount: 120 })]);
  await client().ask(ask);
  expect(seen[0]?.body).not.toHaveProperty("capabilities");
  scripted([200, { id: "req_1", ...number("012") }]);
  const onNumber = () => {
    throw new Error("no terminal");
  };
  await expect(client().ask({ ...ask, onNumber })).rejects.toThrow("no terminal");
});

const call = { runId: "run", callId: "call" };

test("a call of a run is asked about once, and its approval used once", async () => {
  const { lp, asked } = fakeLetsPing(approve);
  const gate = new ToolGate(lp);
  expect(await gate.check("pay", { a: 1 }, call)).toMatchObject({
    allowed: true,
    args: { a: 1 },
  });
  expect(await gate.check("pay", '{"a":1}', call)).toMatchObject({ code: "already_used" });
  expect(asked).toHaveLength(1);
  const other = await gate.check("pay", { a: 2 }, call);
  expect(other).toMatchObject({ allowed: false, code: "idempotency_conflict" });
});

test("every error is a denial that holds no secret", async () => {
  const broken = {
    use: () => {
      throw new Error("a secret");
    },
  };
  const cases: [ToolGate, unknown][] = [
    [new ToolGate(fakeLetsPing(fail()).lp), {}],
    [new ToolGate(undefined as never), {}],
    [new ToolGate(fakeLetsPing(approve).lp), "[1]"],
    [new ToolGate(fakeLetsPing(approve).lp), '{"a":1,"a":2}'],
    [new ToolGate(fakeLetsPing(approve).lp, { ledger: broken }), {}],
    [new ToolGate(fakeLetsPing(approve).lp, { ledger: { use: () => 1 as never } }), {}],
  ];
  for (const [gate, args] of cases) {
    const denied = await gate.check("pay", args, call);
    expect(denied).toMatchObject({ allowed: false });
    expect(JSON.stringify(denied)).toContain("was not run");
    expect(JSON.stringify(denied)).not.toContain("secret");
  }
});

test("a timeout denies, and takes the request back", async () => {
  const { lp, cancelled } = fakeLetsPing(pending);
  const denied = await new ToolGate(lp, { timeoutMs: 5 }).check("pay", {}, call);
  expect(denied).toMatchObject({ allowed: false, code: "timeout", requestId: cancelled[0] });
});

test("what changes after the ask is not what runs", async () => {
  const args = { to: ["acme"] };
  const gate = new ToolGate(fakeLetsPing(approve).lp);
  const asked = await gate.ask("pay", args, call);
  args.to[0] = "mallory";
  if ("allowed" in asked) throw new Error(asked.message);
  expect(await gate.settle("pay", asked)).toMatchObject({ args: { to: ["acme"] } });
});
