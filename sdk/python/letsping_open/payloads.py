"""Payloads: from a value to the exact text that a person decides on, and back.

With a content key nothing leaves in clear and nothing comes back in clear: an answer without an
envelope, or with one that does not open, raises. There is no way back to plaintext.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from letsping_envelope import (ContentKey, EnvelopeFault, context, open_envelope, seal_v1,
                               seal_v2)
from letsping_verify import Trust
from letsping_verify.strict_json import canonical

from .errors import ConfigurationError, DecryptionError, IntegrityError, LetsPingError

__all__ = ["Sealer", "read_json", "same", "text_of"]


def text_of(payload: Any) -> str:
    """The JSON text of a payload: an object with text names. Pydantic models are taken too."""
    if hasattr(payload, "model_dump"):
        payload = payload.model_dump(mode="json")
    if not isinstance(payload, Mapping):
        raise ConfigurationError("a payload is a JSON object", code="payload_no_object")
    _names_are_text(payload)
    try:
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as unfit:
        raise ConfigurationError(f"the payload is no JSON: {unfit}", code="payload_no_json"
                                 ) from None
    return text


def _names_are_text(value: Any) -> None:
    """json.dumps would write 1 and "1" as the same name, twice."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            if not all(isinstance(name, str) for name in value):
                raise ConfigurationError("names in a payload are text", code="payload_names")
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)


def read_json(data: bytes | str, what: str) -> Any:
    """A JSON text that has one meaning: no name twice, no NaN. Raises IntegrityError."""
    try:
        return json.loads(data, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError) as unfit:
        raise IntegrityError(f"{what} is no JSON: {unfit}", code="answer_no_json") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands there twice")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def same(one: Any, other: Any) -> bool:
    """The same JSON value, whatever the order of names. 1, 1.0 and true are three."""
    return _sorted(one) == _sorted(other)


