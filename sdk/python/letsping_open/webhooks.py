"""Webhooks: whether the server sent this, now and for the first time, and what it says.

Standard Webhooks headers are required: the older `v1` element does not cover the time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .decision import Decision, read_decision
from .errors import ApprovalRejectedError, IntegrityError, SignatureError
from .payloads import Sealer, read_json

__all__ = ["Event", "Webhooks"]

TOLERANCE_S = 300
_SEEN_MAX = 10_000


@dataclass(frozen=True)
class Event:
    """`decision` of an approval, or `rejection`: one of the two."""

    request_id: str
    event: str
    webhook_id: str
    decision: Decision | None
    rejection: ApprovalRejectedError | None
    body: dict[str, Any]


class Webhooks:
    """`unwrap` takes the raw body, before any parser. `first_time(webhook_id)` remembers and says
    whether it is new: by default within this process; give one that is kept where deliveries
    reach several."""

    def __init__(self, sealer: Sealer, confirm: Callable[..., Decision | None] | None = None):
        """`confirm(request_id, asked=…)` asks the server for the decision and its proof."""
        self._sealer, self._confirm, self._seen = sealer, confirm, dict[str, None]()

    def unwrap(self, headers: Mapping[str, str], body: bytes | str, secret: str, *,
               asked: Any = None, now: float | None = None,
               first_time: Callable[[str], bool] | None = None) -> Event:
        """Raises SignatureError; and as `wait` does for an answer that must not be acted on."""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        told = {name.lower(): value for name, value in headers.items()}
        name, sent = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
        if not name or not (sent.isascii() and sent.isdigit()) or len(sent) > 12:
            raise SignatureError("webhook-id or webhook-timestamp is missing", code="headers")
        if abs((time.time() if now is None else now) - int(sent)) > TOLERANCE_S:
            raise SignatureError("it was sent more than five minutes from now", code="stale")
        expected = base64.b64encode(hmac.new(
            _key(secret), f"{name}.{sent}.".encode() + raw, hashlib.sha256).digest())
        given = [word.partition(",") for word in told.get("webhook-signature", "").split(" ")]
        if not any(kind == "v1" and hmac.compare_digest(expected, value.encode())
                   for kind, _, value in given):
            raise SignatureError("the signature is not the server's", code="signature")
        value = read_json(raw, "the webhook")
        if not isinstance(value, dict) or value.get("webhook_id") != name:
            raise SignatureError("the body is of another delivery", code="delivery")
        event = self._event(value, name, asked)
        # Not before: a delivery that could not be read now is sent again under the same id.
        if not (first_time or self._first_time)(name):
            raise SignatureError("it has come before", code="repeated")
        return event

    def _event(self, value: dict[str, Any], name: str, asked: Any) -> Event:
        request, data = str(value.get("id")), value.get("data")
        answer = {**data, "id": request} if isinstance(data, dict) else None
        decision = rejection = None
        try:
            said = read_decision(answer, request, self._sealer, asked)
            decision = self._confirm(request, asked=asked) if said and self._confirm else said
            if said and decision is None:
                raise IntegrityError("the webhook says yes, and the server that nobody decided",
                                     request_id=request)
        except ApprovalRejectedError as no:
            rejection = no
        return Event(request, str(value.get("event")), name, decision, rejection, value)

    def _first_time(self, name: str) -> bool:
        if name in self._seen:
            return False
        self._seen[name] = None
        if len(self._seen) > _SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        return True


def _key(secret: str) -> bytes:
    """A secret as printed, `lp_whk_…`; or as Standard Webhooks libraries have it, `whsec_…`."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret[6:], validate=True)
        except ValueError:
            raise SignatureError("the secret is no base64", code="secret") from None
    return secret.encode()
