"""HTTP with the standard library: no redirects, bounded answers, retries of what may be repeated.

There is no address by default: a client without one raises before a byte leaves. Plain HTTP goes
to this machine only. The API key travels in one header and stands in no error.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from .errors import (AuthenticationError, ConfigurationError, ConflictError, LetsPingError,
                     RateLimitError)
from .payloads import read_json

USER_AGENT = "letsping-open-python/0.1.0"
ANSWER_BYTES_MAX = 16 * 1024 * 1024
ATTEMPTS, RETRY_S_MAX = 3, 30.0
# Codes of refusals that time alone can change. A lost reply is repeated too: every ask has an
# idempotency key.
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None  # The Authorization header would go along.


def api_base(url: str | None) -> str:
    """`url` or LETSPING_BASE_URL as `…/api`. Raises ConfigurationError."""
    given = url or os.environ.get("LETSPING_BASE_URL", "")
    if not given:
        raise ConfigurationError("no address: give base_url or set LETSPING_BASE_URL",
                                 code="no_base_url")
    parts = urllib.parse.urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError("base_url must be https://HOST[/PATH]", code="base_url")
    if parts.username is not None:
        raise ConfigurationError("base_url must not carry a user", code="base_url")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise ConfigurationError("base_url must be https: plain http only reaches this machine",
                                 code="base_url_insecure")
    base = given.rstrip("/")
    return base if base.endswith("/api") else base + "/api"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Transport:
    """Safe to share between threads: a call is a connection of its own."""

    def __init__(self, base: str, api_key: str):
        self._base, self._authorization = base, f"Bearer {api_key}"
        self._opener = urllib.request.build_opener(_NoRedirect)

    def call(self, method: str, path: str, body: Any = None, *,
             headers: dict[str, str] | None = None, timeout_s: float = 30.0,
             attempts: int = ATTEMPTS, text: bool = False) -> Any:
        """The JSON of a 2xx answer, or its bytes as a `text`. A path that begins with /log/ lies
        beside /api. Raises a LetsPingError after `attempts` tries."""
        for attempt in range(1, attempts + 1):
            try:
                data = self._once(method, path, body, headers or {}, timeout_s)
                return data if text else read_json(data, "the server's answer")
            except _Passing as passing:
                if attempt == attempts:
                    raise passing.error from None
                time.sleep(passing.pause_s(attempt))
        raise AssertionError("attempts must be at least 1")

    def _once(self, method: str, path: str, body: Any, headers: dict[str, str],
              timeout_s: float) -> bytes:
        base = self._base.removesuffix("/api") if path.startswith("/log/") else self._base
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        request = urllib.request.Request(
            base + path, data, method=method, headers={
                "Authorization": self._authorization, "Content-Type": "application/json",
                "Accept": "application/json", "User-Agent": USER_AGENT, **headers})
        try:
            with self._opener.open(request, timeout=timeout_s) as reply:
                return _answer(reply.read(ANSWER_BYTES_MAX + 1))
        except urllib.error.HTTPError as refused:
            with refused:
                raise _refusal(refused) from None
        except (OSError, http.client.HTTPException) as lost:
            error = LetsPingError(f"the server did not answer: {type(lost).__name__}",
                                  code="unreachable")
            raise _Passing(error, None) from None


class _Passing(Exception):
    """What may be otherwise at the next try."""

    def __init__(self, error: LetsPingError, retry_after: str | None):
        super().__init__()
        self.error, self._retry_after = error, retry_after

    def pause_s(self, attempt: int) -> float:
        if self._retry_after and self._retry_after.isdigit():
            return min(float(self._retry_after), RETRY_S_MAX)
        return random.uniform(0.5, 1.0) * min(0.25 * 2**attempt, RETRY_S_MAX)


def _answer(data: bytes) -> bytes:
    if len(data) > ANSWER_BYTES_MAX:
        raise LetsPingError("the answer is too large", code="answer_too_large")
    return data


def _refusal(refused: urllib.error.HTTPError) -> Exception:
    status, said = refused.code, {}
    try:
        said = json.loads(refused.read(65_536))
    except (OSError, ValueError, http.client.HTTPException):
        pass  # A proxy's page: the status says enough.
    if not isinstance(said, dict):
        said = {}
    text = str(said.get("message") or said.get("error") or f"the server answered {status}")
    code = said.get("code") if isinstance(said.get("code"), str) else None
    kind = {401: AuthenticationError, 403: AuthenticationError, 409: ConflictError,
            429: RateLimitError}.get(status, LetsPingError)
    error = kind(text, code=code or f"http_{status}", status=status)
    error.reason = said.get("reason") if isinstance(said.get("reason"), str) else None
    return _Passing(error, refused.headers.get("Retry-After")) if status in PASSING else error
