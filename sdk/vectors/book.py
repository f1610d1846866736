"""Collects the cases and writes them down small: a case that differs little from a base receipt
is written as edits of it."""

import difflib
import itertools
import json
import re

from keys import b64
from log import jcs

# In the order of spec/receipt-format.md §4.
CHECKS = ("parse", "canonical", "statement", "erasure", "marks", "leaf", "issuer_signature",
          "inclusion", "checkpoint", "roster", "issuer_range", "human", "quorum", "agent",
          "semantics", "anchor", "witnesses", "time", "trust", "requirement")


def shown(check, human, log):
    """What the checks before `check` have shown."""
    at = CHECKS.index(check)
    if at <= CHECKS.index("human"):
        human = "none"
    if at <= CHECKS.index("issuer_signature"):
        log = "none"
    elif at <= CHECKS.index("checkpoint"):
        log = "L0" if log != "none" else "none"
    elif at <= CHECKS.index("witnesses"):
        log = "L1"
    elif at == CHECKS.index("time"):
        log = min(log, "L2")
    return human, log


class Book:
    def __init__(self):
        self.trust, self.bases, self.cases = {}, {}, []
        self.names = set()

    def base(self, name, made):
        self.bases[name] = made if isinstance(made, bytes) else jcs(made)
        return name

    def add(self, name, why, made, expect, trust=("full",), allow_test=False, require=None,
            human_check=None, marks=None, keys_cosigned=None):
        if name in self.names:
            raise ValueError(f"two cases are named {name}")
        self.names.add(name)
        data = made if isinstance(made, bytes) else jcs(made)
        case = {"name": name, "why": why, "trust": list(trust), **self.content(data)}
        for each in trust:
            self.trust[each]  # a name that is not known is a mistake here
        if allow_test:
            case["allow_test"] = True
        if require:
            case["require"] = require
        if human_check:
            case["human_check"] = human_check
        if marks:
            case["marks"] = marks
        if keys_cosigned is not None:
            case["keys_cosigned"] = keys_cosigned
        case["expect"] = expect
        self.cases.append(case)

    def valid(self, name, why, made, human="B", log="L1", **options):
        expect = {"verdict": "VALID", "human": human, "log": log}
        self.add(name, why, made, expect, **options)

    def erased(self, name, why, made, **options):
        self.add(name, why, made, {"verdict": "ERASED", "human": "none", "log": "L1"}, **options)

    def invalid(self, check, name, why, made, human="B", log="L1", **options):
        self.stopped("INVALID", check, name, why, made, human, log, **options)

    def unclear(self, check, name, why, made, human="B", log="L1", **options):
        self.stopped("INDETERMINATE", check, name, why, made, human, log, **options)

    def stopped(self, verdict, check, name, why, made, human, log, **options):
        human, log = shown(check, human, log)
        self.add(name, why, made, {"verdict": verdict, "check": check, "human": human, "log": log},
                 **options)

    def content(self, data):
        """Whole, or what differs from the base that is nearest."""
        whole = b64(data)
        words = set(tokens(data))
        near = max(self.bases, key=lambda name: shared(words, self.bases[name]), default=None)
        edits = edits_between(self.bases[near], data) if near else []
        if near and len(json.dumps(edits)) < len(whole) * 3 // 4:
            return {"base": near, "edits": edits}
        return {"file": whole}

    def write(self, path):
        def line(value):
            return json.dumps(value, ensure_ascii=True, separators=(",", ":"))

        def rows(values):
            return ",\n".join(values)

        trust = rows(f"{line(name)}:{line(value)}" for name, value in self.trust.items())
        bases = rows(f"{line(name)}:{line(b64(data))}" for name, data in self.bases.items())
        cases = rows(line(case) for case in self.cases)
        path.write_text(f'{{"version":1,\n"trust":{{\n{trust}}},\n"bases":{{\n{bases}}},\n'
                        f'"cases":[\n{cases}]}}\n')


TOKEN = re.compile(rb'\\.|[^"\\]+|"|\\', re.DOTALL)


def tokens(data):
    """The texts of the JSON, and what stands between them; a proof's lines apart."""
    return TOKEN.findall(data)


def shared(words, base):
    return sum(map(len, words.intersection(tokens(base))))


def edits_between(base, data):
    """[[offset, remove, insert]...] that make `data` out of `base`."""
    old, new = tokens(base), tokens(data)
    assert b"".join(old) == base and b"".join(new) == data
    places = [0, *itertools.accumulate(map(len, old))]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    edits = []
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            edits.append(trimmed(places[first], b"".join(old[first:last]),
                                 b"".join(new[new_first:new_last])))
    return edits


def trimmed(offset, gone, come):
    """One edit without what both texts begin and end with."""
    head, most = 0, min(len(gone), len(come))
    while head < most and gone[head] == come[head]:
        head += 1
    tail = 0
    while tail < most - head and gone[-1 - tail] == come[-1 - tail]:
        tail += 1
    return [offset + head, len(gone) - head - tail, b64(come[head:len(come) - tail])]

