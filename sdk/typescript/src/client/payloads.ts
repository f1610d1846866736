// Payloads: from a value to the exact text that a person decides on, and back.
//
// With a content key nothing leaves in clear and nothing comes back in clear: an answer without an
// envelope, or with one that does not open, throws. There is no way back to plaintext.

import { type Bytes, base64, concat, fromBase64, hex, sha256, tagged, utf8 } from "../bytes.js";
import {
  type ContentKey,
  EnvelopeFault,
  newContext,
  openEnvelope,
  readContentKey,
  sealV1,
  sealV2,
} from "../envelope.js";
import { type Json, jcs } from "../jcs.js";
import { parse } from "../json.js";
import { ConfigurationError, DecryptionError, IntegrityError } from "./errors.js";

export type JsonObject = { [key: string]: Json };

// The JSON text of a payload. Throws ConfigurationError.
export function textOf(payload: unknown): string {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
    throw new ConfigurationError("a payload is a JSON object", { code: "payload_no_object" });
  }
  let text: string;
  try {
    text = JSON.stringify(payload, (_, value) => {
      if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("NaN");
      return value;
    });
    jcs(JSON.parse(text)); // refuses lone surrogates
  } catch (unfit) {
    const why = unfit instanceof Error ? unfit.message : "no JSON";
    throw new ConfigurationError(`the payload is no JSON: ${why}`, { code: "payload_no_json" });
  }
  if (!text.startsWith("{")) {
    throw new ConfigurationError("a payload is a JSON object", { code: "payload_no_object" });
  }
  return text;
}

// A JSON text that has one meaning, also in this language: no name twice, and no number that would
// become another one. Throws IntegrityError.
export function readObject(text: string, what: string, requestId?: string): JsonObject {
  const parsed = parse(text);
  if (!parsed.ok) throw unsound(`${what} is no JSON`, "answer_no_json", requestId);
  const finding = parsed.findings[0];
  if (finding) throw unsound(`${what}: ${finding.code}`, finding.code, requestId);
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unsound(`${what} is no object`, "answer_no_object", requestId);
  }
  return value as JsonObject;
}

function unsound(message: string, code: string, requestId?: string): IntegrityError {
  return new IntegrityError(message, { code, requestId });
}

// Content keys, the newest first; none for a project whose payloads the server may read.
export class Sealer {
  readonly #texts: string[];
  readonly #origin: () => Promise<string | undefined>;
  #keys: Promise<ContentKey[]> | undefined;

  // `keys` in base64, separated by commas.
  constructor(keys: string, origin: () => Promise<string | undefined> = async () => undefined) {
    this.#texts = keys.split(",").flatMap((one) => one.trim() || []);
    this.#origin = origin;
  }

  get encrypts(): boolean {
    return this.#texts.length > 0;
  }

