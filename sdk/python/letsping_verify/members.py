"""Reads the members of JSON objects by the conventions of log-format.md §1.

A reader takes each member that it knows and then says `done`: a member that is left is unknown,
and refused. Absent is not null, and null is nowhere allowed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, TypeVar

from .faults import Fault, demand

T = TypeVar("T")

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII)
MARKS = frozenset(("demo", "no_isolation", "self_enrolled", "server_sealed", "test",
                   "unbound_execution", "unbound_payload"))
LEVELS = ("none", "low", "medium", "high", "critical")
VERDICTS = ("approve", "reject", "request_changes")


class Members:
    """The members of one object, taken one after the other."""

    def __init__(self, value: Any, where: str) -> None:
        demand(isinstance(value, dict), f"{where} is no object")
        self._left: dict[str, Any] = dict(value)
        self._where = where

    def need(self, name: str, read: Callable[[Any, str], T]) -> T:
        where = f"{self._where}.{name}"
        demand(name in self._left, f"{where} is missing")
        return read(self._left.pop(name), where)

    def may(self, name: str, read: Callable[[Any, str], T]) -> T | None:
        return self.need(name, read) if name in self._left else None

    def has(self, name: str) -> bool:
        return name in self._left

    def done(self) -> None:
        for name in self._left:
            raise Fault(f"{self._where} has an unknown member {name!r}")


def text(value: Any, where: str) -> str:
    demand(isinstance(value, str) and value != "", f"{where} is no text, or an empty one")
    return str(value)


def any_text(value: Any, where: str) -> str:
    demand(isinstance(value, str), f"{where} is no text")
    return str(value)


def integer(value: Any, where: str) -> int:
    demand(type(value) is int, f"{where} is no integer of 0 to 2^53 - 1")
    return int(value)


def positive(value: Any, where: str) -> int:
    demand(integer(value, where) >= 1, f"{where} starts at 1")
    return int(value)


def boolean(value: Any, where: str) -> bool:
    demand(isinstance(value, bool), f"{where} is neither true nor false")
    return bool(value)


def sha256_hex(value: Any, where: str) -> str:
    demand(isinstance(value, str) and _HASH.fullmatch(value) is not None,
           f"{where} is no hash of 64 lower-case hex characters")
    return str(value)


def decode_base64(value: str, where: str) -> bytes:
    try:
        data = base64.b64decode(value.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Fault(f"{where} is not base64") from None
    # One text for each value: padding is there, and the bits behind the end are zero.
    demand(base64.b64encode(data).decode() == value, f"{where} is base64 in another form")
    return data


def binary(value: Any, where: str) -> bytes:
    return decode_base64(text(value, where), where)


def bytes32(value: Any, where: str) -> bytes:
    data = binary(value, where)
    demand(len(data) == 32, f"{where} is not 32 bytes long")
    return data


def instant(value: Any, where: str) -> str:
    """A time in its one form, which sorts as text."""
    demand(isinstance(value, str) and _TIME.fullmatch(value) is not None,
           f"{where} is no time of the form YYYY-MM-DDThh:mm:ss.mmmZ")
    moment_of(value, where)
    return str(value)


def moment_of(value: str, where: str = "time") -> datetime:
    try:
        moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise Fault(f"{where} is no time of the calendar") from None
    # strptime knows leap seconds; the formats do not.
    demand(value[17:19] < "60", f"{where} is no time of the calendar")
    return moment.replace(tzinfo=timezone.utc)


def one_of(*allowed: str) -> Callable[[Any, str], str]:
    def read(value: Any, where: str) -> str:
        demand(isinstance(value, str) and value in allowed, f"{where} is none of its values")
        return str(value)
    return read


def array_of(read: Callable[[Any, str], T], least: int = 0,
             most: int | None = None) -> Callable[[Any, str], list[T]]:
    def read_all(value: Any, where: str) -> list[T]:
        demand(isinstance(value, list), f"{where} is no array")
        demand(len(value) >= least, f"{where} is empty")
        demand(most is None or len(value) <= most, f"{where} has more than {most} items")
        return [read(item, f"{where}[{number}]") for number, item in enumerate(value)]
    return read_all


def sorted_of(read: Callable[[Any, str], str], least: int = 0) -> Callable[[Any, str], list[str]]:
    def read_all(value: Any, where: str) -> list[str]:
        items = array_of(read, least)(value, where)
        keys = [item.encode("utf-16-be") for item in items]
        demand(all(a < b for a, b in zip(keys, keys[1:])),
               f"{where} is not sorted, or has something twice")
        return items
    return read_all


def anything(value: Any, where: str) -> Any:
    return value


def json_object(value: Any, where: str) -> dict[str, Any]:
    demand(isinstance(value, dict), f"{where} is no object")
    return dict(value)


def plain_object(value: Any, where: str) -> dict[str, Any]:
    """An object of texts, booleans, integers, and arrays and objects of these."""
    json_object(value, where)
    _plain(value, where)
    return dict(value)


def _plain(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _plain(item, f"{where}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _plain(item, f"{where}[{number}]")
    else:
        demand(isinstance(value, (str, bool)) or type(value) is int,
               f"{where} is neither text, boolean nor integer")


def marks(value: Any, where: str) -> list[str]:
    return sorted_of(one_of(*MARKS), least=1)(value, where)
