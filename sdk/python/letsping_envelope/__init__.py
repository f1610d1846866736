"""Payload envelopes of LetsPing (spec/encryption.md sections 2 and 3): sealed and opened with a
content key that the server never has.

Version 2 says which key it is under and is bound to where it belongs; version 1, which the
published clients write, does neither. An envelope that names a key opens with that key and no
other.
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from letsping_verify.strict_json import canonical

__all__ = ["ContentKey", "EnvelopeFault", "context", "open_envelope", "seal_v1", "seal_v2"]

KEY_BYTES, IV_BYTES, TAG_BYTES, SALT_BYTES, KID_CHARACTERS = 32, 12, 16, 32, 16


class EnvelopeFault(Exception):
    """`code`: malformed, unknown_key (the envelope names one that is not here), or does_not_open
    (it was changed, or, in version 1, is under another key)."""

    def __init__(self, code, text, kid=None):
        super().__init__(text)
        self.code, self.kid = code, kid


@dataclass(frozen=True)
class ContentKey:
    raw: bytes = field(repr=False)

    def __post_init__(self):
        if len(self.raw) != KEY_BYTES:
            raise ValueError(f"a content key is {KEY_BYTES} bytes, not {len(self.raw)}")

    @classmethod
    def from_base64(cls, text):
        """The value of LETSPING_ENCRYPTION_KEY."""
        return cls(base64.b64decode(text, validate=True))

    @property
    def kid(self):
        return hashlib.sha256(b"lp-kid/1\0" + self.raw).hexdigest()[:KID_CHARACTERS]


def context(origin, service, action, schema_sha256=None, now=None):
    """Where a payload belongs. `origin` is that of the project's log."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    created = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    value = {"origin": origin, "client_nonce": base64.b64encode(os.urandom(16)).decode(),
             "service": service, "action": action, "created": created}
    return value if schema_sha256 is None else value | {"schema_sha256": schema_sha256}


def seal_v1(plaintext, key, iv=None):
    """As the published clients write it. `plaintext` is the exact JSON text that will run."""
    iv = iv or os.urandom(IV_BYTES)
    ct = AESGCM(key.raw).encrypt(iv, plaintext.encode(), None)
    return {"_lp_enc": True, "iv": _b64(iv), "ct": _b64(ct)}


def seal_v2(plaintext, key, bound_to, iv=None, salt=None):
    """Under a key of its own, with `bound_to` (see context) as additional data."""
    iv, salt = iv or os.urandom(IV_BYTES), salt or os.urandom(SALT_BYTES)
    aad = canonical(bound_to)
    ct = AESGCM(_envelope_key(key, salt, aad)).encrypt(iv, plaintext.encode(), aad)
    return {"_lp_enc": True, "iv": _b64(iv), "ct": _b64(ct), "v": 2, "kid": key.kid,
            "salt": _b64(salt), "ctx": bound_to}


def open_envelope(envelope, keys):
    """The exact text. Raises EnvelopeFault; `keys` are ContentKeys, the newest first."""
    if not isinstance(envelope, dict) or envelope.get("_lp_enc") is not True:
        raise EnvelopeFault("malformed", "this is no envelope")
    iv, ct = _bytes(envelope, "iv"), _bytes(envelope, "ct")
    if len(iv) != IV_BYTES or len(ct) < TAG_BYTES:
        raise EnvelopeFault("malformed", "iv or ct has a wrong length")
    if "v" in envelope:
        return _open_v2(envelope, iv, ct, keys)
    for key in keys:
        try:
            return _text(AESGCM(key.raw).decrypt(iv, ct, None))
        except InvalidTag:
            continue
    raise EnvelopeFault("does_not_open", "no key opens this, or it was changed")


def _open_v2(envelope, iv, ct, keys):
    version, kid, bound_to = envelope["v"], envelope.get("kid"), envelope.get("ctx")
    if isinstance(version, bool) or version != 2 or not isinstance(version, int):
        raise EnvelopeFault("malformed", "this is a version that nobody here knows")
    salt = _bytes(envelope, "salt")
    named = isinstance(kid, str) and len(kid) == KID_CHARACTERS and not set(kid) - set(
        "0123456789abcdef")
    if not named or len(salt) != SALT_BYTES or not isinstance(bound_to, dict):
        raise EnvelopeFault("malformed", "kid, salt or ctx is not as it must be")
    key = next((one for one in keys if one.kid == kid), None)
    if key is None:
        held = ", ".join(one.kid for one in keys) or "none"
        raise EnvelopeFault("unknown_key", f"this uses the key {kid}; here is {held}", kid)
    aad = canonical(bound_to)
    try:
        return _text(AESGCM(_envelope_key(key, salt, aad)).decrypt(iv, ct, aad))
    except InvalidTag:
        raise EnvelopeFault("does_not_open", "it was changed after it was sealed", kid) from None


def _envelope_key(key, salt, aad):
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, b"lp-env/2\0" + aad).derive(key.raw)


def _text(clear):
    try:
        return clear.decode()
    except UnicodeDecodeError:
        raise EnvelopeFault("malformed", "what was sealed is no text") from None


def _b64(data):
    return base64.b64encode(data).decode()


def _bytes(envelope, name):
    """One byte string has one spelling: padded, with zero trailing bits."""
    try:
        text = envelope[name]
        data = base64.b64decode(text, validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise EnvelopeFault("malformed", f"{name} is not base64") from None
    if _b64(data) != text:
        raise EnvelopeFault("malformed", f"{name} is not base64")
    return data
