"""The checks `human` and `quorum`: who decided, and whether those people were enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .core import Core, Human, check_signature, read_core
from .faults import Fault, Unclear, demand
from .members import json_object
from .receipt import Receipt
from .roster import Head
from .signatures import sha256_hex
from .statement import NO_SIGNATURE, SIGNED_REVIEWS, Statement
from .strict_json import canonical
from .tree import check_inclusion, leaf_hash

CLASSES = {"passkey": "A", "device": "B"}
_METHODS = {"device": ("device_key",), "passkey": ("passkey", "fido2")}
_GROUPS = ("role", "group", "member")


@dataclass(frozen=True)
class Review:
    """A review that counts, and its human; a session has none."""

    statement: Statement
    index: int
    human: Human | None

    @property
    def human_class(self) -> str:
        return "C" if self.human is None else CLASSES[self.human.class_]


def pair_humans(receipt: Receipt, own: Statement, reviews: list[Statement]) -> list[Review]:
    """The reviews whose people count: those of a decision, or the statement itself."""
    counted = [(each, part.proof.index) for each, part in zip(reviews, receipt.reviews)]
    if own.type in SIGNED_REVIEWS:
        counted = [(own, receipt.own.proof.index)]
    humans = iter(receipt.humans)
    made = []
    for statement, index in counted:
        by_session = statement.actor.method in NO_SIGNATURE
        human = None if by_session else next(humans, None)
        demand(by_session or human is not None, "a review has no human who signed it")
        made.append(Review(statement, index, human))
    demand(next(humans, None) is None, "more humans than reviews")
    return made


def check_humans(receipt: Receipt, reviews: list[Review],
                 rp: dict[str, list[str]] | None) -> bool | None:
    """Whether a second owner vouched for the keys of all who signed; None if nobody did. Raises
    Fault, or Unclear once nothing wrong was found with any of them."""
    unclear: Unclear | None = None
    cosigned: list[bool] = []
    for each in reviews:
        if each.human is None:
            continue
        try:
            cosigned.append(_check_human(receipt, each.statement, each.human))
            check_signature(each.human, rp)
        except Unclear as missing:
            unclear = unclear or missing
    if unclear:
        raise unclear
    return all(cosigned) if cosigned else None


def _check_human(receipt: Receipt, review: Statement, human: Human) -> bool:
    """Everything but their signature; whether their key is cosigned."""
    core, entry = read_core(human.core_data), human.entry
    demand(human.evidence(core.roster_sha256) in review.evidence,
           "the evidence entry is not in the review's statement")
    demand(receipt.descriptor is not None, "no descriptor to compare the core with")
    demand(review.request is not None and review.rule is not None,
           "the review says not which request and rule")
    assert receipt.descriptor is not None
    assert review.request is not None and review.rule is not None
    same = (
        ("aud", core.aud, review.origin),
        ("request_sha256", core.request_sha256, sha256_hex(canonical(receipt.descriptor))),
        ("request_sha256", core.request_sha256, review.request.sha256),
        ("roster_sha256", core.roster_sha256, review.roster_sha256),
        ("policy_sha256", core.policy_sha256, review.policy_sha256),
        ("rule_sha256", core.rule_sha256, review.rule.sha256),
        ("level", core.level, review.request.level), ("payload", core.payload, review.payload),
        ("base", core.base, review.base), ("reason", core.reason, review.reason),
        ("verdict", core.verdict, review.verdict), ("request_id", core.request_id, review.stream),
        ("version", core.version, review.request.version),
        ("approver", core.approver, review.actor.id), ("key", core.key, review.actor.key),
        ("approver", core.approver, entry.member), ("key", core.key, entry.key_id))
    for name, signed, stated in same:
        demand(signed == stated, f"the core's {name} is not what the statement or entry says")
    demand(review.actor.kind == "member" and review.actor.method in _METHODS[human.class_],
           "the review's actor did not sign with such a key")
    cosigned = _check_entry(human, core.roster_sha256, receipt)
    _check_batch(human, core, receipt.descriptor)
    demand(core.issued_at <= review.time <= core.expires_at,
           "the review is not within the time of the offer")
    return cosigned


def _check_batch(human: Human, core: Core, descriptor: dict[str, Any]) -> None:
    """Of a decision that was signed together with others of one log, rule and action."""
    if human.batch is None:
        return
    demand(core.level != "critical", "a critical decision in a batch")
    demand(core.base is None, "an edit in a batch")
    demand(core.verdict != "request_changes", "a wish for changes in a batch")
    head = human.batch.check(human.core_data)
    same = (("log", head.aud, core.aud), ("rule", head.rule_sha256, core.rule_sha256),
            ("service", head.service, descriptor["service"]),
            ("action", head.action, descriptor["action"]))
    for name, signed, stated in same:
        demand(signed == stated, f"the batch is of another {name}")


def _check_entry(human: Human, roster_sha256: str, receipt: Receipt) -> bool:
    heads = [each.head for each in receipt.rosters]
    head = next((each for each in heads if each.sha256 == roster_sha256), None)
    if head is None:
        raise Fault("the core names a roster that is not in the receipt")
    check_inclusion(leaf_hash(human.entry.data), human.index, head.size, human.path, head.root,
                    "the roster entry")
    demand("reviewer" in human.entry.roles, "the signer is no reviewer")
    return human.entry.is_cosigned(head.origin, heads[:heads.index(head) + 1])


def check_quorum(receipt: Receipt, own: Statement, reviews: list[Review]) -> None:
    """Of a decision that people made. Raises Fault or Unclear."""
    demand(len(reviews) > 0, "people decided, and there is no review")
    demand(own.request is not None and own.rule is not None and own.payload is not None,
           "the decision says not on which request, rule and payload")
    for review in reviews:
        _check_same(receipt, own, review)
    wanted = (("review.rejected",) if own.type == "decision.rejected"
              else ("review.approved", "review.edited"))
    demand(all(each.statement.type in wanted for each in reviews),
           "a review that decides otherwise than the decision")
    members = [each.statement.actor.id for each in reviews]
    demand(len(set(members)) == len(members), "somebody counts twice")
    keys = [each.statement.actor.key for each in reviews if each.human]
    demand(len(set(keys)) == len(keys), "a key counts twice")
    _check_excluded(receipt, own, reviews)
    _check_rule(receipt, own, reviews)


def _check_same(receipt: Receipt, own: Statement, review: Review) -> None:
    its, mine = review.statement, own.request
    assert mine is not None and own.rule is not None
    demand(its.origin == own.origin and its.stream == own.stream, "a review of another request")
    if its.request is None or its.rule is None:
        raise Fault("a review that names no request or no rule")
    demand(its.request.sha256 == mine.sha256, "a review of another request")
    demand(its.request.level == mine.level, "a review at another level")
    # An edit is signed on the version that was edited; it makes the next one.
    version = its.request.version + (1 if its.type == "review.edited" else 0)
    demand(version == mine.version, "a review of another version")
    demand(review.index < receipt.own.proof.index and its.seq < own.seq,
           "a review that comes after the decision")
    demand(its.payload == own.payload, "a review of another payload")
    demand(its.rule.sha256 == own.rule.sha256, "a review under another rule")


def _last_head(receipt: Receipt) -> Head | None:
    return receipt.rosters[-1].head if receipt.rosters else None


def _check_excluded(receipt: Receipt, own: Statement, reviews: list[Review]) -> None:
    assert own.request is not None
    head = _last_head(receipt)
    if own.request.level not in ("high", "critical") or (head and head.single_operator):
        return
    owner = (receipt.descriptor or {}).get("agent_owner")
    for each in reviews:
        demand(each.statement.verdict != "approve" or each.statement.actor.id != owner,
               "the agent's owner approved")
        demand(own.request.level != "critical" or each.statement.type != "review.edited",
               "at the level critical an edit does not count as an approval")


def _check_rule(receipt: Receipt, own: Statement, reviews: list[Review]) -> None:
    rule: Any = receipt.rule
    demand(rule is not None, "a decision of people without its rule")
    json_object(rule, "rule")
    assert own.rule is not None
    demand(sha256_hex(canonical(rule)) == own.rule.sha256, "another rule than the decision's")
    terms = rule.get("n_of")
    if not (set(rule) == {"n_of"} and isinstance(terms, list) and len(terms) == 2
            and type(terms[0]) is int and terms[0] >= 1 and isinstance(terms[1], str)
            and terms[1].partition(":")[0] in _GROUPS and terms[1].partition(":")[2]):
        raise Unclear("a rule other than one n_of whose group stands in the roster")
    count, group = terms
    # Of a session the roster says nothing: that it belongs is the server's word, as its class says.
    demand(all(each.human is None or each.human.entry.in_group(group) for each in reviews),
           f"somebody decided who is not of {group}")
    demand(own.type == "decision.rejected" or len(reviews) >= count,
           f"{len(reviews)} of {group} decided, {count} are needed")
