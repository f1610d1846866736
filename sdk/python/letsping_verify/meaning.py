"""The check `semantics`, and what an erasure says: whether the parts of an authentic receipt
agree with each other."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from . import members as m
from .faults import demand
from .people import Review
from .receipt import Agent, Receipt
from .roster import Signature, check_signatures
from .signatures import (
    ed25519_of_spki,
    is_p256,
    sha256_hex,
    verify_ed25519,
    verify_p256_raw,
)
from .statement import SIGNED_REVIEWS, VERDICT_OF, Statement, check_digest
from .strict_json import canonical, read_canonical


def check_semantics(receipt: Receipt, own: Statement, reviews: list[Statement],
                    counted: list[Review]) -> None:
    check_digest(own, receipt.document)
    for each in reviews:
        check_digest(each, None)
    for each in [own, *reviews]:
        _check_type(each)
    demand((receipt.descriptor is None) == (own.request is None),
           "the descriptor is there exactly when the statement is of a request")
    if receipt.descriptor is not None and own.request is not None:
        demand(sha256_hex(canonical(receipt.descriptor)) == own.request.sha256,
               "another descriptor than the statement's")
        demand(receipt.descriptor["origin"] == own.origin, "a descriptor of another log")
    if receipt.document is not None:
        demand(own.digest == {"sha256": sha256_hex(receipt.document)},
               "the document is not the subject")
    demand(all(each.time <= own.time for each in reviews), "a review is later than the decision")
    if own.by_people:
        deciders = [(each.statement.actor.id, each.statement.actor.key) for each in counted]
        demand((own.actor.id, own.actor.key) in deciders, "none of the reviewers decided")
    _check_erasure_part(receipt, own)


def _check_type(each: Statement) -> None:
    demand(each.verdict == VERDICT_OF.get(each.type), f"the verdict does not fit {each.type}")
    if each.type in SIGNED_REVIEWS:
        demand((each.base is not None) == (each.type == "review.edited"),
               "an edit has a base, and no other review")
        demand(each.actor.kind == "member", "a review is made by a member")
    if each.type in VERDICT_OF:
        demand(each.request is not None and each.stream != "project",
               f"{each.type} is of a request")


@dataclass(frozen=True)
class ErasureDocument:
    """Of statements, or of who a person was: it has indices or a subject."""

    origin: str
    indices: list[int]
    subject: str | None

    @staticmethod
    def read(data: bytes) -> ErasureDocument:
        read = m.Members(read_canonical(data, "the document"), "the document")
        demand(read.need("v", m.integer) == 1, "the document's v is not 1")
        made = ErasureDocument(read.need("origin", m.text),
                               read.may("indices", m.array_of(m.integer, 1)) or [],
                               read.may("subject", m.text))
        read.need("salt", m.bytes32)
        request = read.may("request_id", m.text)
        for name in ("basis", "operator"):
            read.need(name, m.text)
        read.need("complete_by", m.instant)
        read.need("exports", m.array_of(m.sha256_hex))
        read.done()
        demand(all(a < b for a, b in zip(made.indices, made.indices[1:])),
               "the document's indices do not ascend")
        demand(bool(made.indices) != (made.subject is not None),
               "the document is of statements or of a person")
        demand(made.subject is None or request is None, "the document is of a person and a request")
        return made


def _check_erasure_part(receipt: Receipt, own: Statement) -> None:
    demand(not receipt.owners or own.type == "erasure.performed",
           "owners sign an erasure, nothing else")
    if own.type != "erasure.performed" or receipt.document is None:
        demand(not receipt.owners, "owners, and no document that they signed")
        return
    document = ErasureDocument.read(receipt.document)
    demand(document.origin == own.origin, "the erasure is of another log")
    if receipt.owners:
        check_owners(receipt, receipt.document, receipt.owners, 0)


def check_owners(receipt: Receipt, document: bytes, owners: list[Signature],
                 threshold: int) -> None:
    head = receipt.rosters[-1].head if receipt.rosters else None
    check_signatures("lp-erasure/1", document, owners, head.owners if head else [], threshold,
                     "the erasure")


def check_agent(agent: Agent, own: Statement) -> None:
    demand(own.type in ("request.created", "request.revised") and own.strength == "httpsig",
           "an agent's signature where none can be")
    entry: dict[str, Any] = {"kind": "agent_signature"}
    for name, data in (("base", agent.base), ("salt", agent.salt), ("sig", agent.signature),
                       ("spki", agent.key)):
        entry[name] = _text(data)
    demand(("agent_signature", sha256_hex(canonical(entry))) in own.evidence,
           "the agent's evidence entry is not in the statement")
    demand(own.actor.key == sha256_hex(agent.key), "another key than the actor's")
    raw = ed25519_of_spki(agent.key)
    if raw is not None:
        verify_ed25519(raw, agent.signature, agent.base, "the agent's signature")
        return
    demand(is_p256(agent.key), "the agent's key is neither Ed25519 nor P-256")
    verify_p256_raw(agent.key, agent.signature, agent.base, "the agent's signature")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
