"""Asks a person and waits for the answer (docs/reference/letsping-api.md): for a program that has
somebody beside it, and shows them the number that a reviewer types at critical.

Whatever goes wrong raises: what is not answered `approved` was not approved.
"""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException

__all__ = ["Answer", "AskFault", "Number", "ask"]

WAIT_S, TIMEOUT_S, RETRY_S = 25, 40, (1, 2, 5, 10)


@dataclass(frozen=True)
class Number:
    """What to show, in place of what was shown before. `digits` is None once this version is
    locked: then it can only be rejected, cancelled or revised."""
    digits: str | None
    until: str | None
    tries_left: int


@dataclass(frozen=True)
class Answer:
    id: str
    state: str
    status: dict  # as GET /api/status/{id} gave it

    @property
    def approved(self):
        return self.state in ("approved", "approved_with_modifications")


class AskFault(Exception):
    """The server refused: `reason` is its stable code ("" when it gave none)."""

    def __init__(self, status, reason, text):
        super().__init__(text)
        self.status, self.reason = status, reason


def ask(server, api_key, service, action, payload, *, on_number=None, capabilities=(),
        sleep=time.sleep, **members):
    """Asks and waits until somebody has decided, or nobody did in time. `payload` is an object,
    usually an envelope of letsping_envelope; `members` are those of an ask (priority, decide_in …).

    With `on_number` the program announces that it shows numbers: it is called with the first
    Number, and with each that takes its place. Show it to the person beside the program; log it
    nowhere and give it to no model. What it raises ends the wait, and the request stays open.
    """
    announced = [*capabilities, *(["number_match"] if on_number else [])]
    body = {**members, "service": service, "action": action, "payload": payload}
    if announced:
        body["capabilities"] = announced
    said = _call(server, api_key, "POST", "/api/ingest", body)
    shown = _show(on_number, said, None)
    path, failed = f"/api/status/{said['id']}?wait={WAIT_S}", 0
    while True:
        try:
            status = _call(server, api_key, "GET", path)
        except (OSError, HTTPException, _NotNow):
            # It may answer again, and until then nothing is approved.
            sleep(RETRY_S[min(failed, len(RETRY_S) - 1)])
            failed += 1
            continue
        failed = 0
        if status["status"] != "PENDING":
            return Answer(said["id"], status["state"], status)
        shown = _show(on_number, status, shown)


def _show(on_number, answer, shown):
    given = answer.get("number_match")
    if on_number is None or given is None:
        return shown
    number = Number(given.get("number"), given.get("until"), given["tries_left"])
    # Two numbers that follow each other may have the same digits.
    fresh = shown is None or (number.digits, number.until) != (shown.digits, shown.until)
    if fresh:
        on_number(number)
    return number


class _NotNow(Exception):
    """The server is there and asks for patience: 429, 502 to 504."""


def _call(server, api_key, method, path, body=None):
    call = urllib.request.Request(server.rstrip("/") + path, method=method,
                                  data=None if body is None else json.dumps(body).encode())
    call.add_header("Authorization", f"Bearer {api_key}")
    call.add_header("User-Agent", "letsping-ask-python/0.1.0")
    if body is not None:
        call.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(call, timeout=TIMEOUT_S) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            if method == "GET" and error.code in (429, 502, 503, 504):
                raise _NotNow from None
            raise _fault(error) from None


def _fault(error):
    try:
        told = json.load(error)
        return AskFault(error.code, told.get("reason", ""), told.get("message", str(error)))
    except (ValueError, AttributeError):
        return AskFault(error.code, "", str(error))
