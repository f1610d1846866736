"""Keys that are the same at every run, and what they sign.

A key is made from its name, so whoever reads a case can make the private key too: none of them
may ever be trusted by anything but a test.
"""

import base64
import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def sha256(data):
    return hashlib.sha256(data).digest()


def hex256(data):
    return sha256(data).hex()


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text, validate=True)


def seed(name):
    """32 bytes that depend on the name alone: a key's seed, or a salt."""
    return sha256(b"letsping vectors\0" + name.encode())


def tagged(tag, body):
    return tag.encode() + b"\0" + body


class P256:
    """An issuer, a device, a passkey, an owner or an agent."""

    def __init__(self, name):
        scalar = int.from_bytes(seed("p256 " + name), "big") % (ORDER - 1) + 1
        self.private = ec.derive_private_key(scalar, ec.SECP256R1())
        self.spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.id = hex256(self.spki)

    def numbers(self, message, high=False):
        signature = self.private.sign(
            message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(signature)
        s = min(s, ORDER - s)
        return r, ORDER - s if high else s

    def sign(self, message, high=False):
        return encode_dss_signature(*self.numbers(message, high))

    def sign_raw(self, message, high=False):
        r, s = self.numbers(message, high)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Ed25519:
    """A log, a witness or an agent. `kind` is the type byte of signed-note."""

    def __init__(self, name, seed_name=None, kind=1):
        self.name = name
        self.kind = kind
        self.private = ed25519.Ed25519PrivateKey.from_private_bytes(
            seed("ed25519 " + (seed_name or name)))
        raw = self.private.public_key().public_bytes_raw()
        self.key_id = sha256(name.encode() + b"\n" + bytes([kind]) + raw)[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{b64(bytes([kind]) + raw)}"
        self.spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.id = hex256(self.spki)

    def sign(self, message):
        return self.private.sign(message)

    def renamed(self, name):
        """The same key under another name, as somebody who copies a log would use it."""
        other = Ed25519.__new__(Ed25519)
        other.name, other.kind, other.private = name, self.kind, self.private
        raw = self.private.public_key().public_bytes_raw()
        other.key_id = sha256(name.encode() + b"\n" + bytes([self.kind]) + raw)[:4]
        other.vkey = f"{name}+{other.key_id.hex()}+{b64(bytes([self.kind]) + raw)}"
        other.spki, other.id = self.spki, self.id
        return other

    def line(self, body):
        """A log's signature line over a checkpoint."""
        return f"— {self.name} {b64(self.key_id + self.sign(body))}\n"

    def cosign(self, body, when):
        """A witness' line: cosignature/v1."""
        signature = self.sign(b"cosignature/v1\ntime %d\n" % when + body)
        return f"— {self.name} {b64(self.key_id + when.to_bytes(8, 'big') + signature)}\n"
