"""How a check says that it does not hold."""

from __future__ import annotations


class Fault(Exception):
    """Something does not hold. The message says what, in words."""


class Unclear(Exception):
    """Nothing wrong was found, but something that is needed is missing: INDETERMINATE."""


def demand(holds: bool, why: str) -> None:
    if not holds:
        raise Fault(why)
