// Asking a person, and waiting for the answer.
//
//   const lp = new LetsPing();   // LETSPING_BASE_URL, _API_KEY, _ENCRYPTION_KEY
//   const ask = { service: "billing", action: "refund", payload: { amount: 120 } };
//   const decision = await lp.ask(ask);
//   await refund(decision.approved);   // what the person approved, not what was asked
//
// The names are those of the published clients. Whatever goes wrong throws: no error, no timeout
// and no answer that does not fit what was asked is ever an approval.

import type { Json } from "../jcs.js";
import type { Trust } from "../verify/index.js";
import { type Decision, readDecision } from "./decision.js";
import {
  ApprovalTimeoutError,
  ConfigurationError,
  IntegrityError,
  LetsPingError,
} from "./errors.js";
import { NumberMatch, type OnNumber } from "./number.js";
import { askKey, type JsonObject, membersOf, randomKey, Sealer, textOf } from "./payloads.js";
import { MemoryPins, type Pins } from "./pins.js";
import { type About, checkDemanded, type Demanded, Proofs, trustFrom } from "./proofs.js";
import { apiBase, passes, pause, type Transport, transport } from "./transport.js";
import { Webhooks } from "./webhooks.js";

export const dayMs = 86_400_000;
const holdS = 25;

export interface Options {
  apiKey?: string | undefined;
  baseUrl?: string | undefined;
  encryptionKey?: string | undefined; // base64; several by commas, the newest first
  // Of the project's log, as `letsping project list` shows it: with it each payload is bound to its
  // request, and an edit of another one is refused.
  origin?: string | undefined;
  // Refuses to start without a content key, whatever the server would take.
  requireEncryption?: boolean;
  // The text of a trust file; LETSPING_TRUST is the path of one. With it nothing is returned before
  // the receipt of the decision was verified offline.
  trust?: string | undefined;
  human?: Demanded["human"]; // more than the trust file demands
  log?: Demanded["log"];
  pins?: Pins; // the checkpoints that were seen: in memory, or DirectoryPins
  allowTest?: boolean; // takes servers that were made for tests
}

export interface Ask {
  service: string;
  action: string;
  payload: object;
  priority?: "low" | "medium" | "high" | "critical";
  schema?: Json | undefined; // JSON Schema of the form for an edit
  role?: string;
  facts?: JsonObject;
  decideInMs?: number; // then the request expires at the server
  callbackUrl?: string;
  environment?: string;
  traceId?: string;
  parentRequestId?: string;
  runId?: string; // the same ask of the same run is one request, also after a crash
  idempotencyKey?: string;
  // Says that somebody sits beside this program: at critical a reviewer types the number that it
  // shows them.
  onNumber?: OnNumber | undefined;
}

export interface Wait extends About {
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  // What the payload must be: of an ask of another process. This client knows its own.
  asked?: object | undefined;
  onNumber?: OnNumber | undefined; // of an ask that announced it
}

export interface Pending {
  id: string;
  url: string | undefined;
  replay: boolean;
  asked: JsonObject;
  service: string;
  action: string;
}

export class LetsPing {
  readonly sealer: Sealer;
  readonly webhooks: Webhooks;
  readonly #call: Transport;
  readonly #proofs: (() => Promise<Proofs>) | undefined;

  constructor(options: Options = {}, call?: Transport) {
    const env = environment();
    const apiKey = options.apiKey ?? env.LETSPING_API_KEY;
    if (!apiKey) {
      throw new ConfigurationError("no API key: give apiKey or set LETSPING_API_KEY", {
        code: "no_api_key",
      });
    }
    const origin = options.origin ?? env.LETSPING_ORIGIN;
    const trust = trustOf(options.trust, env.LETSPING_TRUST, origin);
    this.sealer = new Sealer(
      options.encryptionKey ?? env.LETSPING_ENCRYPTION_KEY ?? "",
      async () => (await trust?.())?.origin ?? origin,
    );
    if (options.requireEncryption && !this.sealer.encrypts) {
      throw new ConfigurationError(
        "requireEncryption is on, and LETSPING_ENCRYPTION_KEY is not set",
        {
          code: "encryption_key",
        },
      );
    }
    const base = apiBase(options.baseUrl ?? env.LETSPING_BASE_URL);
    this.#call = call ?? transport(base, apiKey);
    this.#proofs = trust && this.#proving(trust, options);
    // What is proven is proven by the server's log: a webhook then only says that it is time.
    this.webhooks = new Webhooks(
      this.sealer,
      this.#proofs && ((id, asked) => this.poll(id, asked)),
    );
    if (!trust) refuseDemands(options);
  }

