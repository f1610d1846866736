// Webhooks: whether the server sent this, now and for the first time, and what it says.
//
// Standard Webhooks headers are required: the older `v1` element does not cover the time.

import { type Bytes, concat, fromBase64, utf8 } from "../bytes.js";
import type { Json } from "../jcs.js";
import { type Decision, readDecision } from "./decision.js";
import { ApprovalRejectedError, IntegrityError, SignatureError } from "./errors.js";
import { type JsonObject, membersOf, readObject, type Sealer } from "./payloads.js";

export interface Event {
  requestId: string;
  event: string;
  webhookId: string;
  decision: Decision | undefined; // of an approval
  rejection: ApprovalRejectedError | undefined; // or this
  body: JsonObject;
}

export interface Unwrap {
  asked?: JsonObject;
  nowMs?: number;
  // Remembers the id and says whether it is new; by default within this process. Give one that is
  // kept where deliveries reach several.
  firstTime?: (webhookId: string) => boolean | Promise<boolean>;
}

export type Confirm = (id: string, asked?: object) => Promise<Decision | undefined>;
type Headers_ = Headers | Record<string, string | string[] | undefined>;

const toleranceS = 300;
const seenMax = 10_000;

export class Webhooks {
  readonly #sealer: Sealer;
  readonly #confirm: Confirm | undefined;
  readonly #seen = new Set<string>();

  // `confirm` asks the server for the decision and its proof.
  constructor(sealer: Sealer, confirm?: Confirm) {
    this.#confirm = confirm;
    this.#sealer = sealer;
  }

  // `body` is the raw body, before any parser. Throws SignatureError; and as `wait` does for an
  // answer that must not be acted on.
  async unwrap(
    headers: Headers_,
    body: string | Uint8Array,
    secret: string,
    more: Unwrap = {},
  ): Promise<Event> {
    const [id, sent] = [header(headers, "webhook-id"), header(headers, "webhook-timestamp")];
    if (!id || !/^\d{1,12}$/.test(sent)) {
      throw refused("webhook-id or webhook-timestamp is missing", "headers");
    }
    if (Math.abs((more.nowMs ?? Date.now()) / 1000 - Number(sent)) > toleranceS) {
      throw refused("it was sent more than five minutes from now", "stale");
    }
    const raw = typeof body === "string" ? utf8(body) : new Uint8Array(body);
    const told = concat(utf8(`${id}.${sent}.`), raw);
    if (!(await signed(header(headers, "webhook-signature"), told, secret))) {
      throw refused("the signature is not the server's", "signature");
    }
    const value = readObject(new TextDecoder().decode(raw), "the webhook");
    if (value.webhook_id !== id) throw refused("the body is of another delivery", "delivery");
    const event = await this.#event(value, id, more.asked);
    // Not before: a delivery that could not be read now is sent again under the same id.
    if (!(await (more.firstTime ?? ((one) => this.#firstTime(one)))(id))) {
      throw refused("it has come before", "repeated");
    }
    return event;
  }

  async #event(value: JsonObject, webhookId: string, asked?: JsonObject): Promise<Event> {
    const requestId = String(value.id);
    const answer: Json = { ...membersOf(value.data), id: requestId };
    const event = { requestId, event: String(value.event), webhookId, body: value };
    try {
      const said = await readDecision(answer, requestId, this.#sealer, asked);
      const decision = said && this.#confirm ? await this.#confirm(requestId, asked) : said;
      if (said && !decision) {
        const message = "the webhook says yes, and the server that nobody decided";
        throw new IntegrityError(message, { code: "integrity", requestId });
      }
      return { ...event, decision, rejection: undefined };
    } catch (no) {
      if (!(no instanceof ApprovalRejectedError)) throw no;
      return { ...event, decision: undefined, rejection: no };
    }
  }

  #firstTime(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > seenMax && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}

// A secret as printed, `lp_whk_…`; or as Standard Webhooks libraries have it, `whsec_…`.
async function signed(given: string, told: Bytes, secret: string): Promise<boolean> {
  const key = secret.startsWith("whsec_") ? fromBase64(secret.slice(6)) : utf8(secret);
  if (!key?.length) throw refused("the secret is no base64", "secret");
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, hmac, false, ["verify"]);
  for (const word of given.split(" ")) {
    const mac = word.startsWith("v1,") ? fromBase64(word.slice(3)) : undefined;
    if (mac && (await crypto.subtle.verify("HMAC", imported, mac, told))) return true;
  }
  return false;
}

function header(headers: Headers_, name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? "";
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === "string" ? found : "";
}

function refused(message: string, code: string): SignatureError {
  return new SignatureError(message, { code });
}
