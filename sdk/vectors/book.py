"""Collects the cases and writes them down small: a case that differs little from a base receipt
is written as edits of it."""

import json

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

    def add(self, name, why, made, expect, trust=("full",), allow_test=False, require=None):
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
        near = sorted(self.bases, key=lambda name: middle(self.bases[name], data)[2])[:3]
        best = min(((name, edits_between(self.bases[name], data)) for name in near),
                   key=lambda each: len(json.dumps(each[1])), default=None)
        if best and len(json.dumps(best[1])) < len(whole) * 3 // 4:
            return {"base": best[0], "edits": best[1]}
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


BLOCK = 24


def middle(base, data):
    """What `base` and `data` begin and end with alike, and how much of `data` is between."""
    head = 0
    while head < min(len(base), len(data)) and base[head] == data[head]:
        head += 1
    tail = 0
    while tail < min(len(base), len(data)) - head and base[-1 - tail] == data[-1 - tail]:
        tail += 1
    return head, tail, len(data) - head - tail


def edits_between(base, data):
    head, tail, _ = middle(base, data)
    edits = edits_inside(base[head:len(base) - tail], data[head:len(data) - tail])
    return [[offset + head, remove, insert] for offset, remove, insert in edits]


def edits_inside(base, data):
    """[[offset, remove, insert]…] that make `data` out of `base`: greedy, by blocks that both
    have. Good enough to keep the file small; what counts is that it is exact."""
    places = {}
    for at in range(len(base) - BLOCK, -1, -1):
        places.setdefault(base[at:at + BLOCK], []).append(at)
    edits, done, at, start = [], 0, 0, 0
    while at < len(data):
        found = match_at(base, data, places, done, at)
        if found is None:
            at += 1
            continue
        where, length = found
        if where > done or at > start:
            edits.append([done, where - done, b64(data[start:at])])
        done, at = where + length, at + length
        start = at
    if done < len(base) or start < len(data):
        edits.append([done, len(base) - done, b64(data[start:])])
    return edits


def match_at(base, data, places, done, at):
    # The same place first: most receipts differ in a few members only.
    candidates = [where for where in places.get(data[at:at + BLOCK], ()) if where >= done]
    best = None
    for where in candidates[-2:]:
        length = BLOCK
        while (where + length < len(base) and at + length < len(data)
               and base[where + length] == data[at + length]):
            length += 1
        if best is None or length > best[1]:
            best = where, length
    return best


def applied(base, edits):
    for offset, remove, insert in reversed(edits):
        base = base[:offset] + insert + base[offset + remove:]
    return base