  #proving(trust: () => Promise<Trust>, options: Options): () => Promise<Proofs> {
    checkDemanded(options);
    if (!this.sealer.encrypts) {
      const message =
        "a trust file needs LETSPING_ENCRYPTION_KEY: of a payload in clear a receipt says " +
        "nothing that could be checked here";
      throw new ConfigurationError(message, { code: "encryption_key" });
    }
    const pins = options.pins ?? new MemoryPins();
    let made: Promise<Proofs> | undefined;
    return () => {
      made ??= trust().then((read) => new Proofs(read, this.sealer, this.#call, pins, options));
      return made;
    };
  }

  // Asks, and waits for the decision. Throws as `defer` and `wait` do.
  async ask(ask: Ask, wait: Wait = {}): Promise<Decision> {
    const onNumber = shownOnce(ask.onNumber ?? wait.onNumber);
    const pending = await this.#defer(ask, onNumber);
    return this.#wait(pending.id, { ...wait, ...aboutOf(pending) }, onNumber);
  }

  // Asks, and returns at once.
  defer(ask: Ask): Promise<Pending> {
    return this.#defer(ask, shownOnce(ask.onNumber));
  }

  async #defer(ask: Ask, numbers: NumberMatch | undefined): Promise<Pending> {
    const { service, action } = ask;
    const text = textOf(ask.payload);
    const body = {
      service,
      action,
      priority: ask.priority ?? "medium",
      payload: await this.sealer.seal(text, service, action),
      idem: await this.sealer.contentMac(service, action, text),
      schema: ask.schema,
      facts: ask.facts,
      capabilities: numbers && ["number_match"],
      decide_in: ask.decideInMs && Math.max(1, Math.floor(ask.decideInMs / 1000)),
      metadata: {
        sdk: "node",
        role: ask.role,
        environment: ask.environment,
        trace_id: ask.traceId,
        parent_request_id: ask.parentRequestId,
        callback_url: ask.callbackUrl,
      },
    };
    const key =
      ask.idempotencyKey ??
      (ask.runId ? await askKey(ask.runId, service, action, text) : randomKey());
    const answer = await this.#call("POST", "/ingest", {
      body: JSON.parse(JSON.stringify(body)), // members without a value are gone
      headers: { "Idempotency-Key": key },
    });
    const { id, triage_url: url, replay } = membersOf(answer);
    const pending: Pending = {
      id: sound(id),
      url: typeof url === "string" ? url : undefined,
      replay: replay === true,
      asked: JSON.parse(text),
      service,
      action,
    };
    numbers?.read(answer);
    return pending;
  }

  // The approval of this request. Throws ApprovalRejectedError for a no (its subclass
  // ApprovalExpiredError when nobody decided in time), ApprovalTimeoutError after `timeoutMs` or at
  // the signal, and IntegrityError or DecryptionError for an answer that must not be acted on, or
  // whose receipt does not prove it.
  wait(id: string, wait: Wait = {}): Promise<Decision> {
    return this.#wait(id, wait, shownOnce(wait.onNumber));
  }

  async #wait(
    id: string,
    { timeoutMs = dayMs, signal, ...about }: Wait,
    numbers: NumberMatch | undefined,
  ): Promise<Decision> {
    const end = performance.now() + timeoutMs;
    let pauseMs = 500;
    while (!signal?.aborted) {
      const left = end - performance.now();
      if (left <= 0) break;
      try {
        const hold = Math.min(holdS, Math.ceil(left / 1000));
        const timeout = Math.min(30_000 + hold * 1000, left + 1000);
        const decision = await this.#poll(id, hold, about, timeout, signal, numbers);
        if (decision) return decision;
        pauseMs = 500;
      } catch (trouble) {
        if (!passes(trouble) || signal?.aborted) {
          if (signal?.aborted) break;
          throw trouble;
        }
        await pause(Math.min(pauseMs, Math.max(0, end - performance.now())));
        pauseMs = Math.min(pauseMs * 2, 10_000);
      }
    }
    const message = "no decision in the time that was given";
    throw new ApprovalTimeoutError(message, { code: "timeout", requestId: id });
  }

  waitForDecision(id: string, wait: Wait = {}): Promise<Decision> {
    return this.wait(id, wait);
  }

  // The approval, or undefined while it is pending; throws as `wait` does.
  poll(id: string, asked?: object): Promise<Decision | undefined> {
    return this.#poll(id, 0, { asked }, 30_000);
  }

  async #poll(
    id: string,
    hold: number,
    about: Wait,
    timeoutMs: number,
    signal?: AbortSignal,
    numbers?: NumberMatch,
  ): Promise<Decision | undefined> {
    const path = `/status/${sound(id)}?wait=${hold}`;
    const answer = await this.#call("GET", path, { timeoutMs, signal });
    numbers?.read(answer);
    const expected = about.asked && JSON.parse(textOf(about.asked));
    const decision = await readDecision(answer, id, this.sealer, expected);
    if (!decision || !this.#proofs) return decision;
    const report = await (await this.#proofs()).check(answer, decision, about);
    return { ...decision, report };
  }

  // What the server says of it, unread: envelopes are closed.
  getRequestStatus(id: string): Promise<Json> {
    return this.#call("GET", `/status/${sound(id)}?wait=0`);
  }

  // Nobody needs to decide any more. Throws ConflictError when somebody has.
  async cancel(id: string, reason?: string): Promise<void> {
    const body = reason === undefined ? {} : { reason };
    await this.#call("POST", `/requests/${sound(id)}/cancel`, { body });
  }

  // Cancels if that is still possible. The caller denies either way, so an error here changes
  // nothing and is not thrown.
  async giveUp(id: string, reason: string): Promise<void> {
    await this.cancel(id, reason).catch((trouble) => {
      if (!(trouble instanceof LetsPingError)) throw trouble;
    });
  }

  // A function of one object that runs only after an approval, with what was approved.
  requireApproval<A extends object, R>(
    run: (approved: A) => R | Promise<R>,
    about: Omit<Ask, "payload"> & Wait & { when?: (given: A) => boolean },
  ): (given: A) => Promise<R> {
    return async (given) => {
      if (about.when && !about.when(given)) return await run(given);
      const { approved } = await this.ask({ ...about, payload: given }, about);
      return await run(approved as A);
    };
  }
}

// What `wait` compares the answer with.
export function aboutOf({ asked, service, action }: Pending): Wait {
  return { asked, service, action };
}

// Read once, when it is first needed: from a file where the path of one is given.
function trustOf(text: string | undefined, path: string | undefined, origin: string | undefined) {
  if (text === undefined ? !path : !text) return undefined;
  let read: Promise<Trust> | undefined;
  const first = async () => {
    const trust = await trustFrom(text ?? (await textOfFile(path as string)));
    if (origin && origin !== trust.origin) {
      const message = "the trust file is of another log than LETSPING_ORIGIN";
      throw new ConfigurationError(message, { code: "trust_origin" });
    }
    return trust;
  };
  return () => {
    read ??= first();
    return read;
  };
}

async function textOfFile(path: string): Promise<string> {
  try {
    const { readFile } = await import("node:fs/promises");
    return await readFile(path, "utf8");
  } catch {
    const message = "the trust file that LETSPING_TRUST names cannot be read";
    throw new ConfigurationError(message, { code: "trust" });
  }
}

function refuseDemands({ human, log }: Options): void {
  if (!human && !log) return;
  const message = "human and log are demanded of receipts: give a trust file, too";
  throw new ConfigurationError(message, { code: "requirement" });
}

function shownOnce(show: OnNumber | undefined): NumberMatch | undefined {
  return show && new NumberMatch(show);
}

function sound(id: Json | undefined): string {
  if (typeof id === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(id)) return id;
  throw new IntegrityError("this is no id of a request", { code: "request_id" });
}

// Also where there is no `process`: workers and browsers.
function environment(): Record<string, string | undefined> {
  return (globalThis as { process?: { env?: Record<string, string> } }).process?.env ?? {};
}