  #open(): Promise<ContentKey[]> {
    this.#keys ??= Promise.all(this.#texts.map(readContentKey)).catch(() => {
      throw new ConfigurationError("LETSPING_ENCRYPTION_KEY must be base64 of 32 bytes", {
        code: "encryption_key",
      });
    });
    return this.#keys;
  }

  // What travels as the member `payload`: bound to its place where the origin is known.
  async seal(text: string, service: string, action: string): Promise<Json> {
    const key = (await this.#open())[0];
    if (!key) return JSON.parse(text);
    const origin = await this.#origin();
    if (!origin) return { ...(await sealV1(text, key)) };
    const context = newContext({ origin, service, action });
    return { ...(await sealV2(text, key, context)) };
  }

  // The exact text that was sealed, or that the server holds in clear.
  async open(given: Json | undefined, requestId?: string): Promise<string> {
    const keys = await this.#open();
    if (keys.length === 0) {
      if (membersOf(given)._lp_enc === true) {
        throw new DecryptionError("the payload is encrypted, and here is no content key", {
          code: "no_encryption_key",
          requestId,
        });
      }
      return JSON.stringify(given ?? null);
    }
    try {
      return await openEnvelope(given ?? null, keys);
    } catch (fault) {
      if (!(fault instanceof EnvelopeFault)) throw fault;
      throw new DecryptionError(fault.message, { code: fault.code, requestId });
    }
  }

  // An edit is sealed as what it replaces was, in the same place.
  checkEdit(sent: Json | undefined, edited: Json, requestId: string): void {
    const [before, after] = [membersOf(sent), membersOf(edited)];
    if (!this.encrypts) return;
    if (before.v !== after.v || jcs(before.ctx ?? null) !== jcs(after.ctx ?? null)) {
      const code = "edit_of_another_request";
      throw new IntegrityError("the edit was sealed for another request", { code, requestId });
    }
  }

  // An envelope that opens for this purpose only, for what no person reads.
  async sealFor(purpose: string, text: string): Promise<Json> {
    const key = await this.#needed();
    const place = { origin: purpose, service: "letsping", action: "state" };
    return { ...(await sealV2(text, key, newContext(place))) };
  }

  // What sealFor sealed. Throws DecryptionError.
  async openFor(purpose: string, given: Json): Promise<string> {
    await this.#needed();
    if (membersOf(membersOf(given).ctx).origin !== purpose) {
      throw new DecryptionError("what was kept belongs elsewhere", { code: "does_not_open" });
    }
    return this.open(given);
  }

  async #needed(): Promise<ContentKey> {
    const key = (await this.#open())[0];
    if (key) return key;
    throw new ConfigurationError("this needs LETSPING_ENCRYPTION_KEY", {
      code: "encryption_key",
    });
  }

  // `env_sha256` of a statement (encryption.md §4).
  async envelopeSha256(envelope: Json): Promise<string> {
    return hex(await sha256(tagged("lp-env/1", utf8(jcs(envelope)))));
  }

  // What a person who read this text in this envelope signed (encryption.md §5), under each key
  // that is here.
  async commits(envelope: Json, text: string, role: "base" | "edit"): Promise<string[]> {
    const { v, salt: given, iv, ct } = membersOf(envelope);
    const bytes = (value: Json | undefined) => fromBase64(String(value)) ?? new Uint8Array();
    const salt = v === 2 ? bytes(given) : await sha256(tagged("lp-salt/1", bytes(iv), bytes(ct)));
    const info = v === 2 ? "lp-commit/2" : "lp-commit/1";
    const told = tagged("lp-commit/1", tagged(role, utf8(text)));
    const keys = await this.#open();
    return Promise.all(keys.map((key) => mac(key, salt, info, told)));
  }

  // `idem` of the API: says that two envelopes hold the same. Undefined without a content key.
  async contentMac(service: string, action: string, text: string): Promise<string | undefined> {
    const key = (await this.#open())[0];
    if (!key) return undefined;
    const told = counted(service, action, jcs(JSON.parse(text)));
    return mac(key, new Uint8Array(), "lp-idem/1", told);
  }
}

async function mac(key: ContentKey, salt: Bytes, info: string, told: Bytes): Promise<string> {
  const derived = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) },
    key.hkdf,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", derived, told)));
}

// The same JSON value, whatever the order of names.
export function same(one: Json, other: Json): boolean {
  return jcs(one) === jcs(other);
}

// The idempotency key of an ask of a run: the same in every process and every SDK
// (sdk/vectors/idempotency.json), however its payload is spelled.
export function askKey(run: string, service: string, action: string, text: string) {
  return stableKey(run, service, action, jcs(JSON.parse(text)));
}

// An idempotency key that says nothing of the words and is the same after a crash.
export async function stableKey(...words: string[]): Promise<string> {
  return `lp-${hex(await sha256(tagged("lp-run/1", counted(...words))))}`;
}

export function randomKey(): string {
  return `lp-${base64(crypto.getRandomValues(new Uint8Array(24)))}`;
}

function counted(...words: string[]): Bytes {
  return concat(
    ...words.flatMap((word) => {
      const [size, text] = [new Uint8Array(8), utf8(word)];
      new DataView(size.buffer).setBigUint64(0, BigInt(text.length));
      return [size, text];
    }),
  );
}

export function membersOf(value: Json | undefined): { [key: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
