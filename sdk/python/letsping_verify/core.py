"""The decision core (log-format.md §6): what a person signs, and how they signed it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from . import members as m
from .batch import Place
from .faults import Fault, Unclear, demand
from .roster import Entry
from .signatures import sha256, tagged, verify_p256
from .statement import payload_reference
from .strict_json import canonical, parse, read_canonical

_USER_PRESENT, _USER_VERIFIED, _ATTESTED, _EXTENSIONS = 0x01, 0x04, 0x40, 0x80


@dataclass(frozen=True)
class Core:
    aud: str
    request_id: str
    version: int
    request_sha256: str
    verdict: str
    payload: dict[str, Any]
    base: dict[str, Any] | None
    level: str
    policy_sha256: str
    roster_sha256: str
    rule_sha256: str
    reason: str | None
    approver: str
    key: str
    issued_at: str
    expires_at: str


def read_core(data: bytes) -> Core:
    read = m.Members(read_canonical(data, "the core"), "the core")
    demand(read.need("v", m.integer) == 1, "the core's v is not 1")
    made = Core(
        read.need("aud", m.text), read.need("request_id", m.text),
        read.need("version", m.positive), read.need("request_sha256", m.sha256_hex),
        read.need("verdict", m.one_of(*m.VERDICTS)), read.need("payload", payload_reference),
        read.may("base", payload_reference), read.need("level", m.one_of(*m.LEVELS)),
        read.need("policy_sha256", m.sha256_hex), read.need("roster_sha256", m.sha256_hex),
        read.need("rule_sha256", m.sha256_hex), read.may("reason", m.sha256_hex),
        read.need("approver", m.text), read.need("key", m.sha256_hex),
        read.need("issued_at", m.instant), read.need("expires_at", m.instant))
    read.may("display", m.sha256_hex)
    read.need("dwell_ms", m.integer)
    read.need("nonce", m.binary)
    read.done()
    if made.verdict == "approve":
        demand("commit" in made.payload, "the core approves a payload that nobody decrypted")
    return made


@dataclass(frozen=True)
class Human:
    """Who signed a review, and with what."""

    class_: str
    core_data: bytes
    signature: bytes
    authenticator_data: bytes | None
    client_data: bytes | None
    salt: bytes
    entry: Entry
    index: int
    path: list[bytes]
    batch: Place | None

    @staticmethod
    def read(value: Any, where: str) -> Human:
        read = m.Members(value, where)
        class_ = read.need("class", m.one_of("device", "passkey"))
        made = Human(
            class_, read.need("core", m.binary), read.need("signature", m.binary),
            read.may("authenticatorData", m.binary), read.may("clientDataJSON", m.binary),
            read.need("salt", m.bytes32), read.need("entry", Entry.read),
            read.need("index", m.integer), read.need("path", m.array_of(m.bytes32, most=64)),
            read.may("batch", Place.read))
        read.done()
        for each in (made.authenticator_data, made.client_data):
            demand((each is not None) == (class_ == "passkey"),
                   f"{where}: authenticatorData and clientDataJSON stand with a passkey")
        return made

    def evidence(self, roster_sha256: str) -> tuple[str, str]:
        """The kind and hash of the evidence entry, as the review's statement has them."""
        def b64(data: bytes) -> str:
            return base64.b64encode(data).decode()
        kind = "device_key" if self.class_ == "device" else "passkey"
        entry: dict[str, Any] = {
            "class": self.class_, "core": b64(self.core_data), "kind": kind,
            "roster_sha256": roster_sha256, "salt": b64(self.salt),
            "signature": b64(self.signature)}
        if self.authenticator_data is not None and self.client_data is not None:
            entry["authenticatorData"] = b64(self.authenticator_data)
            entry["clientDataJSON"] = b64(self.client_data)
        if self.batch is not None:
            entry["batch"] = self.batch.entry()
        return kind, sha256(canonical(entry)).hex()

    @property
    def device_message(self) -> bytes:
        """What a device signs: the core, or the batch that it stands in."""
        if self.batch is None:
            return tagged("lp-decision-device/1", self.core_data)
        return tagged("lp-batch-device/1", self.batch.head_data)

    @property
    def challenge(self) -> bytes:
        """The same of a passkey."""
        if self.batch is None:
            return sha256(tagged("lp-decision/1", self.core_data))
        return sha256(tagged("lp-batch/1", self.batch.head_data))


def check_signature(human: Human, rp: dict[str, list[str]] | None) -> None:
    """The signature of the entry's key over the core, or over its batch. Raises Fault; Unclear for
    a passkey that is in order but for the place of its use, which nobody brought along."""
    spki = human.entry.spki
    if spki is None or human.entry.class_ != human.class_:
        raise Fault(f"the roster's entry is of the class {human.entry.class_}")
    if human.class_ == "device":
        verify_p256(spki, human.signature, human.device_message, "the device's signature",
                    low_s=True)
        return
    assert human.authenticator_data is not None and human.client_data is not None
    _check_authenticator(human.authenticator_data, human.entry)
    where = _check_client(human.client_data, human.challenge)
    verify_p256(spki, human.signature, human.authenticator_data + sha256(human.client_data),
                "the passkey's signature")
    if rp is None:
        raise Unclear("a passkey, and the trust file does not say where passkeys may be used")
    assert human.entry.rp_id is not None
    demand(human.entry.rp_id in rp, f"the relying party {human.entry.rp_id} is not trusted")
    demand(where in rp[human.entry.rp_id], f"the passkey was used at {where}")


def _check_authenticator(data: bytes, entry: Entry) -> None:
    demand(len(data) == 37, "authenticatorData is not 37 bytes long")
    assert entry.rp_id is not None
    demand(data[:32] == sha256(entry.rp_id.encode()), "the passkey is of another relying party")
    flags = data[32]
    demand(flags & _USER_PRESENT != 0, "the passkey was used without the user's presence")
    demand(flags & _USER_VERIFIED != 0, "the passkey was used without verification of the user")
    demand(flags & _ATTESTED == 0, "authenticatorData has credential data in an assertion")
    demand(flags & _EXTENSIONS == 0, "authenticatorData has extensions")


def _check_client(data: bytes, challenge: bytes) -> str:
    """The origin at which the passkey was used."""
    try:
        value = parse(data)
    except Fault as fault:
        raise Fault(f"clientDataJSON: {fault}") from None
    demand(isinstance(value, dict), "clientDataJSON is no object")
    demand(value.get("type") == "webauthn.get", "clientDataJSON is not of an assertion")
    expected = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    demand(value.get("challenge") == expected, "the passkey signed another challenge")
    demand(value.get("crossOrigin", False) is False, "the passkey was used across origins")
    demand("topOrigin" not in value, "the passkey was used inside another page")
    origin = value.get("origin")
    if not isinstance(origin, str):
        raise Fault("clientDataJSON has no origin")
    return origin
