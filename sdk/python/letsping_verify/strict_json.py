"""JSON without latitude, and its canonical form (RFC 8785).

The standard library's reader keeps the last of two equal names, takes NaN and lone surrogates and
forgets how a number was written; a signature must not hang on such things.
"""

from __future__ import annotations

import re
from typing import Any

from .faults import Fault

LEVELS_MAX = 64
INTEGER_MAX = 2**53 - 1

_BLANK = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_INTEGER = re.compile(r"(?:0|[1-9][0-9]{0,15})", re.ASCII)
_HEX4 = re.compile(r"[0-9a-fA-F]{4}", re.ASCII)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}


class Number(float):
    """A number that is no integer of the formats: with a sign, fraction or exponent, or beyond
    2^53 - 1. The others are read as int."""


def parse(data: bytes) -> Any:
    """The value of one JSON text. Raises Fault."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("not UTF-8") from None
    value, at = _value(text, _skip(text, 0), 1)
    if _skip(text, at) != len(text):
        raise Fault(f"more after the value, at character {at}")
    return value


def read_canonical(data: bytes, what: str) -> Any:
    """The value of a text that must be canonical. Raises Fault."""
    try:
        value = parse(data)
    except Fault as fault:
        raise Fault(f"{what}: {fault}") from None
    if canonical(value) != data:
        raise Fault(f"{what}: not in canonical form (RFC 8785)")
    return value


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None
    return match.end()


def _value(text: str, at: int, level: int) -> tuple[Any, int]:
    first = text[at:at + 1]
    if first in ("{", "["):
        if level > LEVELS_MAX:
            raise Fault(f"more than {LEVELS_MAX} levels")
        return _object(text, at + 1, level) if first == "{" else _array(text, at + 1, level)
    if first == '"':
        return _text(text, at + 1)
    for word, value in _WORDS.items():
        if text.startswith(word, at):
            return value, at + len(word)
    return _number(text, at)


def _object(text: str, at: int, level: int) -> tuple[dict[str, Any], int]:
    members: dict[str, Any] = {}
    at = _skip(text, at)
    if text[at:at + 1] == "}":
        return members, at + 1
    while True:
        if text[at:at + 1] != '"':
            raise Fault(f"no name at character {at}")
        name, at = _text(text, at + 1)
        if name in members:
            raise Fault(f"the name {name!r} stands twice in an object")
        at = _skip(text, at)
        if text[at:at + 1] != ":":
            raise Fault(f"no colon at character {at}")
        members[name], at = _value(text, _skip(text, at + 1), level + 1)
        at, more = _separator(text, at, "}")
        if not more:
            return members, at


def _array(text: str, at: int, level: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    at = _skip(text, at)
    if text[at:at + 1] == "]":
        return items, at + 1
    while True:
        item, at = _value(text, at, level + 1)
        items.append(item)
        at, more = _separator(text, at, "]")
        if not more:
            return items, at


def _separator(text: str, at: int, end: str) -> tuple[int, bool]:
    at = _skip(text, at)
    found = text[at:at + 1]
    if found == end:
        return at + 1, False
    if found != ",":
        raise Fault(f"neither a comma nor the end at character {at}")
    return _skip(text, at + 1), True


def _text(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while True:
        match = _PLAIN.match(text, at)
        assert match is not None
        parts.append(match.group())
        at = match.end()
        found = text[at:at + 1]
        if found == '"':
            return "".join(parts), at + 1
        if found != "\\":
            raise Fault(f"a text that does not end, or a control character, at character {at}")
        escaped = text[at + 1:at + 2]
        if escaped == "u":
            character, at = _unicode(text, at)
        elif escaped in _ESCAPES and escaped:
            character, at = _ESCAPES[escaped], at + 2
        else:
            raise Fault(f"an unknown escape at character {at}")
        parts.append(character)


def _unicode(text: str, at: int) -> tuple[str, int]:
    """The character of `\\uXXXX` or of a pair of them, at `at`."""
    unit = _unit(text, at)
    if 0xDC00 <= unit <= 0xDFFF:
        raise Fault(f"a lone surrogate at character {at}")
    if not 0xD800 <= unit <= 0xDBFF:
        return chr(unit), at + 6
    low = _unit(text, at + 6) if text.startswith("\\u", at + 6) else 0
    if not 0xDC00 <= low <= 0xDFFF:
        raise Fault(f"a lone surrogate at character {at}")
    return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)), at + 12


def _unit(text: str, at: int) -> int:
    match = _HEX4.match(text, at + 2)
    if match is None:
        raise Fault(f"an unknown escape at character {at}")
    return int(match.group(), 16)


def _number(text: str, at: int) -> tuple[int | Number, int]:
    match = _NUMBER.match(text, at)
    if match is None:
        raise Fault(f"no value at character {at}")
    literal = match.group()
    if _INTEGER.fullmatch(literal) and int(literal) <= INTEGER_MAX:
        return int(literal), match.end()
    number = Number(literal)
    if number in (float("inf"), float("-inf")):
        raise Fault(f"a number beyond binary64 at character {at}")
    return number, match.end()


def canonical(value: Any) -> bytes:
    """RFC 8785 of what `parse` gives."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode("utf-8")


def _write(value: Any, parts: list[str]) -> None:
    if value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int):
        parts.append(str(value))
    elif isinstance(value, float):
        parts.append(_number_text(value))
    elif isinstance(value, str):
        parts.append(_quoted(value))
    elif isinstance(value, list):
        parts.append("[")
        for number, item in enumerate(value):
            if number:
                parts.append(",")
            _write(item, parts)
        parts.append("]")
    else:
        _write_object(value, parts)


def _write_object(members: dict[str, Any], parts: list[str]) -> None:
    parts.append("{")
    # By UTF-16 code units, which differs from code points beyond the BMP.
    for number, name in enumerate(sorted(members, key=lambda name: name.encode("utf-16-be"))):
        if number:
            parts.append(",")
        parts.append(_quoted(name))
        parts.append(":")
        _write(members[name], parts)
    parts.append("}")


_TO_ESCAPE = re.compile(r'["\\\x00-\x1f]')
_SHORT = {character: f"\\{letter}" for letter, character in _ESCAPES.items() if letter != "/"}


def _quoted(text: str) -> str:
    def escape(match: re.Match[str]) -> str:
        character = match.group()
        return _SHORT.get(character) or f"\\u{ord(character):04x}"
    return f'"{_TO_ESCAPE.sub(escape, text)}"'


def _number_text(value: float) -> str:
    """Number::toString of ECMAScript. repr() has the same shortest digits in another dress."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(float(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)  # where the decimal point stands in the digits
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"
