"""The checks of receipt-format.md §4, in their order.

Each check is one method of `Verification`. It returns "ok" or "absent", or raises: Fault makes the
verdict INVALID, Unclear makes it INDETERMINATE. The first that raises ends the verification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import report as r
from .faults import Fault, Unclear, demand
from .meaning import ErasureDocument, check_agent, check_owners, check_semantics
from .members import moment_of
from .people import Review, check_humans, check_quorum, pair_humans
from .receipt import BYTES_MAX, Erased, Receipt, from_value
from .report import Report
from .roster import Head, check_chain, may_issue
from .signatures import sha256, tagged, verify_p256
from .statement import (
    UNSIGNED,
    WITH_PEOPLE,
    Statement,
    read_statement,
    signed_leaf,
    unsigned_leaf,
)
from .strict_json import canonical, parse
from .timestamp import check_token, read_token
from .tree import Checkpoint, Proof, VerifierKey, only_line_of
from .trust import HUMAN, LOG, Trust, trust_for

_WITNESS_SLACK_S = 300
_RANK = {"A": HUMAN.index("passkey"), "B": HUMAN.index("device"), "C": HUMAN.index("session"),
         "none": -1}


@dataclass(frozen=True)
class Demands:
    """What is demanded beyond the trust file, and whether test receipts pass."""

    human: str | None = None
    log: str | None = None
    allow_test: bool = False


def verify(data: bytes, trust: Iterable[Trust] = (), human: str | None = None,
           log: str | None = None, allow_test: bool = False) -> Report:
    """Judges one receipt: its bytes, with one line feed behind them or none."""
    return Verification(data, tuple(trust), Demands(human, log, allow_test)).run()


class Verification:
    def __init__(self, data: bytes, trust: tuple[Trust, ...], demands: Demands) -> None:
        self._data = data.removesuffix(b"\n")
        self._files, self._demands = trust, demands
        self._trust: Trust | None = None
        self._report = Report()
        self._read: Receipt | Erased
        self._receipt: Receipt
        self._own: Statement
        self._reviews: list[Statement] = []
        self._people: list[Review] = []
        self._parts: list[tuple[str, Proof, bytes]] = []  # name, proof, leaf

    def run(self) -> Report:
        names: tuple[str, ...] = r.CHECKS
        report, at = self._report, 0
        while at < len(names):
            name = names[at]
            try:
                result = self._check(name)()
            except (Fault, Unclear) as reason:
                self._stop(names, at, reason)
                return report
            if name == "parse" and isinstance(self._read, Erased):
                names = r.ERASED_CHECKS
            report.checks.append({"check": name, "result": result})
            at += 1
        report.verdict = r.ERASED if isinstance(self._read, Erased) else r.VALID
        return report

    def _check(self, name: str) -> Callable[[], str]:
        erased = isinstance(getattr(self, "_read", None), Erased)
        if erased and name not in ("canonical", "erasure", "inclusion", "checkpoint"):
            return lambda: "absent"
        found: Callable[[], str] = getattr(self, f"_check_{name}")
        return found

    def _stop(self, names: tuple[str, ...], at: int, reason: Exception) -> None:
        report = self._report
        report.verdict = r.INDETERMINATE if isinstance(reason, Unclear) else r.INVALID
        report.check, report.why = names[at], str(reason)
        report.checks.append({"check": names[at], "result": "failed", "why": str(reason)})
        report.checks += [{"check": name, "result": "not run"} for name in names[at + 1:]]

    # ---- the file ----

    def _check_parse(self) -> str:
        demand(len(self._data) <= BYTES_MAX, f"more than {BYTES_MAX} bytes")
        self._read = from_value(parse(self._data))
        return "ok"

    def _check_canonical(self) -> str:
        demand(canonical(self._read.value) == self._data, "not in canonical form (RFC 8785)")
        return "ok"

    def _check_statement(self) -> str:
        assert isinstance(self._read, Receipt)
        self._receipt = self._read
        read: list[Statement | None] = []
        unclear: Unclear | None = None
        for part in self._receipt.parts:
            try:
                read.append(read_statement(part.statement, f"{part.name}'s statement"))
            except Unclear as missing:
                unclear = unclear or missing
        if unclear:
            raise unclear
        own, *reviews = [each for each in read if each is not None]
        self._own, self._reviews = own, reviews
        self._parts = [(part.name, part.proof, part.leaf) for part in self._receipt.parts]
        self._trust = trust_for(own.origin, self._files)
        self._describe()
        return "ok"

    def _describe(self) -> None:
        report, own = self._report, self._own
        report.type, report.origin, report.time = own.type, own.origin, own.time
        report.index = self._receipt.own.proof.index
        report.request_id = own.stream if own.request else None
        of_the_log = {mark for each in self._receipt.rosters for mark in each.head.marks}
        report.marks = sorted({*own.marks, *of_the_log & {"demo", "test"}}) or None
        report.strength, report.agent_claims = own.strength, own.agent_claims

    def _check_marks(self) -> str:
        marked = [*(each.marks for each in [self._own, *self._reviews]),
                  *(each.head.marks for each in self._receipt.rosters)]
        demand(self._demands.allow_test or not any("test" in each for each in marked),
               "made in a test, and tests are not allowed here")
        return "ok"

    # ---- the log ----

    def _check_leaf(self) -> str:
        for number, (part, statement) in enumerate(
                zip(self._receipt.parts, [self._own, *self._reviews])):
            if part.issuer is not None:
                expected = signed_leaf(part.statement, part.issuer.signature, part.issuer.key)
            else:
                demand(number == 0 and statement.type in UNSIGNED,
                       f"{part.name}: {statement.type} without the issuer's signature")
                expected = unsigned_leaf(part.statement)
            demand(part.leaf == expected,
                   f"{part.name}: the leaf is not that of its statement and issuer")
        return "ok"

    def _check_issuer_signature(self) -> str:
        signed = [part for part in self._receipt.parts if part.issuer]
        for part in signed:
            assert part.issuer is not None
            verify_p256(part.issuer.key, part.issuer.signature, part.statement,
                        f"{part.name}: the issuer's signature")
        if self._receipt.own.issuer:
            self._report.log = "L0"
        return "ok" if signed else "absent"

    def _check_inclusion(self) -> str:
        for name, proof, leaf in self._parts:
            proof.check(leaf, name)
        return "ok"

    def _head(self) -> Head | None:
        return self._receipt.rosters[-1].head if self._receipt.rosters else None

    def _log_keys(self) -> list[VerifierKey]:
        head = self._head()
        if self._trust:
            return self._trust.log_keys
        keys: list[VerifierKey] = []
        for each in head.log if head else []:
            if each.key not in keys:
                keys.append(each.key)
        return keys

    def _check_checkpoint(self) -> str:
        unclear: Unclear | None = None
        for name, proof, _ in self._parts:
            try:
                self._check_note(proof.checkpoint, f"{name}: the checkpoint")
            except Unclear as missing:
                unclear = unclear or missing
        if unclear:
            raise unclear
        self._report.log = "L1"
        return "ok"

    def _check_note(self, checkpoint: Checkpoint, what: str) -> None:
        demand(checkpoint.origin == self._own.origin, f"{what} is of another log")
        keys = [each for each in self._log_keys() if each.name == checkpoint.origin]
        named = [each for each in checkpoint.lines if each.name == checkpoint.origin]
        if (self._trust is None and len(named) == 1
                and not any(named[0].of(key) for key in keys)):
            # The key may have come with a later roster; a note holds no key to look at.
            raise Unclear(f"{what} is signed by a key that only a trust file can confirm")
        line, key = only_line_of(checkpoint, keys, what)
        checkpoint.check_log_signature(line, key, f"{what}'s signature")
        pinned = self._trust.log if self._trust else None
        demand(pinned is None
               or any(each.key == key and each.holds(checkpoint.size) for each in pinned),
               f"{what} is signed by a key for whose sizes the trust file has another")
        ranges = next((found for version in reversed(self._receipt.rosters)
                       if (found := version.head.lists_log(key))), None)
        # A key that came with a later version stands in no head here; the trust file has it.
        demand(ranges is None or any(each.holds(checkpoint.size) for each in ranges),
               f"{what} is signed by a key outside its range")
        end = self._trust.closed_at if self._trust else None
        demand(end is None or checkpoint.size <= end,
               f"{what} is of a log that was closed before it had so many entries")

    def _check_roster(self) -> str:
        versions, trust, own = self._receipt.rosters, self._trust, self._own
        if not versions:
            named = [each.roster_sha256 for each in [own, *self._reviews]]
            demand(trust is None and not any(named), "no roster")
            return "absent"
        demand(all(each.head.origin == own.origin for each in versions), "a roster of another log")
        check_chain(versions)
        first, last = versions[0].head, versions[-1].head
        if trust:
            demand((first.version == 1 and first.sha256 == trust.genesis)
                   or first.sha256 in trust.later, "the first roster is not one that is trusted")
        if own.roster_sha256 is None:
            demand(last.version == 1, "the statement names no roster, so version 1 is meant")
        else:
            demand(last.sha256 == own.roster_sha256, "the last roster is not the statement's")
        return "ok"

    def _check_issuer_range(self) -> str:
        head, signed = self._head(), [part for part in self._receipt.parts if part.issuer]
        pinned = self._trust.issuer if self._trust else None
        for part in signed:
            assert part.issuer is not None
            index, key = part.proof.index, part.issuer.key
            demand(head is None or head.lists_issuer(key, index),
                   f"{part.name}: the roster does not list the issuer for index {index}")
            demand(pinned is None or may_issue(pinned, head, key, index),
                   f"{part.name}: the trust file does not list the issuer for index {index}")
        return "ok" if signed and (head or pinned is not None) else "absent"

    # ---- people ----

    def _check_human(self) -> str:
        self._people = pair_humans(self._receipt, self._own, self._reviews)
        rp = self._trust.rp if self._trust else None
        unclear: Unclear | None = None
        cosigned: list[bool | None] = []
        for check in (lambda: cosigned.append(check_humans(self._receipt, self._people, rp)),
                      self._check_erased_people):
            try:
                check()
            except Unclear as missing:
                unclear = unclear or missing
        if unclear:
            raise unclear
        classes = [each.human_class for each in self._people]
        if self._own.type in WITH_PEOPLE and classes:
            self._report.keys_cosigned = cosigned[0]
            self._report.human = max(classes)  # C is weaker than B is weaker than A
        if self._receipt.erased_people:
            return "erased"
        return "ok" if any(each.human for each in self._people) else "absent"

    def _check_erased_people(self) -> None:
        """Owners signed that it is gone who these people were. Their signatures hold as before."""
        unclear: Unclear | None = None
        for each in self._receipt.erased_people:
            inner = Verification(canonical(each.value), self._files, self._demands)
            report = inner.run()
            why = f"a person's erasure is {report.verdict} at {report.check}: {report.why}"
            if report.verdict == r.INDETERMINATE:
                unclear = unclear or Unclear(why)
                continue
            document = inner._performed(why)
            demand(document.origin == self._own.origin and document.subject is not None
                   and any(review.statement.actor.id == document.subject
                           and review.index < each.own.proof.index for review in self._people),
                   "the erasure is of nobody who reviewed before it")
        if unclear:
            raise unclear

    def _performed(self, why: str) -> ErasureDocument:
        """What enough owners signed, of a verification that has run."""
        demand(self._report.valid, why)
        receipt, own = self._receipt, self._own
        demand(own.type == "erasure.performed", f"{own.type} erases nothing")
        demand(receipt.document is not None, "the erasure lacks its document")
        assert receipt.document is not None
        head = self._head()
        check_owners(receipt, receipt.document, receipt.owners, head.threshold if head else 1)
        return ErasureDocument.read(receipt.document)

    def _check_quorum(self) -> str:
        given = [each.sha256 for each in self._reviews]
        demand(given == self._own.reviews, "the reviews are not those that the statement names")
        if not self._own.by_people:
            demand(self._receipt.rule is None, "a rule where no people decided")
            return "absent"
        check_quorum(self._receipt, self._own, self._people)
        return "ok"

    def _check_agent(self) -> str:
        if self._receipt.agent is None:
            return "absent"
        check_agent(self._receipt.agent, self._own)
        return "ok"

    def _check_semantics(self) -> str:
        check_semantics(self._receipt, self._own, self._reviews, self._people)
        return "ok"

    # ---- beyond the log ----

    def _check_anchor(self) -> str:
        anchor, body = self._receipt.anchor, self._receipt.own.proof.checkpoint.body
        if anchor is None:
            return "absent"
        entry = tagged("lp-anchor/1", sha256(self._own.origin.encode()) + sha256(body))
        demand(anchor.entry == entry, "the anchor is not of this checkpoint")
        anchor.proof.check(entry, "the anchor")
        if self._trust is None or self._trust.root is None:
            raise Unclear("an anchor, and the trust file does not name the root log")
        checkpoint = anchor.proof.checkpoint
        roots = dict([*self._trust.closed_roots, self._trust.root])
        demand(checkpoint.origin in roots, "the anchor is in another root log")
        origin, keys = checkpoint.origin, roots[checkpoint.origin]
        line, key = only_line_of(checkpoint, [each for each in keys if each.name == origin],
                                 "the root checkpoint")
        checkpoint.check_log_signature(line, key, "the root checkpoint's signature")
        return "ok"

    def _check_witnesses(self) -> str:
        if self._trust is None:
            return "absent"
        checkpoints = [part.proof.checkpoint for part in self._receipt.parts]
        if self._receipt.anchor:
            checkpoints.append(self._receipt.anchor.proof.checkpoint)
        counts = [self._cosigned(each) for each in checkpoints]
        # One line is the log's own. What became of another's on the way, nobody could tell.
        for each in checkpoints:
            known = sum(any(line.of(key) for key in self._trust.witnesses) for line in each.lines)
            if len(each.lines) > 1 + known:
                raise Unclear("a signature is of a key that the trust file does not name")
        own = [counts[0], *([counts[-1]] if self._receipt.anchor else [])]
        if self._trust.quorum and max(own) >= self._trust.quorum:
            self._report.log = "L2"
        return "ok" if any(counts) else "absent"

    def _cosigned(self, checkpoint: Checkpoint) -> int:
        """How many witnesses of the policy cosigned it."""
        assert self._trust is not None
        earliest = moment_of(self._own.time).timestamp() - _WITNESS_SLACK_S
        found = set()
        for line in checkpoint.lines:
            for key in self._trust.witnesses:
                if line.of(key):
                    what = f"the cosignature of {key.name}"
                    when = checkpoint.check_cosignature(line, key, what)
                    demand(when >= earliest, f"{what} is older than the statement")
                    found.add(key)
        return len(found)

    def _check_time(self) -> str:
        tokens = [read_token(each) for each in self._receipt.time]
        if not tokens:
            return "absent"
        imprint = sha256(self._receipt.own.proof.checkpoint.body)
        # Many authorities tell whole seconds only, so whole seconds are compared.
        stated = moment_of(self._own.time).replace(microsecond=0)
        for token in tokens:
            demand(token.imprint == imprint, "a time token of another checkpoint")
            demand(token.when >= stated, "a time token that is older than the statement")
        if self._trust is None or self._trust.tsa_roots is None:
            raise Unclear("a time token, and the trust file names no authority")
        for token in tokens:
            check_token(token, self._trust.tsa_roots)
        if self._report.log == "L2":
            self._report.log = "L3"
        return "ok"

    def _check_trust(self) -> str:
        if self._trust is None:
            raise Unclear("self-consistent, keys unconfirmed: no trust file for this origin")
        return "ok"

    def _check_requirement(self) -> str:
        assert self._trust is not None
        least = self._trust.minimum.raised(self._demands.human, self._demands.log)
        if self._own.type in WITH_PEOPLE:
            demand(_RANK[self._report.human] >= least.human,
                   f"{HUMAN[least.human]} is demanded, the human class is {self._report.human}")
        if int(self._report.log[1]) < least.log:
            raise Unclear(f"{LOG[least.log]} is demanded, the log level is {self._report.log}")
        return "ok"

    # ---- what was erased ----

    def _check_erasure(self) -> str:
        assert isinstance(self._read, Erased)
        inner = Verification(canonical(self._read.erasure), self._files, self._demands)
        report = inner.run()
        document = inner._performed(
            f"the erasure is {report.verdict} at {report.check}: {report.why}")
        receipt, own, index = inner._receipt, inner._own, self._read.proof.index
        demand(receipt.own.proof.index > index, "the erasure comes before what it erased")
        demand(index in document.indices, "the erasure does not name this index")
        self._receipt, self._own, self._trust = receipt, own, inner._trust
        self._parts = [("the receipt", self._read.proof, self._read.leaf)]
        self._report.origin, self._report.index = own.origin, index
        return "ok"
