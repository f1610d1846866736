// HTTP with fetch: no redirects, bounded answers, retries of what may be repeated.
//
// There is no address by default: a client without one throws before a byte leaves. Plain HTTP goes
// to this machine only. The API key travels in one header and stands in no error.

import type { Json } from "../jcs.js";
import { parse } from "../json.js";
import {
  AuthenticationError,
  ConfigurationError,
  ConflictError,
  IntegrityError,
  LetsPingError,
  RateLimitError,
} from "./errors.js";

export interface Call {
  body?: Json;
  headers?: Record<string, string>;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  text?: boolean; // the answer as it is, in place of its JSON
}
// A path that begins with /log/ lies beside /api.
export type Transport = (method: string, path: string, call?: Call) => Promise<Json>;

const answerBytesMax = 16 * 1024 * 1024;
const attempts = 3;
const retryMsMax = 30_000;
// Refusals that time alone can change. A lost reply is repeated too: asks have idempotency keys.
const passing = new Set([408, 429, 500, 502, 503, 504]);

// What a wait outlives. An unknown id, a refused key and an unsound answer end it.
export function passes(trouble: unknown): boolean {
  return (
    trouble instanceof LetsPingError &&
    (trouble.code === "unreachable" || passing.has(trouble.status ?? 0))
  );
}

// `given` as `…/api`. Throws ConfigurationError.
export function apiBase(given: string | undefined): string {
  if (!given) {
    throw new ConfigurationError("no address: give baseUrl or set LETSPING_BASE_URL", {
      code: "no_base_url",
    });
  }
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new ConfigurationError("baseUrl must be https://HOST[/PATH]", { code: "base_url" });
  }
  if (url.protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new ConfigurationError("baseUrl must be https: plain http only reaches this machine", {
      code: "base_url_insecure",
    });
  }
  const base = given.replace(/\/+$/, "");
  return base.endsWith("/api") ? base : `${base}/api`;
}

export function transport(base: string, apiKey: string): Transport {
  return async (method, path, call = {}) => {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await once(base, apiKey, method, path, call);
      if (outcome.error === undefined) return outcome.value;
      if (!passes(outcome.error) || attempt === attempts || call.signal?.aborted) {
        throw outcome.error;
      }
      await pause(outcome.retryAfterMs ?? 250 * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(ms, retryMsMax)));
}

type Outcome =
  | { value: Json; error?: undefined }
  | { error: LetsPingError; retryAfterMs?: number | undefined };

async function once(
  base: string,
  apiKey: string,
  method: string,
  path: string,
  { body, headers = {}, timeoutMs = 30_000, signal, text: asText }: Call,
): Promise<Outcome> {
  const until = AbortSignal.timeout(timeoutMs);
  let reply: Response;
  let text: string;
  try {
    const start = path.startsWith("/log/") ? base.replace(/\/api$/, "") : base;
    reply = await fetch(start + path, {
      method,
      headers: {
        Authorization: `Bearer ${apiKey}`,
        "Content-Type": "application/json",
        "User-Agent": "letsping-open-js/0.1.0",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual", // The Authorization header would go along.
      signal: signal ? AbortSignal.any([until, signal]) : until,
    });
    text = await bounded(reply);
  } catch (lost) {
    if (lost instanceof LetsPingError) return { error: lost };
    const kind = lost instanceof Error ? lost.name : "error";
    const message = `the server did not answer: ${kind}`;
    return { error: new LetsPingError(message, { code: "unreachable" }) };
  }
  if (!reply.ok) return refused(reply, text);
  return asText ? { value: text } : answered(text);
}

async function bounded(reply: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = reply.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > answerBytesMax) {
      await reader.cancel();
      throw new LetsPingError("the answer is too large", { code: "answer_too_large" });
    }
    pieces.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return new TextDecoder().decode(all);
}

// What could be read in two ways, or holds a number that would become another one, is no answer.
function answered(text: string): Outcome {
  const parsed = parse(text);
  if (parsed.ok && parsed.findings.length === 0) return { value: JSON.parse(text) };
  const why = parsed.ok ? parsed.findings[0]?.code : "no JSON";
  const message = `the server's answer cannot be read: ${why}`;
  return { error: new IntegrityError(message, { code: "answer_no_json" }) };
}

function refused(reply: Response, text: string): Outcome {
  const status = reply.status;
  let said: { message?: unknown; error?: unknown; code?: unknown; reason?: unknown } = {};
  try {
    said = Object(JSON.parse(text));
  } catch {
    // A proxy's page: the status says enough.
  }
  const message = String(said.message ?? said.error ?? `the server answered ${status}`);
  const code = typeof said.code === "string" ? said.code : `http_${status}`;
  const reason = typeof said.reason === "string" ? said.reason : undefined;
  const Kind = kinds[status] ?? LetsPingError;
  const after = Number(reply.headers.get("Retry-After") ?? Number.NaN);
  return {
    error: new Kind(message, { code, status, reason }),
    retryAfterMs: Number.isFinite(after) ? after * 1000 : undefined,
  };
}

const kinds: Record<number, typeof LetsPingError> = {
  401: AuthenticationError,
  403: AuthenticationError,
  409: ConflictError,
  429: RateLimitError,
};
