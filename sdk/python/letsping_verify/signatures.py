"""Keys and signatures: what may be one, and whether it verifies."""

from __future__ import annotations

import functools
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .faults import Fault, demand

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
_ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")
_FIELD = 2**255 - 19


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tagged(tag: str, body: bytes) -> bytes:
    return tag.encode("ascii") + b"\0" + body


def p256_key(spki: bytes, what: str) -> ec.EllipticCurvePublicKey:
    """The key of a DER SubjectPublicKeyInfo: P-256, uncompressed, 91 bytes."""
    key = _load_p256(spki)
    if key is None:
        raise Fault(f"{what} is no P-256 key")
    return key


# One receipt names the same few keys many times, and a file of receipts does so in each line.
@functools.lru_cache(maxsize=256)
def _load_p256(spki: bytes) -> ec.EllipticCurvePublicKey | None:
    if len(spki) != 91 or not spki.startswith(_P256_PREFIX):
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), spki[len(_P256_PREFIX):])
    except ValueError:
        return None


def is_p256(spki: bytes) -> bool:
    return _load_p256(spki) is not None


def verify_p256(spki: bytes, signature: bytes, message: bytes, what: str,
                low_s: bool = False) -> None:
    """ECDSA-SHA-256 with a DER signature. Raises Fault."""
    r, s = _der_numbers(signature, what)
    _verify_numbers(spki, r, s, message, what, low_s)


def verify_p256_raw(spki: bytes, signature: bytes, message: bytes, what: str) -> None:
    """The same with r ‖ s."""
    demand(len(signature) == 64, f"{what} is not 64 bytes long")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    _verify_numbers(spki, r, s, message, what, low_s=False)


def _verify_numbers(spki: bytes, r: int, s: int, message: bytes, what: str, low_s: bool) -> None:
    demand(0 < r < _ORDER and 0 < s < _ORDER, f"{what} has a number out of range")
    demand(not low_s or s <= _ORDER // 2, f"{what} has a high S")
    try:
        p256_key(spki, f"the key of {what}").verify(
            encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Fault(f"{what} does not verify") from None


def _der_numbers(data: bytes, what: str) -> tuple[int, int]:
    """r and s of a SEQUENCE of two INTEGERs, in DER and nothing else."""
    demand(2 < len(data) <= 72 and data[0] == 0x30 and data[1] == len(data) - 2,
           f"{what} is not DER")
    r, at = _der_integer(data, 2, what)
    s, at = _der_integer(data, at, what)
    demand(at == len(data), f"{what} has bytes behind its end")
    return r, s


def _der_integer(data: bytes, at: int, what: str) -> tuple[int, int]:
    demand(at + 2 < len(data) and data[at] == 0x02, f"{what} is not DER")
    length = data[at + 1]
    content = data[at + 2:at + 2 + length]
    demand(1 <= length <= 33 and len(content) == length, f"{what} is not DER")
    demand(content[0] < 0x80, f"{what} has a negative number")
    demand(length == 1 or content[0] != 0 or content[1] >= 0x80, f"{what} has a zero too many")
    return int.from_bytes(content, "big"), at + 2 + length


def ed25519_key(raw: bytes, what: str) -> ed25519.Ed25519PublicKey:
    """32 bytes of a point that is written in its one form and not of small order."""
    demand(len(raw) == 32, f"{what} is no Ed25519 key")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    demand(y < _FIELD and y not in _SMALL_ORDER_Y, f"{what} is a key that anybody can sign for")
    try:
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise Fault(f"{what} is no Ed25519 key") from None


# The y of the eight points whose order divides 8 (RFC 8032's curve).
_SMALL_ORDER_Y = frozenset((
    0, 1, _FIELD - 1,
    int.from_bytes(bytes.fromhex(
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    int.from_bytes(bytes.fromhex(
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
))


def ed25519_of_spki(spki: bytes) -> bytes | None:
    """The raw key of an Ed25519 SubjectPublicKeyInfo, or none."""
    if len(spki) == 44 and spki.startswith(_ED25519_PREFIX):
        return spki[len(_ED25519_PREFIX):]
    return None


def verify_ed25519(raw: bytes, signature: bytes, message: bytes, what: str) -> None:
    demand(len(signature) == 64, f"{what} is not 64 bytes long")
    try:
        ed25519_key(raw, f"the key of {what}").verify(signature, message)
    except InvalidSignature:
        raise Fault(f"{what} does not verify") from None
