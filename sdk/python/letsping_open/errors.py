"""What can go wrong, each with a stable `code`. None of these ever means yes."""

from __future__ import annotations

__all__ = ["ApprovalExpiredError", "ApprovalRejectedError", "ApprovalTimeoutError",
           "AuthenticationError", "ConfigurationError", "ConflictError", "DecryptionError",
           "IntegrityError", "LetsPingError", "RateLimitError", "SignatureError"]


class LetsPingError(Exception):
    """`status` is the HTTP status where a server answered, `request_id` the request it is about."""

    code = "error"

    def __init__(self, text: str, *, code: str | None = None, status: int | None = None,
                 request_id: str | None = None):
        super().__init__(text)
        self.code = code or type(self).code
        self.status, self.request_id = status, request_id
        self.reason: str | None = None  # Of a server's refusal: docs/reference/errors.md.


class ConfigurationError(LetsPingError):
    """Found before a byte leaves: no address, no key, a payload that is no JSON object."""

    code = "configuration"


class AuthenticationError(LetsPingError):
    """401 or 403."""

    code = "authentication"


class ConflictError(LetsPingError):
    """409; `idempotency_conflict` is another ask under the same idempotency key."""

    code = "conflict"


class RateLimitError(LetsPingError):
    """429, after the retries."""

    code = "rate_limited"


class ApprovalRejectedError(LetsPingError):
    """A person said no, or the request was cancelled. `reason` is what they wrote, or empty."""

    code = "rejected"

    def __init__(self, text: str, *, reason: str = "", actor_id: str | None = None,
                 request_id: str | None = None, code: str | None = None):
        super().__init__(text, code=code, request_id=request_id)
        self.reason, self.actor_id = reason, actor_id


class ApprovalExpiredError(ApprovalRejectedError):
    """Nobody decided in time."""

    code = "expired"


class ApprovalTimeoutError(LetsPingError, TimeoutError):
    """The caller's own timeout ended the wait; the request may still be open."""

    code = "timeout"


class DecryptionError(LetsPingError):
    """The server's answer is no envelope where one was asked for, or it does not open."""

    code = "decryption"


class IntegrityError(LetsPingError):
    """The answer contradicts itself or what was asked: it is not acted upon."""

    code = "integrity"


class SignatureError(LetsPingError):
    """A webhook that was not sent by the server, or not now, or not for the first time."""

    code = "signature"
