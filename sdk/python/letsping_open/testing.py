"""A client for tests of agents: it decides by itself, and nothing leaves the process.

    lp = FakeLetsPing(approve, reject("too much"), edit({"amount": 1}))

Answers are given in order, and the last one for ever; without any, everything is rejected. What
was asked is in `lp.asked`. It is the real client over another transport: payloads are sealed,
opened and compared as with a server.
"""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any

from .client import LetsPing
from .errors import ConflictError, LetsPingError

__all__ = ["FakeLetsPing", "approve", "edit", "expire", "fail", "reject"]

approve = {"status": "APPROVED", "state": "approved"}
expire = {"status": "REJECTED", "state": "expired", "reason": "expired"}


def reject(reason: str = "") -> dict[str, Any]:
    return {"status": "REJECTED", "state": "rejected", "metadata": {"reason": reason}}


def edit(payload: dict[str, Any]) -> dict[str, Any]:
    return {"status": "APPROVED", "state": "approved_with_modifications", "edit": payload}


def fail(code: str = "unreachable", status: int | None = None) -> LetsPingError:
    """The server cannot be asked."""
    return LetsPingError("the test says so", code=code, status=status)


class FakeLetsPing(LetsPing):
    def __init__(self, *answers: Any):
        key = base64.b64encode(bytes(range(32))).decode()
        super().__init__("lp_test", base_url="http://127.0.0.1:9", encryption_key=key,
                         origin="letsping.test/p/" + "0" * 32, trust="")
        self.asked: list[dict[str, Any]] = []
        self.cancelled: list[str] = []
        self.transport = _Scripted(self, answers or (reject("no answer was scripted"),))


class _Scripted:
    def __init__(self, fake: FakeLetsPing, answers: tuple[Any, ...]):
        self._fake, self._answers = fake, itertools.chain(answers, itertools.repeat(answers[-1]))
        self._requests: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, tuple[str, str]] = {}

    def call(self, method: str, path: str, body: Any = None, *, headers: Any = None,
             **_: Any) -> Any:
        if path == "/ingest":
            return self._ask(body, headers["Idempotency-Key"])
        if path.endswith("/cancel"):
            self._fake.cancelled.append(path.split("/")[2])
            return {}
        return self._status(path.removeprefix("/status/").partition("?")[0])

    def _ask(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        if key in self._keys:
            request, content = self._keys[key]
            if content != body["idem"]:
                raise ConflictError("another ask under this key", code="idempotency_conflict",
                                    status=409)
            return {"id": request, "replay": True}
        answer = next(self._answers)
        if isinstance(answer, LetsPingError):
            raise answer
        request = f"req_test{len(self._requests)}"
        self._keys[key] = request, body["idem"]
        self._requests[request] = {**answer, "sent": body}
        text = self._fake.sealer.open(body["payload"], request)
        self._fake.asked.append({**body, "payload": json.loads(text), "idempotency_key": key})
        return {"id": request, "level": body["priority"]}

    def _status(self, request: str) -> dict[str, Any]:
        answer = dict(self._requests[request])
        sent, edited = answer.pop("sent")["payload"], answer.pop("edit", None)
        return {"metadata": {}, **answer, "id": request, "payload": sent,
                "patched_payload": None if edited is None else self._edited(sent, edited)}

    def _edited(self, sent: dict[str, Any], edited: dict[str, Any]) -> Any:
        from letsping_envelope import seal_v2
        return seal_v2(json.dumps(edited), self._fake.sealer._keys[0], sent["ctx"])
