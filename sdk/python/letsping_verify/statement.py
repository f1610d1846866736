"""One event (log-format.md §3) and its leaf (§4)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from . import members as m
from .faults import Fault, Unclear, demand
from .signatures import sha256, sha256_hex
from .strict_json import canonical, read_canonical

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:letsping:event:1"
UNSIGNED = ("request.viewed", "notification.sent", "delivery.attempted")
SIGNED_REVIEWS = ("review.approved", "review.edited", "review.rejected",
                  "review.changes_requested")
PEOPLE_DECIDE = ("decision.approved", "decision.approved_with_modifications", "decision.rejected")
WITH_PEOPLE = ("review.approved", "review.edited", "review.rejected", *PEOPLE_DECIDE)
NO_SIGNATURE = ("session", "oidc")  # methods of people who only were logged in
VERDICT_OF = {
    "review.approved": "approve", "review.edited": "approve", "review.rejected": "reject",
    "review.changes_requested": "request_changes", "decision.approved": "approve",
    "decision.approved_with_modifications": "approve", "decision.rejected": "reject"}
TYPES = frozenset((
    "request.created", "request.viewed", "request.revised", "request.cancelled",
    "review.approved", "review.edited", "review.rejected", "review.changes_requested",
    "review.commented", "decision.approved", "decision.approved_with_modifications",
    "decision.rejected", "decision.expired", "decision.cancelled", "decision.denied",
    "permit.issued", "permit.claimed", "permit.succeeded", "permit.failed",
    "permit.indeterminate", "permit.expired", "permit.revoked", "grant.created", "grant.used",
    "grant.revoked", "grant.expired", "handoff.created", "handoff.fulfilled", "handoff.disputed",
    "handoff.failed", "policy.changed", "roster.changed", "member.added", "member.changed",
    "member.removed", "key.added", "key.rotated", "key.revoked", "epoch.changed",
    "break_glass.armed", "break_glass.used", "break_glass.reviewed", "notification.sent",
    "delivery.attempted", "export.made", "erasure.performed", "clock.adjusted", "log.opened",
    "log.frozen", "witness.changed", "config.changed", "login.succeeded", "login.failed"))

KINDS = ("member", "agent", "api_key", "policy", "system")
METHODS = ("passkey", "fido2", "device_key", "session", "oidc", "hmac", "httpsig", "api_key",
           "rule", "clock")


def payload_reference(value: Any, where: str) -> dict[str, Any]:
    """What is known of a payload; kept as it stands, so that two can be compared."""
    read = m.Members(value, where)
    kind = read.need("kind", m.one_of("v1", "v2", "plain"))
    if kind != "plain":
        read.need("env_sha256", m.sha256_hex)
    if kind == "v2":
        kid = read.need("kid", m.text)
        demand(len(kid) == 16 and not set(kid) - set("0123456789abcdef"),
               f"{where}.kid is not 16 hex characters")
    read.may("commit", m.sha256_hex)
    read.done()
    return dict(value)


@dataclass(frozen=True)
class Actor:
    id: str
    kind: str
    method: str
    key: str | None

    @staticmethod
    def read(value: Any, where: str) -> Actor:
        read = m.Members(value, where)
        actor = Actor(read.need("id", m.text), read.need("kind", m.one_of(*KINDS)),
                      read.need("method", m.one_of(*METHODS)), read.may("key", m.text))
        read.done()
        return actor


@dataclass(frozen=True)
class RequestReference:
    sha256: str
    version: int
    level: str

    @staticmethod
    def read(value: Any, where: str) -> RequestReference:
        read = m.Members(value, where)
        made = RequestReference(read.need("sha256", m.sha256_hex),
                                read.need("version", m.positive),
                                read.need("level", m.one_of(*m.LEVELS)))
        read.done()
        return made


@dataclass(frozen=True)
class RuleReference:
    sha256: str
    k: int
    n: int

    @staticmethod
    def read(value: Any, where: str) -> RuleReference:
        read = m.Members(value, where)
        made = RuleReference(read.need("sha256", m.sha256_hex), read.need("k", m.integer),
                             read.need("n", m.integer))
        read.done()
        return made


def _policy(value: Any, where: str) -> str:
    """The policy's hash."""
    read = m.Members(value, where)
    read.need("id", m.text)
    read.need("version", m.integer)
    sha = read.need("sha256", m.sha256_hex)
    read.done()
    return sha


def _evidence(value: Any, where: str) -> tuple[str, str]:
    read = m.Members(value, where)
    made = read.need("kind", m.text), read.need("sha256", m.sha256_hex)
    read.done()
    return made


@dataclass(frozen=True)
class Statement:
    data: bytes
    sha256: str
    digest: dict[str, str]  # of the subject
    type: str
    origin: str
    stream: str
    seq: int
    time: str
    actor: Actor
    request: RequestReference | None
    verdict: str | None
    payload: dict[str, Any] | None
    base: dict[str, Any] | None
    policy_sha256: str | None
    roster_sha256: str | None
    rule: RuleReference | None
    reviews: list[str]
    evidence: list[tuple[str, str]]
    strength: str | None
    reason: str | None
    agent_claims: dict[str, Any] | None
    marks: list[str]

    @property
    def by_people(self) -> bool:
        return self.type in PEOPLE_DECIDE and self.actor.kind == "member"


