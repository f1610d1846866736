"""Runs what was approved, once, from the approved bytes (docs/reference/permits.md).

    executor = Executor(trust=Trust.parse(pinned), executor_id="key_…",
                        ledger=DirectoryLedger(path))
    executor.run(permit_id, refund, service="stripe", action="refund")

The tool gets what a person approved and never what the agent holds. Whatever does not fit raises
before anything runs: PermitError with a stable `code`. An outcome that could not be reported is an
OutcomeError: the tool ran, and its result is in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from letsping_envelope import ContentKey
from letsping_verify import Fault, Trust, verify
from letsping_verify.signatures import sha256, sha256_hex, verify_p256_raw
from letsping_verify.strict_json import canonical, parse, read_canonical

from .errors import ConfigurationError, LetsPingError
from .ledger import Ledger
from .payloads import Sealer, read_json
from .transport import Transport, api_base

__all__ = ["Approved", "Executor", "OutcomeError", "PermitError"]

_PERMIT, _CLAIM = "lp-permit+jwt", "lp-claim+jwt"
_ID = re.compile(r"pmt_[0-9A-Za-z]{1,60}")
_HASH = re.compile(r"[0-9a-f]{64}")
_DECISIONS = ("decision.approved", "decision.approved_with_modifications")


class PermitError(LetsPingError):
    """The permit is not good for this: nothing was run."""

    code = "permit"


class OutcomeError(LetsPingError):
    """The tool ran, and the server does not know its outcome: `reason` is why, where the server
    said it. `result` is what the tool returned. Do not run it again."""

    code = "outcome_unreported"

    def __init__(self, unsaid: LetsPingError, approved: Approved, result: Any = None):
        super().__init__(f"the tool ran, and its outcome is not recorded: {unsaid}",
                         status=unsaid.status, request_id=approved.request_id)
        self.reason, self.approved, self.result = unsaid.reason or unsaid.code, approved, result


@dataclass(frozen=True)
class Approved:
    """What was approved: `text` are the exact bytes, `payload` what they say."""

    permit_id: str
    request_id: str
    text: str
    payload: Any
    claim_key: str


def _demand(fits: bool, code: str, text: str) -> None:
    if not fits:
        raise PermitError(text, code=code)


def _bytes(told: dict[str, Any], name: str) -> bytes:
    value = told.get(name)
    try:
        return base64.b64decode(value if isinstance(value, str) else "!", validate=True)
    except (ValueError, binascii.Error):
        raise PermitError(f"the server's answer has no sound {name}", code="answer_member"
                          ) from None


def _text(sent: bytes) -> str:
    try:
        return sent.decode()
    except UnicodeDecodeError:
        raise PermitError("the payload is not UTF-8", code="answer_member") from None


def _unpadded(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise ValueError("not canonical base64url")
    return raw


def read_jws(token: Any, kind: str, issuer: bytes) -> dict[str, Any]:
    """The claims of a compact JWS of this `typ` that the issuer (SPKI) has signed."""
    try:
        head, body, signature = str(token).split(".")
        header, claims = read_canonical(_unpadded(head), "header"), read_canonical(
            _unpadded(body), "claims")
        _demand(header == {"alg": "ES256", "kid": sha256_hex(issuer), "typ": kind}, "permit_type",
                f"this is no {kind} of the key that signs for the project")
        verify_p256_raw(issuer, _unpadded(signature), f"{head}.{body}".encode(), kind)
    except (ValueError, Fault) as unfit:
        raise PermitError(f"the {kind} does not verify: {unfit}", code="permit_signature") from None
    _demand(isinstance(claims, dict), "permit_signature", f"the {kind} says nothing")
    return claims


class Executor:
    """One executor of one project. Safe to share between threads where its ledger is."""

    def __init__(self, *, trust: Trust, executor_id: str, ledger: Ledger,
                 base_url: str | None = None, api_key: str | None = None,
                 encryption_key: str | None = None, human: str | None = None,
                 allow_test: bool = False):
        key = api_key or os.environ.get("LETSPING_EXECUTOR_KEY", "")
        if not key:
            raise ConfigurationError("no API key: give api_key or set LETSPING_EXECUTOR_KEY",
                                     code="no_api_key")
        self._trust, self._id, self._ledger = trust, executor_id, ledger
        self._human, self._allow_test = human, allow_test
        self._transport = Transport(api_base(base_url), key)
        self._sealer = Sealer.of(encryption_key, None)
        texts = encryption_key or os.environ.get("LETSPING_ENCRYPTION_KEY", "")
        self._keys = [ContentKey.from_base64(one.strip()) for one in texts.split(",") if one]

    def run(self, permit_id: str, tool: Callable[[Any], Any], *, service: str, action: str,
            agent_id: str | None = None, client_nonce: str | None = None,
            claim_key: str | None = None) -> Any:
        """Claims the permit, hands the approved payload to `tool`, and reports what became of it.

        What the tool returns is returned; what it raises is raised, behind the outcome `failed`,
        or `indeterminate` where the tool was broken off and nobody knows how far it came.
        `claim_key`, where given, is kept for this permit: with it a lost answer is asked again.
        OutcomeError where the tool returned and the server did not take that: it has the result.
        """
        approved = self.claim(permit_id, service=service, action=action, agent_id=agent_id,
                              client_nonce=client_nonce, claim_key=claim_key)
        try:
            result = tool(approved.payload)
        except BaseException as failure:
            broken_off = not isinstance(failure, Exception)
            try:
                self.report(approved, "indeterminate" if broken_off else "failed")
            except LetsPingError as unsaid:
                raise failure from unsaid  # What the tool said comes first.
            raise
        try:
            self.report(approved, "succeeded")
        except OutcomeError as unsaid:
            unsaid.result = result
            raise
        return result

    def claim(self, permit_id: str, *, service: str, action: str, agent_id: str | None = None,
              client_nonce: str | None = None, claim_key: str | None = None) -> Approved:
        """Everything but the tool itself: what is returned may be run, once, now."""
        told = self._call("GET", f"/permits/{_sound(permit_id)}")
        issuer, receipt = self._receipt(told)
        claims = self._permit(told, permit_id, issuer)
        self._decision(claims, receipt)
        text = self._approved_bytes(told, claims)
        payload = read_json(text, "the payload")
        self._descriptor(told, claims, service, action, agent_id, client_nonce)
        # Whoever rests an approval on facts wants them recomputed from the payload first.
        _demand("verify_facts" not in claims, "permit_facts",
                "the permit wants facts to be verified, which this executor cannot")
        key = claim_key or secrets.token_urlsafe(32)
        self._claim(told, claims, issuer, key)
        if not self._ledger.use(permit_id):
            raise PermitError("this permit was used here before", code="permit_in_ledger",
                              request_id=claims["request_id"])
        return Approved(permit_id, claims["request_id"], text, payload, key)

    def report(self, approved: Approved, outcome: str) -> None:
        """`succeeded`, `failed` or `indeterminate`; the same again is no error. Raises
        OutcomeError."""
        try:
            self._transport.call("POST", f"/permits/{approved.permit_id}/outcome",
                                 {"outcome": outcome, "claim_key": approved.claim_key})
        except LetsPingError as unsaid:
            raise OutcomeError(unsaid, approved) from unsaid

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            told = self._transport.call(method, path, body)
        except LetsPingError as refused:
            if refused.reason and refused.reason.startswith("permit_"):
                raise PermitError(str(refused), code=refused.reason, status=refused.status
                                  ) from None
            raise
        _demand(isinstance(told, dict), "answer_member", "the server's answer is no object")
        return told

    def _receipt(self, told: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
        """The people's signatures against the pinned roster; whose key signs for the project."""
        receipt = told.get("receipt")
        _demand(isinstance(receipt, dict), "receipt_missing", "there is no receipt of the decision")
        report = verify(canonical(receipt), [self._trust], human=self._human or "device",
                        allow_test=self._allow_test)
        _demand(report.valid, "receipt",
                f"the receipt of the decision is {report.verdict}: {report.why}")
        # Of what no issuer signs, as a view, a receipt is good too: nobody decided anything there.
        _demand("issuer" in receipt, "receipt", "the receipt is of no decision")
        issuer = base64.b64decode(receipt["issuer"]["key"], validate=True)
        return issuer, parse(base64.b64decode(receipt["statement"], validate=True))

    def _permit(self, told: dict[str, Any], permit_id: str, issuer: bytes) -> dict[str, Any]:
        claims = read_jws(told.get("token"), _PERMIT, issuer)
        _sound_claims(claims)
        _demand(claims["iss"] == self._trust.origin, "permit_issuer",
                "the permit is of another log")
        _demand(claims["aud"] == self._id, "permit_foreign",
                "the permit names another executor")
        _demand(claims["jti"] == permit_id, "permit_edited", "this is another permit")
        _demand(time.time() < claims["exp"], "permit_expired", "the permit was not used in time")
        return claims

    @staticmethod
    def _decision(claims: dict[str, Any], statement: dict[str, Any]) -> None:
        """That the receipt is of the decision that the permit rests on."""
        said = statement["predicate"]
        request, permit = said.get("request") or {}, said.get("permit") or {}
        fits = (said["type"] in _DECISIONS and said["stream"]["id"] == claims["request_id"]
                and permit == {"id": claims["jti"], "executor": claims["aud"]}
                and request.get("sha256") == claims["request_sha256"]
                and request.get("version") == claims["version"]
                and said.get("payload") == claims["payload"]
                and said.get("reviews", []) == claims["reviews"]
                and said.get("roster_sha256") == claims["roster_sha256"]
                and (said.get("rule") or {}).get("sha256") == claims["rule_sha256"]
                and (said.get("policy") or {}).get("sha256") == claims["policy_sha256"])
        _demand(fits, "permit_edited", "the permit is not what was decided")

    def _approved_bytes(self, told: dict[str, Any], claims: dict[str, Any]) -> str:
        sent, payload, role = _bytes(told, "payload"), claims["payload"], told.get("payload_role")
        _demand(role in ("base", "edit"), "answer_member", "the answer has no sound payload_role")
        if payload.get("kind") == "plain":
            text, keys = _text(sent), [_bytes(told, "commit_key")]
        else:
            envelope = read_json(sent, "the payload")
            text = self._sealer.open(envelope, claims["request_id"])
            _demand(sha256_hex(b"lp-env/1\0" + canonical(envelope)) == payload.get("env_sha256"),
                    "commitment", "this is another envelope than the approved one")
            keys = [_commit_key(key, envelope) for key in self._keys]
        tag = b"lp-commit/1\0" + str(role).encode() + b"\0"
        fits = any(hmac.compare_digest(hmac.new(k, tag + text.encode(), hashlib.sha256).hexdigest(),
                                       str(payload.get("commit"))) for k in keys)
        _demand(fits, "commitment", "these bytes are not the approved ones")
        return text

    @staticmethod
    def _descriptor(told: dict[str, Any], claims: dict[str, Any], service: str, action: str,
                    agent_id: str | None, client_nonce: str | None) -> None:
        request = told.get("request")
        raw = _bytes(request if isinstance(request, dict) else {}, "descriptor")
        _demand(sha256_hex(raw) == claims["request_sha256"], "descriptor",
                "this is the description of another request")
        asked = parse(raw)
        wanted = {"origin": claims["iss"], "service": service, "action": action}
        if agent_id is not None:
            wanted["agent_id"] = agent_id
        if client_nonce is not None:
            wanted["client_nonce"] = client_nonce
        for name, value in wanted.items():
            _demand(asked.get(name) == value, "other_tool", f"what was approved has another {name}")

    def _claim(self, told: dict[str, Any], claims: dict[str, Any], issuer: bytes,
               claim_key: str) -> None:
        token_sha256 = sha256_hex(str(told["token"]).encode())
        # The nonce follows from the key, so that a repeated claim is the same claim.
        nonce = sha256_hex(b"lp-nonce/1\0" + claim_key.encode() + b"\0" + token_sha256.encode())
        answer = self._call("POST", f"/permits/{claims['jti']}/claim", {
            "token_sha256": token_sha256, "nonce": nonce, "claim_key": claim_key})
        said = read_jws(answer.get("claim"), _CLAIM, issuer)
        fits = (said.get("nonce") == nonce and said.get("permit_sha256") == token_sha256
                and all(said.get(name) == claims[name]
                        for name in ("iss", "aud", "jti", "request_id", "version")))
        _demand(fits, "claim_answer", "the answer is not to this claim")
        lease = said.get("exp")
        _demand(_whole(lease), "claim_answer", "the answer has no sound exp")
        _demand(time.time() < lease, "permit_indeterminate", "the lease is over")


