"""Whose keys count (log-format.md §5): entries, heads, and the chain of versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import members as m
from .faults import Fault, demand
from .signatures import is_p256, sha256_hex, tagged, verify_p256
from .strict_json import canonical
from .tree import VerifierKey, log_key

ROLES = ("owner", "admin", "policy_author", "reviewer", "auditor", "developer")


def p256_spki(value: Any, where: str) -> bytes:
    spki = m.binary(value, where)
    demand(is_p256(spki), f"{where} is no P-256 key")
    return spki


COSIGNATURES_MAX = 16


@dataclass(frozen=True)
class Cosignature:
    """Of a second owner over an entry."""

    member: str
    spki: bytes
    data: bytes


def _cosignature(value: Any, where: str) -> Cosignature:
    read = m.Members(value, where)
    made = Cosignature(read.need("member", m.text), read.need("spki", p256_spki),
                       read.need("signature", m.binary))
    read.done()
    return made


@dataclass(frozen=True)
class Entry:
    """One key of one member."""

    data: bytes
    member: str
    roles: list[str]
    groups: list[str]
    class_: str
    spki: bytes | None
    rp_id: str | None
    value: dict[str, Any]
    cosigned: list[Cosignature]

    @staticmethod
    def read(value: Any, where: str) -> Entry:
        read = m.Members(value, where)
        read.need("salt", m.bytes32)
        class_ = read.need("class", m.one_of("device", "passkey", "none"))
        entry = Entry(canonical(value), read.need("member", m.text),
                      read.need("roles", m.sorted_of(m.one_of(*ROLES))),
                      read.need("groups", m.sorted_of(m.text)), class_,
                      read.may("spki", p256_spki), read.may("rpId", m.text), value,
                      read.need("cosigned", m.array_of(_cosignature)))
        aaguid = read.may("aaguid", m.text)
        read.done()
        demand((entry.spki is None) == (class_ == "none"), f"{where}.spki does not fit its class")
        demand((entry.rp_id is not None) == (class_ == "passkey"),
               f"{where}.rpId does not fit its class")
        demand(aaguid is None or class_ == "passkey", f"{where}.aaguid does not fit its class")
        keys = [each.spki for each in entry.cosigned]
        demand(len(keys) <= COSIGNATURES_MAX and all(a < b for a, b in zip(keys, keys[1:])),
               f"{where}.cosigned is too long, not in ascending order, or has a key twice")
        demand(not keys or entry.spki is not None, f"{where}.cosigned is of no key")
        demand(all(each.spki != entry.spki and each.member != entry.member
                   for each in entry.cosigned), f"{where}.cosigned is by the member themselves")
        return entry

    def is_cosigned(self, origin: str, heads: list[Head]) -> bool:
        """Whether an owner of one of these versions vouched for it, which end with the one that
        lists it. Raises Fault if a cosignature does not hold; one by an owner of a version before
        those shown proves nothing."""
        owners = {spki for head in heads for spki in head.owners}
        for each in self.cosigned:
            body = {"cosigner": each.member, "entry": {**self.value, "cosigned": []},
                    "origin": origin}
            verify_p256(each.spki, each.data, tagged("lp-cosign/1", canonical(body)),
                        "a cosignature of a person's key", low_s=True)
            demand(each.spki in owners or heads[0].version > 1,
                   "a person's key is cosigned by somebody who is no owner")
        return any(each.spki in owners for each in self.cosigned)

    @property
    def key_id(self) -> str | None:
        return None if self.spki is None else sha256_hex(self.spki)

    def in_group(self, group: str) -> bool:
        kind, _, name = group.partition(":")
        return name in {"role": self.roles, "group": self.groups, "member": [self.member]}[kind]


@dataclass(frozen=True)
class KeyRange:
    """A key that counts with from ≤ number < to."""

    key: Any  # bytes of an SPKI, or a VerifierKey
    start: int
    end: int | None

    def holds(self, number: int) -> bool:
        return self.start <= number and (self.end is None or number < self.end)


def _key_range(name: str, read_key: Any) -> Any:
    def read_range(value: Any, where: str) -> KeyRange:
        read = m.Members(value, where)
        made = KeyRange(read.need(name, read_key), read.need("from", m.integer),
                        read.may("to", m.integer))
        read.done()
        demand(made.end is None or made.start < made.end, f"{where} is an empty range")
        return made
    return read_range


issuer_range = _key_range("spki", p256_spki)
log_range = _key_range("vkey", log_key)


@dataclass(frozen=True)
class Head:
    """One version of the roster."""

    sha256: str
    data: bytes
    origin: str
    version: int
    prev: str | None
    owners: list[bytes]
    threshold: int
    issuer: list[KeyRange]
    log: list[KeyRange]
    single_operator: bool
    marks: list[str]
    size: int
    root: bytes
    time: str

    @staticmethod
    def read(value: Any, where: str) -> Head:
        read = m.Members(value, where)
        demand(read.need("v", m.integer) == 1, f"{where}.v is not 1")
        data = canonical(value)
        size, root = read.need("tree", _tree)
        head = Head(
            sha256_hex(data), data, read.need("origin", m.text), read.need("version", m.positive),
            read.may("prev", m.sha256_hex), read.need("owners", m.array_of(p256_spki, 1)),
            read.need("threshold", m.positive), read.need("issuer", m.array_of(issuer_range)),
            read.need("log", m.array_of(log_range)), read.need("single_operator", m.boolean),
            read.may("marks", m.marks) or [], size, root, read.need("time", m.instant))
        read.need("min", _minimum)
        read.done()
        demand((head.prev is None) == (head.version == 1),
               f"{where}.prev is absent in version 1, and only there")
        demand(len(set(head.owners)) == len(head.owners), f"{where}.owners has one twice")
        demand(head.threshold <= len(head.owners), f"{where}.threshold is above the owners")
        return head

    def lists_issuer(self, spki: bytes, index: int) -> bool:
        return any(each.key == spki and each.holds(index) for each in self.issuer)

    def lists_log(self, key: VerifierKey) -> list[KeyRange]:
        return [each for each in self.log if each.key == key]


def may_issue(pinned: list[KeyRange], head: Head | None, spki: bytes, index: int) -> bool:
    """Whether a trust file lets a key sign the leaf at `index`. One that it names is bound to its
    ranges there; one that it does not know may come after one that it lists without end, where the
    roster ends that one."""
    known = [each for each in pinned if each.key == spki]
    if known or head is None:
        return any(each.holds(index) for each in known)
    return any(each.end is None and each.key == now.key and each.start == now.start
               and now.end is not None and now.end <= index
               for each in pinned for now in head.issuer)


def _tree(value: Any, where: str) -> tuple[int, bytes]:
    read = m.Members(value, where)
    made = read.need("size", m.integer), bytes.fromhex(read.need("root", m.sha256_hex))
    read.done()
    return made


def _minimum(value: Any, where: str) -> None:
    read = m.Members(value, where)
    read.need("human", m.one_of("session", "device", "passkey"))
    read.need("log", m.one_of("signed", "logged", "witnessed", "time-stamped"))
    read.done()


@dataclass(frozen=True)
class Signature:
    spki: bytes
    data: bytes


def read_signatures(value: Any, where: str) -> list[Signature]:
    def one(item: Any, place: str) -> Signature:
        read = m.Members(item, place)
        made = Signature(read.need("spki", p256_spki), read.need("sig", m.binary))
        read.done()
        return made
    made = m.array_of(one)(value, where)
    demand(all(a.spki < b.spki for a, b in zip(made, made[1:])),
           f"{where} is not in ascending order, or has a key twice")
    return made


@dataclass(frozen=True)
class Version:
    head: Head
    signatures: list[Signature]

    @staticmethod
    def read(value: Any, where: str) -> Version:
        read = m.Members(value, where)
        made = Version(read.need("head", Head.read), read.need("signatures", read_signatures))
        read.done()
        return made


def check_signatures(tag: str, body: bytes, signatures: list[Signature], owners: list[bytes],
                     threshold: int, what: str) -> None:
    """At least `threshold` of the owners signed, and nobody else."""
    for each in signatures:
        demand(each.spki in owners, f"{what} is signed by somebody who is no owner")
        verify_p256(each.spki, each.data, tagged(tag, body), f"an owner's signature of {what}",
                    low_s=True)
    if len(signatures) < threshold:
        raise Fault(f"{what} is signed by {len(signatures)} owners, not by {threshold}")


def check_chain(versions: list[Version]) -> None:
    """Each version follows the one before; who trusts the first is another question."""
    before: Head | None = None
    for each in versions:
        head, what = each.head, f"version {each.head.version} of the roster"
        if before is not None:
            demand(head.version == before.version + 1 and head.prev == before.sha256,
                   f"{what} does not follow the version before")
            demand(head.time >= before.time, f"{what} is older than the version before")
            for mark in ("test", "demo"):
                demand(mark not in before.marks or mark in head.marks,
                       f"{what} lost the mark {mark}")
            check_signatures("lp-roster/1", head.data, each.signatures, before.owners,
                             before.threshold, what)
        elif head.version == 1:
            check_signatures("lp-roster/1", head.data, each.signatures, head.owners,
                             head.threshold, what)
        else:
            # Its owners stand in the version before, which is not here; the signatures must
            # verify all the same, for every member that is present must.
            check_signatures("lp-roster/1", head.data, each.signatures,
                             [one.spki for one in each.signatures], 0, what)
        before = head
