// Calls to the review API, all same-origin. Refusals become ApiError with the server's stable
// reason; a network that does not answer becomes reason "offline".

import type { Bytes } from "../crypto/bytes";
import { openingEnded } from "./opening";

export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly body: Record<string, unknown>;

  constructor(
    status: number,
    reason: string,
    message: string,
    body: Record<string, unknown> = {},
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.body = body;
  }
}

export function isReason(error: unknown, ...reasons: string[]): error is ApiError {
  return error instanceof ApiError && reasons.includes(error.reason);
}

// Nobody is logged in here, or not in the way that is asked for.
export const isSignedOut = (error: unknown) => isReason(error, "no_session", "sso_required");

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

// `now` is the server's clock as far as replies have shown it, never ahead of it: the Date
// header is cut to the second and has travelled, so the largest difference seen is the best one.
// A decision that says it was made later than it was logged would not verify.
export class Api {
  private skewMs: number | undefined;
  private readonly fetch: Fetch;

  constructor(fetch: Fetch = (path, init) => globalThis.fetch(path, init)) {
    this.fetch = fetch;
  }

  now(): number {
    return Date.now() + (this.skewMs ?? 0);
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.call<T>(path, { method: "GET", ...(signal && { signal }) });
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.call<T>(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-LP-CSRF": "1" },
      body: JSON.stringify(body),
    });
  }

  // What is no JSON: all of it, as it came.
  async bytes(path: string, signal: AbortSignal): Promise<Bytes> {
    const response = await this.ask(path, { method: "GET", signal });
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch {
      throw new ApiError(0, "offline", "The server's answer was cut off.");
    }
  }

  private async call<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.ask(path, init);
    return (await readJson(response)) as T;
  }

  // What was refused for want of a session is asked once more: another may just be opened. Nothing
  // was done, and a login is no matter of a session.
  private async ask(path: string, init: RequestInit): Promise<Response> {
    const first = await this.reach(path, init);
    if (first.ok) return first;
    const refused = refusal(first, await readJson(first));
    if (!isSignedOut(refused) || path.startsWith("/api/login")) throw refused;
    await openingEnded();
    const second = await this.reach(path, init);
    if (second.ok) return second;
    throw refusal(second, await readJson(second));
  }

  private async reach(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.fetch(path, {
        credentials: "same-origin",
        redirect: "error",
        ...init,
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError(0, "offline", "The server does not answer.");
    }
    this.learnClock(response);
    return response;
  }

  private learnClock(response: Response): void {
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (Number.isNaN(date)) return;
    const skew = date - Date.now();
    const drifted = this.skewMs === undefined || Math.abs(skew - this.skewMs) > 5000;
    this.skewMs = drifted ? skew : Math.max(skew, this.skewMs ?? skew);
  }
}

function refusal(response: Response, body: Record<string, unknown>): ApiError {
  const text = (key: string) => (typeof body[key] === "string" ? body[key] : undefined);
  const reason = text("reason") ?? `http_${response.status}`;
  const message = text("message") ?? text("error") ?? `The server answered ${response.status}.`;
  return new ApiError(response.status, reason, message, body);
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    if (response.ok) throw new ApiError(0, "offline", "The server's answer was cut off.");
    return {};
  }
}
