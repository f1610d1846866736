// What can go wrong, each with a stable `code`. None of these ever means yes.

interface About {
  code?: string | undefined;
  status?: number | undefined; // of HTTP, where a server answered
  requestId?: string | undefined;
  reason?: string | undefined; // of a server's refusal: docs/reference/errors.md
}

export class LetsPingError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly reason: string | undefined;

  constructor(message: string, about: About = {}) {
    super(message);
    this.name = new.target.name;
    this.code = about.code ?? "error";
    this.status = about.status;
    this.requestId = about.requestId;
    this.reason = about.reason;
  }
}

// Found before a byte leaves: no address, no key, a payload that is no JSON object.
export class ConfigurationError extends LetsPingError {}
// 401 or 403.
export class AuthenticationError extends LetsPingError {}
// 409; `idempotency_conflict` is another ask under the same idempotency key.
export class ConflictError extends LetsPingError {}
// 429, after the retries.
export class RateLimitError extends LetsPingError {}

// A person said no, or the request was cancelled. `reason` is what they wrote, or empty.
export class ApprovalRejectedError extends LetsPingError {
  override readonly reason: string;
  readonly actorId: string | undefined;

  constructor(message: string, about: About & { reason: string; actorId?: string | undefined }) {
    super(message, { ...about, code: about.code ?? "rejected" });
    this.reason = about.reason;
    this.actorId = about.actorId;
  }
}
// Nobody decided in time.
export class ApprovalExpiredError extends ApprovalRejectedError {}
// The caller's own timeout or signal ended the wait; the request may still be open.
export class ApprovalTimeoutError extends LetsPingError {}
// The answer is no envelope where one was asked for, or it does not open.
export class DecryptionError extends LetsPingError {}
// The answer contradicts itself or what was asked: it is not acted upon.
export class IntegrityError extends LetsPingError {}
// A webhook that was not sent by the server, or not now, or not for the first time.
export class SignatureError extends LetsPingError {}
