"""The members of a receipt (receipt-format.md §2), read and nothing more: what is behind base64
is judged by the checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import members as m
from .core import Human
from .faults import Fault, demand
from .roster import Signature, Version, read_signatures
from .statement import read_descriptor
from .strict_json import parse
from .tree import Proof

BYTES_MAX = 65536
HUMANS_MAX, TOKENS_MAX = 16, 4


@dataclass(frozen=True)
class Issuer:
    key: bytes
    signature: bytes

    @staticmethod
    def read(value: Any, where: str) -> Issuer:
        read = m.Members(value, where)
        made = Issuer(read.need("key", m.binary), read.need("sig", m.binary))
        read.done()
        return made


@dataclass(frozen=True)
class Logged:
    """A statement and its place in the log: the receipt's own, or that of a review."""

    name: str
    statement: bytes
    issuer: Issuer | None
    leaf: bytes
    proof: Proof


def _tlog(value: Any, where: str) -> tuple[bytes, Proof]:
    read = m.Members(value, where)
    made = read.need("leaf", m.binary), read.need("proof", Proof.parse)
    read.done()
    return made


def _review(value: Any, where: str) -> Logged:
    read = m.Members(value, where)
    leaf, proof = read.need("tlog", _tlog)
    made = Logged(where.removeprefix("the receipt."), read.need("statement", m.binary),
                  read.may("issuer", Issuer.read), leaf, proof)
    read.done()
    return made


@dataclass(frozen=True)
class Agent:
    base: bytes
    key: bytes
    salt: bytes
    signature: bytes

    @staticmethod
    def read(value: Any, where: str) -> Agent:
        read = m.Members(value, where)
        made = Agent(read.need("base", m.binary), read.need("key", m.binary),
                     read.need("salt", m.bytes32), read.need("sig", m.binary))
        read.done()
        return made


@dataclass(frozen=True)
class Anchor:
    entry: bytes
    proof: Proof

    @staticmethod
    def read(value: Any, where: str) -> Anchor:
        read = m.Members(value, where)
        made = Anchor(read.need("entry", m.binary), read.need("proof", Proof.parse))
        read.done()
        return made


@dataclass(frozen=True)
class Receipt:
    value: dict[str, Any]  # as it was read
    own: Logged
    descriptor: dict[str, Any] | None
    rule: dict[str, Any] | None
    document: bytes | None
    rosters: list[Version]
    humans: list[Human]
    reviews: list[Logged]
    agent: Agent | None
    anchor: Anchor | None
    time: list[bytes]
    owners: list[Signature]
    erased_people: list[Receipt]

    @property
    def parts(self) -> list[Logged]:
        """What stands in the log: first the receipt's own, then its reviews."""
        return [self.own, *self.reviews]


@dataclass(frozen=True)
class Erased:
    """A receipt without its statement, and the receipt of the erasure."""

    value: dict[str, Any]
    erasure: dict[str, Any]
    leaf: bytes
    proof: Proof


def read_receipt(data: bytes) -> Receipt | Erased:
    """Raises Fault."""
    demand(len(data) <= BYTES_MAX, f"more than {BYTES_MAX} bytes")
    return from_value(parse(data))


def from_value(value: Any, inside: bool = False) -> Receipt | Erased:
    """`inside` another receipt an erasure stands, and holds none itself."""
    read = m.Members(value, "the receipt")
    demand(read.need("v", m.integer) == 1, "the receipt's v is not 1")
    leaf, proof = read.need("tlog", _tlog)
    if not read.has("statement"):
        demand(read.has("erasure"), "neither a statement nor an erasure")
        erasure = read.need("erasure", m.json_object)
        read.done()
        if inside or isinstance(from_value(erasure, inside=True), Erased):
            raise Fault("an erasure of an erasure")
        return Erased(value, erasure, leaf, proof)
    own = Logged("the receipt", read.need("statement", m.binary), read.may("issuer", Issuer.read),
                 leaf, proof)
    receipt = Receipt(
        value, own, read.may("descriptor", read_descriptor), read.may("rule", m.json_object),
        read.may("document", m.binary),
        read.may("rosters", m.array_of(Version.read, 1)) or [],
        read.may("humans", m.array_of(Human.read, 1, HUMANS_MAX)) or [],
        read.may("reviews", m.array_of(_review, 1)) or [], read.may("agent", Agent.read),
        read.may("anchor", Anchor.read),
        read.may("time", m.array_of(m.binary, 1, TOKENS_MAX)) or [],
        _owners(read),
        [] if inside else read.may("erased_people", m.array_of(_performed, 1, HUMANS_MAX)) or [])
    read.done()
    indices = [each.own.proof.index for each in receipt.erased_people]
    demand(all(a < b for a, b in zip(indices, indices[1:])),
           "the receipt.erased_people do not ascend")
    return receipt


def _performed(value: Any, where: str) -> Receipt:
    read = from_value(value, inside=True)
    if isinstance(read, Erased):
        raise Fault(f"{where} is itself without a statement")
    return read


def _owners(read: m.Members) -> list[Signature]:
    owners = read.may("owners", read_signatures)
    demand(owners is None or len(owners) > 0, "the receipt.owners is empty")
    return owners or []
