"""The proof of a decision: its receipt, judged offline before anything runs.

The server hands over the receipt, and is believed nothing: the trust file says whose log and people
count, the receipt must be of this request and bind what is about to run, and the checkpoint that it
stands on must belong to the same log as every one before.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any

from letsping_verify import Fault, Report, Trust, verify
from letsping_verify.receipt import Receipt, read_receipt
from letsping_verify.statement import Statement, read_statement
from letsping_verify.tree import Checkpoint, check_consistency
from letsping_verify.trust import HUMAN, LOG, trust_for

from .decision import Decision, RequestId
from .errors import ConfigurationError, IntegrityError, LetsPingError
from .payloads import Sealer
from .pins import MemoryPins, Pins

__all__ = ["Proofs", "read_trust"]

Call = Callable[..., Any]
_STATE = {"decision.approved": "APPROVED",
          "decision.approved_with_modifications": "APPROVED_WITH_MODIFICATIONS"}


def read_trust(given: str | os.PathLike[str] | Trust) -> Trust:
    """A trust file by its path (LETSPING_TRUST). Raises ConfigurationError."""
    if isinstance(given, Trust):
        return given
    try:
        with open(given, "rb") as file:
            return Trust.parse(file.read())
    except (OSError, Fault) as unfit:
        raise ConfigurationError(f"the trust file cannot be used: {unfit}", code="trust") from None


class Proofs:
    def __init__(self, trust: Trust, sealer: Sealer, call: Call, *, human: str | None,
                 log: str | None, pins: Pins | None, allow_test: bool):
        if human not in (None, *HUMAN) or log not in (None, *LOG):
            raise ConfigurationError(f"human is one of {', '.join(HUMAN)}, log one of "
                                     f"{', '.join(LOG)}", code="requirement")
        if not sealer.encrypts:
            raise ConfigurationError("a trust file needs LETSPING_ENCRYPTION_KEY: a receipt says "
                                     "nothing of a payload in clear that could be checked here",
                                     code="encryption_key")
        self._trust, self._sealer, self._call = trust, sealer, call
        self._human, self._log, self._allow_test = human, log, allow_test
        self._pins = MemoryPins() if pins is None else pins

    def check(self, answer: dict[str, Any], decision: Decision, request: str) -> Report:
        """Of a status that says yes. Raises IntegrityError, and as a call does."""
        data = self._receipt(answer, request)
        report = verify(data, [self._trust], human=self._human, log=self._log,
                        allow_test=self._allow_test)
        if not report.valid:
            raise _unsound(f"is {report.verdict} at {report.check}: {report.why}", request)
        receipt = read_receipt(data)
        if not isinstance(receipt, Receipt):
            raise _unsound("is of an erased decision", request)
        statement = read_statement(receipt.own.statement, "the statement")
        if report.request_id != request or _STATE.get(statement.type) != decision.status:
            raise _unsound("is of another event", request)
        self._bound(statement, answer, decision, request)
        self._described(receipt.descriptor or {}, answer, request)
        self._pinned(receipt.own.proof.checkpoint, request)
        return report

    def _receipt(self, answer: dict[str, Any], request: str) -> bytes:
        leaf = answer.get("leaf_index")
        if isinstance(leaf, bool) or not isinstance(leaf, int) or leaf < 0:
            raise IntegrityError("the server's answer names no entry of its log; nothing was run",
                                 code="no_receipt", request_id=request)
        try:
            return self._call("GET", f"{_log(self._trust.origin)}/receipt/{leaf}", text=True)
        except LetsPingError as refused:
            if refused.status not in (403, 404, 409):
                raise
            raise IntegrityError(f"there is no receipt of the decision ({refused.code}); nothing "
                                 "was run", code="no_receipt", request_id=request) from None

    def _bound(self, statement: Statement, answer: dict[str, Any], decision: Decision,
               request: str) -> None:
        """What the people signed is what would run, byte for byte, and what it was made from."""
        edited = decision.patched_payload is not None
        told, base = statement.payload or {}, statement.base or {}
        runs = answer["patched_payload"] if edited else answer["payload"]
        if told.get("env_sha256") != self._sealer.envelope_sha256(runs):
            raise _unsound("is of another payload", request)
        if edited and base.get("env_sha256") != self._sealer.envelope_sha256(answer["payload"]):
            raise _unsound("is of an edit of another payload", request)
        role = "edit" if edited else "base"
        if "commit" in told and told["commit"] not in self._sealer.commits(runs, decision.text,
                                                                           role):
            raise _unsound("is of another text in the same envelope", request)

    def _described(self, descriptor: dict[str, Any], answer: dict[str, Any], request: str) -> None:
        """What the people were told that it is for."""
        context = answer["payload"].get("ctx") or {}
        own = isinstance(request, RequestId)
        for name in ("service", "action"):
            asked = (getattr(request, name) if own else None) or context.get(name)
            if asked is not None and descriptor.get(name) != asked:
                raise _unsound(f"is for another {name}", request)

    def _pinned(self, new: Checkpoint, request: str) -> None:
        before = self._pins.read(new.origin)
        if before is not None:
            (size, root), newest = before, (new.size, new.root)
            first, second = sorted((before, newest), key=lambda one: one[0])
            path = [] if size == new.size else self._path(new.origin, first[0], second[0])
            try:
                check_consistency(*first, *second, path)
            except Fault as forked:
                raise IntegrityError("the server shows another log than before, and nothing of it "
                                     f"is to be believed: {forked}", code="log_forked",
                                     request_id=request) from None
        if before is None or before[0] < new.size:
            self._pins.write(new.origin, new.size, new.root)

    def _path(self, origin: str, first: int, second: int) -> list[bytes]:
        answer = self._call("GET", f"{_log(origin)}/proof/consistency?from={first}&to={second}")
        try:
            return [base64.b64decode(text, validate=True) for text in answer["hashes"]]
        except (KeyError, TypeError, ValueError):
            raise IntegrityError("the server's proof of consistency is none",
                                 code="log_forked") from None


def _log(origin: str) -> str:
    return f"/log/{origin.rpartition('/p/')[2]}"


def _unsound(what: str, request: str) -> IntegrityError:
    return IntegrityError(f"the receipt of the decision {what}; nothing was run", code="receipt",
                          request_id=str(request))