def read_statement(data: bytes, what: str) -> Statement:
    """Raises Fault, or Unclear for an event of a kind that this version does not know."""
    value = read_canonical(data, what)
    outer = m.Members(value, what)
    outer.need("_type", m.one_of(STATEMENT_TYPE))
    subject = outer.need("subject", m.array_of(m.anything, 1, 1))[0]
    predicate_type = outer.need("predicateType", m.text)
    predicate = outer.need("predicate", m.json_object)
    outer.done()
    if predicate_type != PREDICATE_TYPE:
        raise Unclear(f"{what} is of the unknown predicateType {predicate_type}")
    demand(len(data) % 256 == 0, f"{what} is not padded to a multiple of 256 bytes")
    name, digest = _subject(subject, f"{what}.subject")
    made = _predicate(data, digest, predicate, what)
    demand(name == made.stream, f"{what}: the subject is not the stream")
    if made.type not in TYPES:
        raise Unclear(f"{what} is of the unknown type {made.type}")
    return made


def _subject(value: Any, where: str) -> tuple[str, dict[str, str]]:
    read = m.Members(value, where)
    name = read.need("name", m.text)
    digest = read.need("digest", m.json_object)
    read.done()
    inner = m.Members(digest, f"{where}.digest")
    inner.need("lpCommit" if inner.has("lpCommit") else "sha256", m.sha256_hex)
    inner.done()
    return name, digest


def _stream(value: Any, where: str) -> tuple[str, int]:
    read = m.Members(value, where)
    name, seq = read.need("id", m.text), read.need("seq", m.integer)
    prev = read.may("prev", m.sha256_hex)
    read.done()
    demand((prev is None) == (seq == 0), f"{where}.prev is absent at seq 0, and only there")
    return name, seq


def _predicate(data: bytes, digest: dict[str, str], value: dict[str, Any],
               what: str) -> Statement:
    read = m.Members(value, f"{what}.predicate")
    stream, seq = read.need("stream", _stream)
    made = Statement(
        data=data, sha256=sha256_hex(data), digest=digest, type=read.need("type", m.text),
        origin=read.need("origin", m.text), stream=stream, seq=seq,
        time=read.need("time", m.instant), actor=read.need("actor", Actor.read),
        request=read.may("request", RequestReference.read),
        verdict=read.may("verdict", m.one_of(*m.VERDICTS)),
        payload=read.may("payload", payload_reference), base=read.may("base", payload_reference),
        policy_sha256=read.may("policy", _policy),
        roster_sha256=read.may("roster_sha256", m.sha256_hex),
        rule=read.may("rule", RuleReference.read),
        reviews=read.may("reviews", m.array_of(m.sha256_hex, 1)) or [],
        evidence=read.may("evidence", m.array_of(_evidence, 1)) or [],
        strength=read.may("strength", m.text), reason=read.may("reason", m.sha256_hex),
        agent_claims=read.may("agent_claims", m.plain_object),
        marks=read.may("marks", m.marks) or [])
    for name in ("permit", "grant", "clock"):
        read.may(name, m.plain_object)
    read.need("salt", m.bytes32)
    pad = read.need("pad", m.any_text)
    demand(len(pad) <= 255 and not pad.strip("0"), f"{what}.pad is not 0 to 255 zeros")
    read.done()
    return made


def signed_leaf(statement: bytes, signature: bytes, spki: bytes) -> bytes:
    def b64(data: bytes) -> str:
        return base64.b64encode(data).decode()
    return canonical({
        "apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": {
            "data": {"algorithm": "SHA2_256", "digest": b64(sha256(statement))},
            "signature": {"content": b64(signature), "verifier": {
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "publicKey": {"rawBytes": b64(spki)}}}}}})


def unsigned_leaf(statement: bytes) -> bytes:
    digest = base64.b64encode(sha256(statement)).decode()
    return canonical({"apiVersion": "0.0.1", "kind": "letsping.event", "spec": {
        "data": {"algorithm": "SHA2_256", "digest": digest}}})


def read_descriptor(value: Any, where: str) -> dict[str, Any]:
    """The request descriptor (§2) as it stands."""
    read = m.Members(value, where)
    read.need("salt", m.bytes32)
    for name in ("origin", "agent_id", "agent_owner"):
        read.need(name, m.text)
    for name in ("service", "action"):
        read.need(name, m.any_text)
    for name in ("client_nonce", "environment"):
        read.may(name, m.text)
    read.need("facts", m.json_object)
    read.may("schema_sha256", m.sha256_hex)
    read.done()
    return dict(value)


def check_digest(statement: Statement, document: bytes | None) -> None:
    """The subject's digest is the first that applies (§3)."""
    payload = statement.payload or {}
    if "env_sha256" in payload:
        expected = {"sha256": payload["env_sha256"]}
    elif "commit" in payload:
        expected = {"lpCommit": payload["commit"]}
    elif document is not None:
        expected = {"sha256": sha256_hex(document)}
    elif statement.stream == "project":
        # Of a document that is not here, or of the stream: which, nobody can tell.
        demand("sha256" in statement.digest, "the subject has the digest of a payload")
        return
    else:
        expected = {"sha256": sha256_hex(statement.stream.encode())}
    if statement.digest != expected:
        raise Fault("the subject has another digest than payload, document or stream")
