"""What every framework's adapter rests on: may this call of a tool run, and with which arguments?

The answer is a value: `Allowed` with the approved arguments, or `Denied` with a sentence for the
model. Every error on the way is a denial. The same call of the same run is one request, so a run
that resumes does not ask twice; an approval is used once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .background import in_background
from .client import DAY_S, AsyncLetsPing, LetsPing
from .decision import Decision, RequestId
from .errors import (ApprovalExpiredError, ApprovalRejectedError, ApprovalTimeoutError,
                     ConfigurationError, LetsPingError)
from .ledger import Ledger, MemoryLedger
from .payloads import read_json, stable_key

__all__ = ["Allowed", "Denied", "ToolGate", "arguments_of"]


@dataclass(frozen=True)
class Allowed:
    args: dict[str, Any]  # what may run, and nothing else
    edited: bool
    request_id: str


@dataclass(frozen=True)
class Denied:
    message: str  # for the model; holds what the person wrote, and no secret
    code: str
    request_id: str | None = None


class ToolGate:
    """`service` groups the tools of one agent; the action is the tool's name. `priority` is one
    for all, or by name of the tool. After `timeout` seconds a call is denied and its request is
    cancelled. `ledger` remembers which approvals were used: give a DirectoryLedger where a run can
    outlive its process. `client` is a LetsPing, or a function that makes one at the first call."""

    def __init__(self, client: LetsPing | AsyncLetsPing | Callable[[], LetsPing], *,
                 service: str = "agent", priority: str | Mapping[str, str] = "medium",
                 timeout: float = DAY_S, ledger: Ledger | None = None):
        self._client = client
        self._service, self._priority, self.timeout = service, priority, timeout
        self._ledger = ledger if ledger is not None else MemoryLedger()

    @property
    def client(self) -> LetsPing:
        if not isinstance(self._client, (LetsPing, AsyncLetsPing)):
            self._client = self._client()
        return getattr(self._client, "sync", self._client)

    def check(self, tool: str, args: Any, *, run_id: str | None, call_id: str | None,
              schema: Any = None) -> Allowed | Denied:
        """Asks, waits, and uses the approval. Raises nothing that is an Exception."""
        asked = self.ask(tool, args, run_id=run_id, call_id=call_id, schema=schema)
        return asked if isinstance(asked, Denied) else self.settle(tool, asked)

    async def acheck(self, tool: str, args: Any, *, run_id: str | None, call_id: str | None,
                     schema: Any = None) -> Allowed | Denied:
        return await in_background(self.check, tool, args, run_id=run_id, call_id=call_id,
                                   schema=schema)

    def ask(self, tool: str, args: Any, *, run_id: str | None, call_id: str | None,
            schema: Any = None) -> RequestId | Denied:
        """The first half: the request is made, or found again. A run without a name of its own
        asks anew each time."""
        try:
            return self.client.defer(
                self._service, tool, arguments_of(args), schema=schema,
                priority=self._priority_of(tool), decide_in=self.timeout, call_id=call_id,
                idempotency_key=stable_key(self._service, run_id or f"once-{uuid.uuid4()}",
                                           call_id or "", tool))
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the tool does not run
            return _denied(tool, trouble, None)

    def decided(self, tool: str, request: RequestId) -> bool:
        """Whether `settle` would answer at once."""
        try:
            return self.client.poll(request) is not None
        except ApprovalRejectedError:
            return True
        except Exception:  # noqa: BLE001 - settle says what is the matter
            return False

    def settle(self, tool: str, request: RequestId) -> Allowed | Denied:
        """The second half: waits for the decision and uses it."""
        try:
            decision: Decision = self.client.wait(request, timeout=self.timeout)
            if not self._ledger.use(decision.request_id):
                return Denied(f"The tool {tool} was not run: this approval was used before. "
                              "Whether that call took effect is not known here; find out before "
                              "you propose it again.", "already_used", decision.request_id)
            return Allowed(decision.approved, decision.patched_payload is not None,
                           decision.request_id)
        except ApprovalTimeoutError as late:
            self.client.give_up(request, "the agent no longer waits")
            return _denied(tool, late, request)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the tool does not run
            return _denied(tool, trouble, request)

    async def asettle(self, tool: str, request: RequestId) -> Allowed | Denied:
        return await in_background(self.settle, tool, request)

    def _priority_of(self, tool: str) -> str:
        if isinstance(self._priority, str):
            return self._priority
        return self._priority.get(tool, "medium")


def arguments_of(args: Any) -> Any:
    """An object; from the JSON text that some frameworks keep. Raises ConfigurationError."""
    if not isinstance(args, (str, bytes)):
        return args if args is not None else {}
    value = read_json(args, "the arguments") if args.strip() else {}
    if not isinstance(value, dict):
        raise ConfigurationError("the arguments of a tool are a JSON object",
                                 code="payload_no_object")
    return value


def _denied(tool: str, trouble: Exception, request: RequestId | None) -> Denied:
    start = f"The tool {tool} was not run: "
    name = str(request) if request else None
    if isinstance(trouble, (ApprovalExpiredError, ApprovalTimeoutError)):
        return Denied(start + "nobody approved it in time.", trouble.code, name)
    if isinstance(trouble, ApprovalRejectedError):
        why = f": {trouble.reason.rstrip('.')}" if trouble.reason else ""
        return Denied(f"{start}a person rejected it{why}. Do not repeat the same call.",
                      trouble.code, name)
    code = trouble.code if isinstance(trouble, LetsPingError) else "error"
    return Denied(f"{start}approval could not be obtained ({code}).", code, name)
