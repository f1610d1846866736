"""The number that a reviewer types at critical, shown by the program that asked (number match,
docs/reference/letsping-api.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Number", "NumberMatch"]


@dataclass(frozen=True)
class Number:
    """What to show, in place of what was shown before. `digits` is None once this version is
    locked: then it can only be rejected, cancelled or revised."""

    digits: str | None = field(repr=False)
    until: str | None
    tries_left: int


class NumberMatch:
    """Calls `show` with the first number and with each that takes its place."""

    def __init__(self, show: Callable[[Number], None]):
        self._show = show
        self._shown: tuple[str | None, str | None] | None = None

    @staticmethod
    def of(show: Callable[[Number], None] | NumberMatch | None) -> NumberMatch | None:
        return show if show is None or isinstance(show, NumberMatch) else NumberMatch(show)

    def read(self, answer: Any) -> None:
        """Of an ask or its status. What `show` raises is raised."""
        given = answer.get("number_match") if isinstance(answer, dict) else None
        if not isinstance(given, dict):
            return
        number = Number(given.get("number"), given.get("until"), given.get("tries_left", 0))
        # Two numbers that follow each other may have the same digits.
        if self._shown != (number.digits, number.until):
            self._shown = (number.digits, number.until)
            self._show(number)
