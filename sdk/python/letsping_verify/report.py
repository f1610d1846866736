"""What a verifier says of a receipt (receipt-format.md §5)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

VALID, ERASED, INDETERMINATE, INVALID = "VALID", "ERASED", "INDETERMINATE", "INVALID"
EXIT = {VALID: 0, ERASED: 20, INDETERMINATE: 30, INVALID: 40}
CHECKS = ("parse", "canonical", "statement", "marks", "leaf", "issuer_signature", "inclusion",
          "checkpoint", "roster", "issuer_range", "human", "quorum", "agent", "semantics",
          "anchor", "witnesses", "time", "trust", "requirement")
ERASED_CHECKS = tuple("erasure" if name == "statement" else name for name in CHECKS)


@dataclass
class Report:
    verdict: str = INVALID
    check: str | None = None  # the check that ended it
    why: str | None = None
    human: str = "none"
    log: str = "none"
    keys_cosigned: bool | None = None  # those of the people, each by a second owner
    type: str | None = None
    origin: str | None = None
    index: int | None = None
    time: str | None = None
    request_id: str | None = None
    marks: list[str] | None = None
    strength: str | None = None
    agent_claims: dict[str, Any] | None = None
    checks: list[dict[str, str]] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return self.verdict == VALID

    def as_object(self) -> dict[str, Any]:
        """The members that apply."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def as_json(self) -> str:
        return json.dumps(self.as_object(), ensure_ascii=True, separators=(",", ":"))

    def as_text(self) -> str:
        """For people: one line for the verdict, one for each check."""
        ended = f" at `{self.check}`: {self.why}" if self.check else ""
        lines = [f"{self.verdict}{ended}"]
        if self.type:
            lines.append(f"  {self.type} at {self.time}, index {self.index} of {self.origin}")
        lines.append(f"  human {self.human}, log {self.log}")
        if self.keys_cosigned is not None:
            lines.append("  keys cosigned by a second owner" if self.keys_cosigned
                         else "  keys not cosigned by a second owner, which is weaker")
        if self.marks:
            lines.append(f"  marks: {', '.join(self.marks)}")
        lines += [f"  {each['result']:8} {each['check']}" for each in self.checks]
        # What a receipt says may be made to fool a terminal.
        return "\n".join("".join(c if c.isprintable() else "\ufffd" for c in line)
                         for line in lines)
