// A client for tests of agents: it decides by itself, and nothing leaves the process.
//
//   const { lp, asked } = fakeLetsPing(approve, reject("too much"), edit({ amount: 1 }));
//
// Answers are given in order, and the last one for ever; without any, everything is rejected. It is
// the real client over another transport: payloads are sealed, opened and compared as always.

import { type Context, readContentKey, sealV1, sealV2 } from "../envelope.js";
import type { Json } from "../jcs.js";
import { LetsPing } from "./client.js";
import { ConflictError, LetsPingError } from "./errors.js";
import { type JsonObject, membersOf } from "./payloads.js";
import type { Call } from "./transport.js";

type Answer = JsonObject | LetsPingError;

export const approve: JsonObject = { status: "APPROVED", state: "approved" };
export const expire: JsonObject = { status: "REJECTED", state: "expired", reason: "expired" };
export const pending: JsonObject = { status: "PENDING", state: "pending" };
export const reject = (reason = ""): JsonObject => ({
  status: "REJECTED",
  state: "rejected",
  metadata: { reason },
});
export const edit = (payload: JsonObject): JsonObject => ({
  status: "APPROVED",
  state: "approved_with_modifications",
  edit: payload,
});
// The server cannot be asked.
export const fail = (code = "unreachable"): LetsPingError =>
  new LetsPingError("the test says so", { code });

const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

export function fakeLetsPing(...answers: Answer[]) {
  const asked: { service: string; action: string; payload: JsonObject; key: string }[] = [];
  const cancelled: string[] = [];
  const requests = new Map<string, { answer: JsonObject; sent: JsonObject }>();
  const keys = new Map<string, { id: string; idem: Json | undefined }>();
  const script = answers.length > 0 ? answers : [reject("no answer was scripted")];

  async function ingest(body: JsonObject, idempotencyKey: string): Promise<Json> {
    const before = keys.get(idempotencyKey);
    if (before && before.idem !== body.idem) {
      throw new ConflictError("another ask under this key", { code: "idempotency_conflict" });
    }
    if (before) return { id: before.id, replay: true };
    const answer = script[Math.min(requests.size, script.length - 1)] as Answer;
    if (answer instanceof LetsPingError) throw answer;
    const id = `req_test${requests.size}`;
    keys.set(idempotencyKey, { id, idem: body.idem });
    requests.set(id, { answer, sent: body });
    const payload = JSON.parse(await lp.sealer.open(body.payload));
    const [service, action] = [String(body.service), String(body.action)];
    asked.push({ service, action, payload, key: idempotencyKey });
    return { id };
  }

  async function status(id: string): Promise<Json> {
    const request = requests.get(id);
    if (!request) throw new LetsPingError("not found", { code: "not_found", status: 404 });
    const { edit: edited, ...answer } = request.answer;
    const context = membersOf(membersOf(request.sent.payload).ctx);
    const sealed = edited && (await sealAs(JSON.stringify(edited), context));
    const payload = request.sent.payload as Json;
    return { payload, patched_payload: sealed ?? null, ...answer, id };
  }

  const call = async (_method: string, path: string, { body, headers = {} }: Call = {}) => {
    const words = path.split(/[/?]/);
    if (path === "/ingest") return ingest(body as JsonObject, headers["Idempotency-Key"] ?? "");
    if (words[3] === "cancel") {
      cancelled.push(words[2] as string);
      return {};
    }
    return status(words[2] as string);
  };
  const origin = `letsping.test/p/${"0".repeat(32)}`;
  const options = {
    apiKey: "lp_test",
    baseUrl: "http://127.0.0.1:9",
    encryptionKey: key,
    origin,
    trust: "",
  };
  const lp = new LetsPing(options, call);
  return { lp, asked, cancelled };
}

async function sealAs(text: string, context: { [key: string]: Json | undefined }): Promise<Json> {
  const opened = await readContentKey(key);
  if (!context.origin) return { ...(await sealV1(text, opened)) };
  return { ...(await sealV2(text, opened, context as Context)) };
}