def _sorted(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


class Sealer:
    """Content keys, the newest first; none for a project whose payloads the server may read."""

    def __init__(self, keys: list[ContentKey], origin: str | None):
        self._keys, self._origin = keys, origin

    @classmethod
    def of(cls, given: str | None, origin: str | None, trust: Trust | None = None) -> Sealer:
        """Keys in base64, the newest first, separated by commas. A trust file names the origin,
        too."""
        texts = given if given is not None else os.environ.get("LETSPING_ENCRYPTION_KEY", "")
        try:
            keys = [ContentKey.from_base64(text.strip()) for text in texts.split(",") if text]
        except ValueError:
            raise ConfigurationError("LETSPING_ENCRYPTION_KEY must be base64 of 32 bytes",
                                     code="encryption_key") from None
        origin = origin or os.environ.get("LETSPING_ORIGIN") or None
        if trust is not None and origin not in (None, trust.origin):
            raise ConfigurationError("the trust file is of another log than LETSPING_ORIGIN",
                                     code="trust_origin")
        return cls(keys, trust.origin if trust is not None else origin)

    @property
    def encrypts(self) -> bool:
        return bool(self._keys)

    def seal(self, text: str, service: str, action: str) -> Any:
        """What travels as the member `payload`: bound to its place where the origin is known."""
        if not self._keys:
            return json.loads(text)
        if self._origin is None:
            return seal_v1(text, self._keys[0])
        return seal_v2(text, self._keys[0], context(self._origin, service, action))

    def open(self, given: Any, request_id: str) -> str:
        """The exact text that was sealed, or that the server holds in clear."""
        if not self._keys:
            if isinstance(given, dict) and given.get("_lp_enc") is True:
                raise DecryptionError("the payload is encrypted, and here is no content key",
                                      code="no_encryption_key", request_id=request_id)
            return json.dumps(given, ensure_ascii=False, separators=(",", ":"))
        try:
            return open_envelope(given, self._keys)
        except EnvelopeFault as fault:
            raise DecryptionError(str(fault), code=fault.code, request_id=request_id) from None

    def seal_for(self, purpose: str, text: str) -> Any:
        """An envelope that opens for this purpose only, for what no person reads."""
        self._needed()
        return seal_v2(text, self._keys[0], context(purpose, "letsping", "state"))

    def open_for(self, purpose: str, given: Any) -> str:
        """What seal_for sealed. Raises DecryptionError."""
        self._needed()
        if not isinstance(given, dict) or not isinstance(given.get("ctx"), dict):
            raise DecryptionError("what was kept is not encrypted", code="malformed")
        if given["ctx"].get("origin") != purpose:
            raise DecryptionError("what was kept belongs elsewhere", code="does_not_open")
        try:
            return open_envelope(given, self._keys)
        except EnvelopeFault as fault:
            raise DecryptionError(str(fault), code=fault.code) from None

    def _needed(self) -> None:
        if not self._keys:
            raise ConfigurationError("this needs LETSPING_ENCRYPTION_KEY", code="encryption_key")

    def hidden_name(self, *words: str) -> str:
        """A name for the server that says nothing of the words. Needs a content key."""
        self._needed()
        return self._mac(self._keys[-1], "lp-name/1", *words)

    def content_mac(self, service: str, action: str, text: str) -> str | None:
        """`idem` of the API: says that two envelopes hold the same. None without a content key."""
        if not self._keys:
            return None
        derived = HKDF(SHA256(), 32, None, b"lp-idem/1").derive(self._keys[0].raw)
        told = _counted(service, action, _canonical(text))
        return hmac.new(derived, told, hashlib.sha256).hexdigest()

    @staticmethod
    def _mac(key: ContentKey, *words: str) -> str:
        return hmac.new(key.raw, _counted(*words), hashlib.sha256).hexdigest()

    def envelope_sha256(self, envelope: Any) -> str:
        """`env_sha256` of a statement (encryption.md §4)."""
        return hashlib.sha256(b"lp-env/1\0" + canonical(envelope)).hexdigest()

    def commits(self, envelope: Any, text: str, role: str) -> list[str]:
        """What a person who read this text in this envelope signed (encryption.md §5), under each
        key that is here. `role` is base or edit."""
        iv, ct = (base64.b64decode(envelope[name]) for name in ("iv", "ct"))
        if envelope.get("v") == 2:
            salt, info = base64.b64decode(envelope["salt"]), b"lp-commit/2"
        else:
            salt, info = hashlib.sha256(b"lp-salt/1\0" + iv + ct).digest(), b"lp-commit/1"
        told = b"lp-commit/1\0" + role.encode() + b"\0" + text.encode()
        return [hmac.new(HKDF(SHA256(), 32, salt, info).derive(key.raw), told,
                         hashlib.sha256).hexdigest() for key in self._keys]

    def check_edit(self, sent: Any, edited: Any, request_id: str) -> None:
        """An edit is sealed as what it replaces was, in the same place."""
        if not self._keys or not isinstance(sent, dict) or not isinstance(edited, dict):
            return
        if sent.get("v") != edited.get("v") or sent.get("ctx") != edited.get("ctx"):
            raise IntegrityError("the edit was sealed for another request",
                                 code="edit_of_another_request", request_id=request_id)


def random_key() -> str:
    return "lp-" + base64.urlsafe_b64encode(os.urandom(24)).decode()


def ask_key(run: str, service: str, action: str, text: str) -> str:
    """The idempotency key of an ask of a run: the same in every process and every SDK
    (sdk/vectors/idempotency.json), however its payload is spelled."""
    return stable_key(run, service, action, _canonical(text))


def stable_key(*words: str) -> str:
    """An idempotency key that says nothing of the words and is the same after a crash."""
    return "lp-" + hashlib.sha256(b"lp-run/1\0" + _counted(*words)).hexdigest()


def _counted(*words: str) -> bytes:
    return b"".join(len(word.encode()).to_bytes(8, "big") + word.encode() for word in words)


def _canonical(text: str) -> str:
    """RFC 8785, but for integers beyond binary64, which stay as they are."""
    return canonical(json.loads(text)).decode()


def unfit_member(name: str, value: Any) -> LetsPingError:
    return IntegrityError(f"the server's answer has no sound {name}: {type(value).__name__}",
                          code="answer_member")