def _sound(permit_id: str) -> str:
    if not _ID.fullmatch(permit_id):
        raise PermitError("this is no id of a permit", code="not_found")
    return permit_id


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _sound_claims(claims: dict[str, Any]) -> None:
    """That each claim of docs/reference/permits.md is there and is what it should be."""
    reviews, payload = claims.get("reviews"), claims.get("payload")
    hashes = [claims.get(f"{name}_sha256") for name in ("request", "rule", "policy", "roster")]
    fits = (all(isinstance(claims.get(name), str) for name in ("iss", "aud", "jti", "request_id"))
            and all(_whole(claims.get(name)) for name in ("iat", "exp", "version"))
            and isinstance(reviews, list)
            and all(isinstance(each, str) and _HASH.fullmatch(each)
                    for each in [*hashes, *reviews])
            and isinstance(payload, dict)
            and all(isinstance(payload.get(name), str) for name in ("kind", "commit")))
    _demand(fits, "permit_claims", "the permit lacks a claim, or has one that is unsound")


def _commit_key(key: ContentKey, envelope: dict[str, Any]) -> bytes:
    if envelope.get("v") == 2:
        salt, info = base64.b64decode(envelope["salt"], validate=True), b"lp-commit/2"
    else:
        iv, ct = (base64.b64decode(envelope[name], validate=True) for name in ("iv", "ct"))
        salt, info = sha256(b"lp-salt/1\0" + iv + ct), b"lp-commit/1"
    return HKDF(SHA256(), 32, salt, info).derive(key.raw)
