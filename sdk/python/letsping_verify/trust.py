"""What the verifier brings along (receipt-format.md §3). Nothing of it may come from the receipt
or from the server that it is to judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import members as m
from .faults import demand
from .roster import KeyRange, issuer_range, log_range
from .strict_json import parse
from .timestamp import Root, read_root
from .tree import VerifierKey, log_key, witness_key

HUMAN = ("session", "device", "passkey")
LOG = ("signed", "logged", "witnessed", "time-stamped")


@dataclass(frozen=True)
class Minimum:
    """The least that is accepted: positions in HUMAN and LOG."""

    human: int = HUMAN.index("device")
    log: int = LOG.index("logged")

    def raised(self, human: str | None = None, log: str | None = None) -> Minimum:
        return Minimum(max(self.human, HUMAN.index(human)) if human else self.human,
                       max(self.log, LOG.index(log)) if log else self.log)


@dataclass(frozen=True)
class Trust:
    origin: str
    genesis: str
    later: list[str]
    log_keys: list[VerifierKey]
    log: list[KeyRange] | None  # of these, the sizes of the trees that each signs
    issuer: list[KeyRange] | None
    root: tuple[str, list[VerifierKey]] | None
    witnesses: list[VerifierKey]
    quorum: int
    rp: dict[str, list[str]] | None
    tsa_roots: list[Root] | None
    minimum: Minimum
    closed_at: int | None  # of a log closed after a rollback: no checkpoint is of a larger tree
    closed_roots: list[tuple[str, list[VerifierKey]]]  # the root logs before: anchors still hold
    predecessors: list[Trust]  # of the logs in whose place this one opened

    @staticmethod
    def parse(data: bytes) -> Trust:
        """Of a trust file's bytes. Raises Fault."""
        return Trust.from_value(parse(data))

    @staticmethod
    def from_value(value: Any, where: str = "the trust file", first: bool = True) -> Trust:
        read = m.Members(value, where)
        witnesses, quorum = read.may("witness_policy", _policy) or ([], 0)
        made = Trust(
            read.need("origin", m.text), read.need("roster_genesis_sha256", m.sha256_hex),
            read.may("roster_sha256", m.array_of(m.sha256_hex)) or [],
            read.need("log_vkeys", m.array_of(log_key, 1)),
            read.may("log", m.array_of(log_range, 1)),
            read.may("issuer", m.array_of(issuer_range)), read.may("root", _root), witnesses,
            quorum, read.may("rp", _relying_parties),
            read.may("tsa_roots", m.array_of(read_root)),
            read.may("min", _minimum) or Minimum(), read.may("closed_at", m.integer),
            read.may("closed_roots", m.array_of(_root, 1)) or [],
            (read.may("predecessors", m.array_of(_predecessor, 1)) or []) if first else [])
        demand(made.log is None or {each.key for each in made.log} == set(made.log_keys),
               f"{where}.log is not of the keys in log_vkeys")
        origins = [each.origin for each in (made, *made.predecessors)]
        demand(len(set(origins)) == len(origins), f"{where} names a log twice")
        for name in ("project", "name"):
            read.may(name, m.any_text)
        read.may("single_operator", m.boolean)
        read.done()
        return made


def _predecessor(value: Any, where: str) -> Trust:
    # They have none of their own: the list is flat.
    return Trust.from_value(value, where, first=False)


def _root(value: Any, where: str) -> tuple[str, list[VerifierKey]]:
    read = m.Members(value, where)
    made = read.need("origin", m.text), read.need("log_vkeys", m.array_of(log_key, 1))
    read.done()
    return made


def _policy(value: Any, where: str) -> tuple[list[VerifierKey], int]:
    read = m.Members(value, where)
    quorum = read.need("quorum", m.positive)
    witnesses = read.need("witnesses", m.array_of(witness_key, 1))
    read.done()
    demand(len(set(witnesses)) == len(witnesses), f"{where} names a witness twice")
    demand(quorum <= len(witnesses), f"{where}.quorum is above the number of witnesses")
    return witnesses, quorum


def _relying_parties(value: Any, where: str) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for number, item in enumerate(m.array_of(m.json_object)(value, where)):
        read = m.Members(item, f"{where}[{number}]")
        rp_id = read.need("rpId", m.text)
        made.setdefault(rp_id, []).extend(read.need("origins", m.array_of(m.text)))
        read.done()
    return made


def _minimum(value: Any, where: str) -> Minimum:
    read = m.Members(value, where)
    human, log = read.may("human", m.one_of(*HUMAN)), read.may("log", m.one_of(*LOG))
    read.done()
    least = Minimum()
    return Minimum(HUMAN.index(human) if human else least.human,
                   LOG.index(log) if log else least.log)


def trust_for(origin: str, files: Iterable[Trust]) -> Trust | None:
    """A file of the log's own, or a predecessor's part of another."""
    given = list(files)
    before = [each for file in given for each in file.predecessors]
    return next((each for each in (*given, *before) if each.origin == origin), None)
