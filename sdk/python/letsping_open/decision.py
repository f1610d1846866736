"""A decision, read from the server's answer: what does not fit together is not a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import (ApprovalExpiredError, ApprovalRejectedError, IntegrityError)
from .payloads import Sealer, read_json, same

__all__ = ["Decision", "RequestId", "read_decision"]


class RequestId(str):
    """The id of an ask, as text, and what was asked: `wait` compares the answer with it."""

    asked: Any = None
    url: str | None = None
    decide_by: str | None = None
    replay: bool = False
    service: str | None = None
    action: str | None = None


@dataclass(frozen=True)
class Decision(Mapping[str, Any]):
    """An approval. `approved` is what may run; also a mapping, as published clients return it."""

    status: str  # APPROVED or APPROVED_WITH_MODIFICATIONS
    request_id: str
    payload: dict[str, Any] = field(repr=False)
    patched_payload: dict[str, Any] | None = field(repr=False)
    text: str = field(repr=False)  # the exact text of `approved`
    actor_id: str | None = None
    resolved_at: str | None = None
    diff_summary: Any = field(default=None, repr=False)
    metadata: dict[str, Any] = field(default_factory=dict)
    report: Any = field(default=None, repr=False)  # of the receipt, letsping_verify.Report

    @property
    def approved(self) -> dict[str, Any]:
        return self.payload if self.patched_payload is None else self.patched_payload

    def __getitem__(self, name: str) -> Any:
        if name not in self.__dataclass_fields__:
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self):
        return iter(self.__dataclass_fields__)

    def __len__(self) -> int:
        return len(self.__dataclass_fields__)


def read_decision(answer: Any, request_id: str, sealer: Sealer, asked: Any = None
                  ) -> Decision | None:
    """None while it is pending. Raises ApprovalRejectedError for every no, and IntegrityError or
    DecryptionError for an answer that contradicts itself or `asked`."""
    if not isinstance(answer, dict) or answer.get("id") != request_id:
        raise _unsound("is about another request", request_id)
    status, state = answer.get("status"), answer.get("state")
    if status == "PENDING":
        return None
    if status == "REJECTED":
        raise _no(answer, request_id)
    edited = answer.get("patched_payload")
    expected = "approved" if edited is None else "approved_with_modifications"
    if status != "APPROVED" or state != expected:
        raise _unsound("contradicts itself", request_id)
    if answer.get("drill"):
        raise _unsound("is of a drill, which nothing runs for", request_id)
    text = sealer.open(answer.get("payload"), request_id)
    payload = _object(text, request_id)
    if asked is not None and not same(payload, asked):
        raise _unsound("returns another payload than was asked for", request_id)
    patched = None
    if edited is not None:
        sealer.check_edit(answer.get("payload"), edited, request_id)
        text = sealer.open(edited, request_id)
        patched = _object(text, request_id)
        if not patched:
            raise _unsound("replaces the payload by nothing", request_id)
    metadata = answer.get("metadata")
    return Decision(
        status="APPROVED" if patched is None else "APPROVED_WITH_MODIFICATIONS",
        request_id=request_id, payload=payload, patched_payload=patched, text=text,
        actor_id=answer.get("actor_id"), resolved_at=answer.get("resolved_at"),
        diff_summary=None if patched is None else _difference(payload, patched),
        metadata=metadata if isinstance(metadata, dict) else {})


def _no(answer: dict[str, Any], request_id: str) -> ApprovalRejectedError:
    metadata = answer.get("metadata")
    said = metadata.get("reason") if isinstance(metadata, dict) else None
    reason = said or answer.get("reason") or ""
    reason = reason if isinstance(reason, str) else ""
    state = answer.get("state")
    if state == "expired":
        return ApprovalExpiredError("nobody decided in time", reason="expired",
                                    request_id=request_id)
    code = state if state in ("cancelled", "denied") else None
    return ApprovalRejectedError(reason or f"{state or 'rejected'}", reason=reason,
                                 actor_id=answer.get("actor_id"), request_id=request_id, code=code)


def _object(text: str, request_id: str) -> dict[str, Any]:
    value = read_json(text, "the payload")
    if not isinstance(value, dict):
        raise _unsound("carries a payload that is no object", request_id)
    return value


def _difference(payload: dict[str, Any], patched: dict[str, Any]) -> dict[str, Any]:
    names = [*payload, *(name for name in patched if name not in payload)]
    return {"changes": {name: {"from": payload.get(name), "to": patched.get(name)}
                        for name in names
                        if (name in payload) != (name in patched)
                        or not same(payload.get(name), patched.get(name))}}


def _unsound(what: str, request_id: str) -> IntegrityError:
    return IntegrityError(f"the server's answer {what}; nothing was run", request_id=request_id)
