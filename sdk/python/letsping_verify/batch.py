"""Several decisions under one signature (log-format.md §6): the head that was signed, and where a
core stands in its tree."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from . import members as m
from .faults import demand
from .strict_json import read_canonical
from .tree import HASHES_MAX, check_inclusion, leaf_hash

SIZE_MAX = 20


@dataclass(frozen=True)
class Head:
    aud: str
    service: str
    action: str
    rule_sha256: str
    size: int
    root: bytes


def read_head(data: bytes) -> Head:
    read = m.Members(read_canonical(data, "the batch"), "the batch")
    demand(read.need("v", m.integer) == 1, "the batch's v is not 1")
    head = Head(read.need("aud", m.text), read.need("service", m.any_text),
                read.need("action", m.any_text), read.need("rule_sha256", m.sha256_hex),
                read.need("size", m.positive), bytes.fromhex(read.need("root", m.sha256_hex)))
    read.done()
    demand(head.size <= SIZE_MAX, f"the batch has more than {SIZE_MAX} decisions")
    return head


@dataclass(frozen=True)
class Place:
    """Where one core stands in a batch."""

    head_data: bytes
    index: int
    path: list[bytes]

    @staticmethod
    def read(value: Any, where: str) -> Place:
        read = m.Members(value, where)
        place = Place(read.need("head", m.binary), read.need("index", m.integer),
                      read.need("path", m.array_of(m.bytes32, most=HASHES_MAX)))
        read.done()
        return place

    def entry(self) -> dict[str, Any]:
        """As the evidence entry has it."""
        return {"head": base64.b64encode(self.head_data).decode(), "index": self.index,
                "path": [base64.b64encode(each).decode() for each in self.path]}

    def check(self, core_data: bytes) -> Head:
        """That the core is in the batch that was signed. Raises Fault."""
        head = read_head(self.head_data)
        check_inclusion(leaf_hash(core_data), self.index, head.size, self.path, head.root,
                        "the batch")
        return head
