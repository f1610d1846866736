"""Asking a person, and waiting for the answer.

    lp = LetsPing()                        # LETSPING_BASE_URL, _API_KEY, _ENCRYPTION_KEY
    decision = lp.ask("billing", "refund", {"amount": 120})
    refund(**decision.approved)            # what the person approved, not what was asked

The names are those of the published clients. Whatever goes wrong raises: no error, no timeout and
no answer that does not fit what was asked is ever an approval. Threads may share a client.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from dataclasses import replace
from collections.abc import Callable
from typing import Any

from letsping_verify import Trust

from .background import in_background
from .decision import Decision, RequestId, read_decision
from .errors import (ApprovalTimeoutError, AuthenticationError, ConfigurationError, ConflictError,
                     LetsPingError)
from .gate import gate, require_approval
from .number import Number, NumberMatch
from .payloads import Sealer, ask_key, random_key, read_json, text_of, unfit_member
from .pins import Pins
from .proofs import Proofs, read_trust
from .spans import span
from .transport import PASSING, Transport, api_base
from .webhooks import Webhooks

__all__ = ["AsyncLetsPing", "LetsPing"]

HOLD_S, DAY_S = 25, 86_400.0
PRIORITIES = ("low", "medium", "high", "critical")
OnNumber = Callable[[Number], None] | NumberMatch | None
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


class LetsPing:
    """`origin` (LETSPING_ORIGIN) is that of the project's log, as `letsping project list` shows
    it: with it each payload is bound to its request, and an edit of another one is refused.
    `require_encryption` refuses to start without a content key, whatever the server would take.

    With `trust` (LETSPING_TRUST), the path of a trust file, nothing is returned before the receipt
    of the decision was verified offline; `human` and `log` demand more than that file does. `pins`
    keeps the checkpoints that were seen; `allow_test` takes servers that were made for tests."""

    def __init__(self, api_key: str | None = None, *, base_url: str | None = None,
                 encryption_key: str | None = None, origin: str | None = None,
                 require_encryption: bool = False,
                 trust: str | os.PathLike[str] | Trust | None = None,
                 human: str | None = None, log: str | None = None, pins: Pins | None = None,
                 allow_test: bool = False):
        key = api_key or os.environ.get("LETSPING_API_KEY", "")
        if not key:
            raise ConfigurationError("no API key: give api_key or set LETSPING_API_KEY",
                                     code="no_api_key")
        given = os.environ.get("LETSPING_TRUST") if trust is None else trust
        read = read_trust(given) if given else None
        if read is None and (human or log):
            raise ConfigurationError("human and log are demanded of receipts: give a trust file, "
                                     "too", code="requirement")
        self.sealer = Sealer.of(encryption_key, origin, read)
        if require_encryption and not self.sealer.encrypts:
            raise ConfigurationError("require_encryption is on, and LETSPING_ENCRYPTION_KEY is not "
                                     "set: export LETSPING_ENCRYPTION_KEY=…", code="encryption_key")
        self.transport = Transport(api_base(base_url), key)
        self.proofs = None if read is None else Proofs(
            read, self.sealer, self._called, human=human, log=log, pins=pins, allow_test=allow_test)
        # What is proven is proven by the server's log: a webhook then only says that it is time.
        self.webhooks = Webhooks(self.sealer, self.poll if self.proofs else None)

    def _called(self, method: str, path: str, **more: Any) -> Any:
        return self.transport.call(method, path, **more)

    def __enter__(self) -> LetsPing:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held between calls; here for who expects it."""

    # ---- asking ---------------------------------------------------------------------------------

    def ask(self, service: str, action: str, payload: Any, *, timeout: float = DAY_S,
            stop: threading.Event | None = None, on_number: OnNumber = None,
            **more: Any) -> Decision:
        """Asks, and waits for the decision. Raises as `defer` and `wait` do.

        `on_number` says that somebody sits beside this program: at critical a reviewer types the
        number that it shows them. It is called with the first Number and with each that takes its
        place (by `aask` in another thread). Log it nowhere and give it to no model. What it raises
        ends the wait, and the request stays open."""
        numbers = NumberMatch.of(on_number)
        request = self.defer(service, action, payload, on_number=numbers, **more)
        return self.wait(request, timeout=timeout, stop=stop, on_number=numbers)

    def defer(self, service: str, action: str, payload: Any, *, priority: str = "medium",
              schema: Any = None, role: str | None = None, facts: dict[str, Any] | None = None,
              decide_in: float | None = None, callback_url: str | None = None,
              environment: str | None = None, trace_id: str | None = None,
              parent_request_id: str | None = None, run_id: str | None = None,
              idempotency_key: str | None = None, call_id: str | None = None,
              on_number: OnNumber = None) -> RequestId:
        """Asks, and returns the id at once. With `run_id` the same ask of the same run is one
        request, also after a crash; `idempotency_key` says so in the caller's own words.
        `decide_in` is in seconds; then the request expires at the server."""
        if priority not in PRIORITIES:
            raise ConfigurationError(f"priority is one of {', '.join(PRIORITIES)}",
                                     code="priority")
        text, numbers = text_of(payload), NumberMatch.of(on_number)
        body = {"service": service, "action": action, "priority": priority, "schema": schema,
                "payload": self.sealer.seal(text, service, action), "facts": facts,
                "capabilities": ["number_match"] if numbers else None,
                "decide_in": None if decide_in is None else max(1, int(decide_in)),
                "idem": self.sealer.content_mac(service, action, text),
                "metadata": _present({"sdk": "python", "role": role, "trace_id": trace_id,
                                      "parent_request_id": parent_request_id,
                                      "environment": environment, "callback_url": callback_url})}
        key = idempotency_key or (ask_key(run_id, service, action, text) if run_id
                                  else random_key())
        with span("lp.ask", f"{service}/{action}", call_id, service=service, action=action,
                  priority=priority) as current:
            answer = self.transport.call("POST", "/ingest", _present(body),
                                         headers={"Idempotency-Key": key})
            request = _request_of(answer, text)
            request.service, request.action = service, action
            if numbers:
                numbers.read(answer)
            current.set_attribute("lp.request.id", str(request))
            current.set_attribute("lp.level", str(answer.get("level", "")))
        return request

    # ---- waiting --------------------------------------------------------------------------------

    def wait(self, request_id: str, *, timeout: float = DAY_S, asked: Any = None,
             stop: threading.Event | None = None, on_number: OnNumber = None) -> Decision:
        """The approval of this request. Raises ApprovalRejectedError for a no (its subclass
        ApprovalExpiredError when nobody decided in time), ApprovalTimeoutError after `timeout`
        seconds, and IntegrityError or DecryptionError for an answer that must not be acted on, or
        whose receipt does not prove it.
        `asked` is what the payload must be; the id that `defer` returned knows it itself."""
        end, pause, numbers = time.monotonic() + timeout, 0.5, NumberMatch.of(on_number)
        with span("lp.wait", "wait", request_id=str(request_id)) as current:
            while stop is None or not stop.is_set():
                left = end - time.monotonic()
                if left <= 0:
                    break
                try:
                    decision = self.poll(request_id, asked=asked, hold_s=min(HOLD_S, left),
                                         on_number=numbers)
                    pause = 0.5
                except LetsPingError as trouble:
                    if not _passes(trouble):
                        raise
                    time.sleep(min(pause, max(0.0, end - time.monotonic())))
                    pause = min(pause * 2, 10.0)
                    continue
                if decision is not None:
                    current.set_attribute("lp.status", decision.status)
                    return decision
        raise ApprovalTimeoutError("no decision in the time that was given",
                                   request_id=str(request_id))

    def poll(self, request_id: str, *, asked: Any = None, hold_s: float = 0,
             on_number: OnNumber = None) -> Decision | None:
        """The approval, or None while it is pending; raises as `wait` does."""
        expected = asked if asked is not None else getattr(request_id, "asked", None)
        answer = self.get_request_status(request_id, hold_s=hold_s)
        if numbers := NumberMatch.of(on_number):
            numbers.read(answer)
        decision = read_decision(answer, str(request_id), self.sealer, expected)
        if decision is None or self.proofs is None:
            return decision
        return replace(decision, report=self.proofs.check(answer, decision, request_id))

    def get_request_status(self, request_id: str, *, hold_s: float = 0) -> Any:
        """What the server says of it, unread: envelopes are closed."""
        hold = max(0, min(60, int(hold_s)))
        return self.transport.call("GET", f"/status/{_sound(request_id)}?wait={hold}",
                                   timeout_s=30.0 + hold)

    def cancel(self, request_id: str, reason: str | None = None) -> None:
        """Nobody needs to decide any more. Raises ConflictError when somebody has."""
        self.transport.call("POST", f"/requests/{_sound(request_id)}/cancel",
                            _present({"reason": reason}))

    def give_up(self, request_id: str, reason: str) -> None:
        """Cancels if that is still possible: a person need not decide what will not run. The
        caller denies either way, so an error here changes nothing and is not raised."""
        try:
            self.cancel(request_id, reason)
        except LetsPingError:
            pass

    # ---- shapes around it -----------------------------------------------------------------------

    def require_approval(self, service: str, action: str | None = None, **options: Any
                         ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A decorator: see gate.require_approval."""
        return require_approval(self, service, action, **options)

    def gate(self, service: str, action: str, payload: Any, **options: Any) -> gate:
        """`with lp.gate(…) as decision:`; the body runs only after an approval."""
        return gate(self, service, action, payload, **options)

    def tool(self, service: str, action: str, **options: Any) -> Callable[[Any], str]:
        """A function of JSON or an object for a model: what was approved, as JSON, or `STOP: …`."""
        def approval(given: Any) -> str:
            try:
                payload = read_json(given, "the input") if isinstance(given, str) else given
                return self.ask(service, action, payload, **options).text
            except LetsPingError as no:
                return f"STOP: {no}"
        return approval

    # ---- asyncio --------------------------------------------------------------------------------

    async def aask(self, service: str, action: str, payload: Any, **more: Any) -> Decision:
        return await in_background(self.ask, service, action, payload, stop=threading.Event(),
                                   **more)

    async def adefer(self, service: str, action: str, payload: Any, **more: Any) -> RequestId:
        return await in_background(self.defer, service, action, payload, **more)

    async def await_(self, request_id: str, **more: Any) -> Decision:
        return await in_background(self.wait, request_id, stop=threading.Event(), **more)


class AsyncLetsPing:
    """The same, to await. `sync` is the client that it is made of; both may be used."""

    def __init__(self, *args: Any, **named: Any):
        self.sync = LetsPing(*args, **named)
        self.webhooks = self.sync.webhooks
        self.require_approval, self.gate = self.sync.require_approval, self.sync.gate

    async def __aenter__(self) -> AsyncLetsPing:
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.sync.close()

    async def ask(self, service: str, action: str, payload: Any, **more: Any) -> Decision:
        return await self.sync.aask(service, action, payload, **more)

    async def defer(self, service: str, action: str, payload: Any, **more: Any) -> RequestId:
        return await self.sync.adefer(service, action, payload, **more)

    async def wait(self, request_id: str, **more: Any) -> Decision:
        return await self.sync.await_(request_id, **more)

    async def cancel(self, request_id: str, reason: str | None = None) -> None:
        await in_background(self.sync.cancel, request_id, reason)


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _sound(request_id: str) -> str:
    if not _ID.fullmatch(request_id):
        raise ConfigurationError("this is no id of a request", code="request_id")
    return str(request_id)


def _request_of(answer: Any, text: str) -> RequestId:
    given = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise unfit_member("id", given)
    request = RequestId(given)
    request.asked = json.loads(text)
    request.url, request.decide_by = answer.get("triage_url"), answer.get("decide_by")
    request.replay = bool(answer.get("replay"))
    return request


def _passes(trouble: LetsPingError) -> bool:
    """What a wait outlives. An unknown id, a refused key and an unsound answer end it."""
    if isinstance(trouble, (AuthenticationError, ConflictError)):
        return False
    return trouble.code == "unreachable" or trouble.status in PASSING
