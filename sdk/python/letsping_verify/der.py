"""A reader of DER: tags, lengths in their one form, and nothing left over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .faults import Fault, demand

INTEGER, OCTETS, OID, SEQUENCE, SET, TIME = 0x02, 0x04, 0x06, 0x30, 0x31, 0x18
BOOLEAN = 0x01


@dataclass(frozen=True)
class Value:
    tag: int
    content: bytes
    encoded: bytes  # with tag and length

    def inside(self) -> list[Value]:
        return list(read_all(self.content))


def read_all(data: bytes) -> Iterator[Value]:
    at = 0
    while at < len(data):
        value, at = _read(data, at)
        yield value


def read_one(data: bytes, tag: int, what: str) -> Value:
    values = list(read_all(data))
    demand(len(values) == 1 and values[0].tag == tag, f"{what} is not what DER it should be")
    return values[0]


def _read(data: bytes, start: int) -> tuple[Value, int]:
    demand(start + 2 <= len(data), "DER ends too early")
    tag, length, at = data[start], data[start + 1], start + 2
    demand(tag & 0x1F != 0x1F, "DER with a long tag")
    if length >= 0x80:
        count = length & 0x7F
        demand(1 <= count <= 3 and at + count <= len(data), "DER with a length that is too long")
        length = int.from_bytes(data[at:at + count], "big")
        shortest = 0x80 if count == 1 else 1 << (8 * (count - 1))
        demand(length >= shortest, "DER with a length in a longer form")
        at += count
    demand(at + length <= len(data), "DER ends too early")
    return Value(tag, data[at:at + length], data[start:at + length]), at + length


class Sequence:
    """The values inside one, taken one after the other."""

    def __init__(self, value: Value, what: str, tag: int = SEQUENCE) -> None:
        demand(value.tag == tag, f"{what} is no sequence")
        self._left = value.inside()
        self._what = what

    def need(self, tag: int) -> Value:
        found = self.may(tag)
        if found is None:
            raise Fault(f"{self._what} lacks a value")
        return found

    def may(self, tag: int) -> Value | None:
        return self._left.pop(0) if self._left and self._left[0].tag == tag else None

    def any(self) -> Value:
        demand(bool(self._left), f"{self._what} lacks a value")
        return self._left.pop(0)

    def done(self) -> None:
        demand(not self._left, f"{self._what} has a value too many")


def oid(value: Value) -> str:
    """Dotted. The formats that are read here have no arc above 2.39."""
    demand(value.tag == OID and len(value.content) > 0, "no object identifier")
    numbers, number = [value.content[0] // 40, value.content[0] % 40], 0
    for byte in value.content[1:]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return ".".join(map(str, numbers))
