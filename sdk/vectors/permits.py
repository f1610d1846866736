"""Writes permits.json: what a server tells an executor of a permit, right and wrong, and whether
the executor may run the tool. `permits.py [PATH]`; README.md explains the form."""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from envelopes import PLAINTEXT, flipped, kid, named, version_1, version_2
from keys import b64, hex256
from log import jcs
from people import decision, review, session_review
from project import (
    ALICE,
    BOB,
    ISSUER_1,
    ISSUER_2,
    LOG_1,
    ORIGIN,
    START,
    Request,
    Roster,
    issuer_range,
    log_range,
    new_log,
)
from receipt import Part, digest_of, receipt

ABSENT = object()  # in place of a claim that is left out

FOREVER, OVER = 4102444800, 1772367000  # 2100-01-01 and half an hour after the approval
EXECUTOR = "key_01jn8xq5e00000000000000001"
NONCE = "bm9uY2U="
CLAIM_KEY = "claim-key-of-the-vectors"
WHERE = {"origin": ORIGIN, "client_nonce": NONCE, "service": "stripe", "action": "refund",
         "created": START}
ASK = {"service": "stripe", "action": "refund"}


def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jws(kind, claims, key=ISSUER_1, signed_by=None, **header):
    head = {"alg": "ES256", "kid": key.id, "typ": kind, **header}
    body = claims if isinstance(claims, bytes) else jcs(claims)
    text = f"{unpadded(jcs(head))}.{unpadded(body)}"
    signature = (signed_by or key).private.sign(
        text.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return f"{text}.{unpadded(raw_of(signature))}"


def raw_of(der):
    return b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(der))


def committed(key, envelope, text, role):
    if envelope is None:
        return mac(key, text, role)
    if envelope.get("v") == 2:
        salt, info = base64.b64decode(envelope["salt"]), b"lp-commit/2"
    else:
        told = base64.b64decode(envelope["iv"]) + base64.b64decode(envelope["ct"])
        salt, info = hashlib.sha256(b"lp-salt/1\0" + told).digest(), b"lp-commit/1"
    return mac(HKDF(hashes.SHA256(), 32, salt, info).derive(key), text, role)


def mac(key, text, role):
    tag = b"lp-commit/1\0" + role.encode() + b"\0"
    return hmac.new(key, tag + text.encode(), hashlib.sha256).hexdigest()


class Project:
    """A log with one decision for each kind of payload, and the permits that follow them."""

    def __init__(self):
        self.key, self.plain_key = named("key/one"), named("commit key")
        self.log = new_log()
        self.roster = Roster(1, [ALICE, BOB], [ALICE], [ALICE], [issuer_range(ISSUER_1)],
                             [log_range(LOG_1)])
        self.log.say("roster.changed", "project", ALICE.actor(),
                     digest=digest_of(self.roster.bytes), roster_sha256=self.roster.sha256)
        self.trust = {"origin": ORIGIN, "roster_genesis_sha256": self.roster.sha256,
                      "log_vkeys": [LOG_1.vkey]}
        self.requests = 0
        self.told = {}
        self.decisions = {name: self.decided(name) for name in (
            "v2", "v1", "plain", "edited", "another", "session", "rejected")}
        for name, (request, event, envelope, role) in self.decisions.items():
            self.told[name] = self.answer(name, request, event, envelope, role)

    def permit_id(self, name):
        return f"pmt_01jn8xq9p0{list(self.decisions).index(name) + 1:016d}"

    def payload(self, name, role="base"):
        """The reference and the envelope of a payload of this kind."""
        if name == "plain":
            return {"kind": "plain", "commit": mac(self.plain_key, PLAINTEXT, role)}, None
        envelope = version_1(self.key) if name == "v1" else version_2(
            self.key, WHERE | ({"client_nonce": "YW5vdGhlcg=="} if name == "another" else {}))
        made = {"kind": "v1" if name == "v1" else "v2",
                "env_sha256": hex256(b"lp-env/1\0" + jcs(envelope)),
                "commit": committed(self.key, envelope, PLAINTEXT, role)}
        return made | ({} if name == "v1" else {"kid": kid(self.key)}), envelope

    def decided(self, name):
        self.requests += 1
        reference, envelope = self.payload(name)
        level = "low" if name == "session" else "medium"
        request = Request(self.log, 500 + self.requests, reference, self.roster, level=level)
        request.descriptor["client_nonce"] = NONCE
        request.sha256 = hex256(jcs(request.descriptor))
        request.created()
        permit = {"executor": EXECUTOR,
                  "id": f"pmt_01jn8xq9p0{self.requests:016d}"}
        if name == "rejected":
            seen = review(request, BOB, "review.rejected")
            return request, decision(request, [seen], "decision.rejected"), envelope, "base"
        if name == "session":
            seen = session_review(request, BOB)
            return request, decision(request, [seen], permit=permit), envelope, "base"
        if name != "edited":
            seen = review(request, BOB)
            return request, decision(request, [seen], permit=permit), envelope, "base"
        base = request.payload
        request.payload, envelope = self.payload("another", "edit")
        seen = review(request, ALICE, "review.edited", base=base)
        request.version = 2
        event = decision(request, [seen], "decision.approved_with_modifications", base=base,
                         permit=permit)
        return request, event, envelope, "edit"

    def claims(self, name, **changed):
        request, event, _, _ = self.decisions[name]
        made = {"iss": ORIGIN, "aud": EXECUTOR, "jti": self.permit_id(name), "iat": 1772366460,
                "exp": FOREVER, "request_id": request.stream, "version": request.version,
                "request_sha256": request.sha256, "payload": request.payload,
                "reviews": [each.sha256 for each in event.reviews],
                "rule_sha256": request.rule_reference()["sha256"],
                "policy_sha256": request.base_members()["policy"]["sha256"],
                "roster_sha256": self.roster.sha256,
                "epoch": {"project": 0, "agent": 0, "tool": 0}, **changed}
        return {name: value for name, value in made.items() if value is not ABSENT}

    def token(self, name, **changed):
        return jws("lp-permit+jwt", self.claims(name, **changed))

    def answer(self, name, request, event, envelope, role):
        sent = PLAINTEXT.encode() if envelope is None else jcs(envelope)
        told = {"id": self.permit_id(name), "executor": EXECUTOR, "state": "issued",
                "token": self.token(name), "payload": b64(sent), "payload_role": role,
                "request": {"id": request.stream, "descriptor": b64(jcs(request.descriptor))},
                "receipt": receipt(self.log, event, [self.roster], request,
                                   part=Part(keys=[LOG_1]))}
        return told | ({"commit_key": b64(self.plain_key)} if envelope is None else {})

    def claim(self, name, token=None, **changed):
        permit = self.claims(name)
        token_sha256 = hex256((token or self.told[name]["token"]).encode())
        nonce = hex256(b"lp-nonce/1\0" + CLAIM_KEY.encode() + b"\0" + token_sha256.encode())
        made = {**{each: permit[each] for each in ("iss", "aud", "jti", "request_id", "version")},
                "iat": 1772366470, "exp": FOREVER, "nonce": nonce,
                "permit_sha256": token_sha256, **changed}
        return {name: value for name, value in made.items() if value is not ABSENT}


class Cases:
    def __init__(self, project):
        self.project, self.cases = project, []

    def add(self, name, why, expect, of="v2", ask=None, **members):
        made = {"name": name, "why": why, "of": of, "permit": self.project.permit_id(of),
                "ask": {**ASK, **(ask or {})}, "keys": ["one"], **members}
        if "answer" not in made and "refused" not in made:
            made["answer"] = {"claim": jws("lp-claim+jwt", self.project.claim(of))}
        self.cases.append({**made, "expect": expect})

    def runs(self, name, why, **members):
        self.add(name, why, {"text": PLAINTEXT}, **members)

    def refused(self, code, name, why, claimed=False, **members):
        self.add(name, why, {"code": code, "claimed": claimed}, **members)

    def token(self, code, name, why, **claims):
        self.refused(code, name, why, told={"token": self.project.token("v2", **claims)})


def good(cases):
    cases.runs("v2", "as an honest server answers")
    cases.runs("v1", "an envelope of a published client", of="v1")
    cases.runs("plain", "a payload that the server can read", of="plain", keys=[])
    cases.runs("edited", "approved with edits: the edit is what runs", of="edited")
    cases.runs("second key", "the older of two content keys", of="v1", keys=["two", "one"])
    cases.runs("known asker", "agent and client_nonce are those that the executor knows", ask={
        "agent_id": "ak_7f3k2m9q0w", "client_nonce": NONCE})


def receipts(cases, project):
    told = project.told
    cases.refused("receipt_missing", "no receipt", "nothing shows who decided",
                  told={"receipt": None})
    spoilt = told["v2"]["receipt"]
    human = spoilt["humans"][0]
    cases.refused("receipt", "a person's signature was changed", "one bit of it", told={
        "receipt": spoilt | {"humans": [human | {"signature": flipped(human["signature"])}]}})
    cases.refused("receipt", "nobody signed", "a session, where the roster demands a key",
                  of="session")
    cases.refused("permit_edited", "receipt of another decision", "good in itself",
                  told={"receipt": told["another"]["receipt"]})
    cases.refused("permit_edited", "receipt of a rejection", "people signed, and said no",
                  told={"receipt": told["rejected"]["receipt"]})


def tokens(cases, project):
    claims, token = project.claims("v2"), project.told["v2"]["token"]
    head, body, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")

    def of(code, name, why, made):
        cases.refused(code, name, why, told={"token": made})

    of("permit_signature", "no token", "the member is missing", None)
    of("permit_signature", "two parts", "no compact JWS", f"{head}.{body}")
    of("permit_signature", "one bit of the signature", "it does not verify",
       f"{head}.{body}.{unpadded(base64.b64decode(flipped(b64(raw))))}")
    of("permit_signature", "longer", "exp was changed behind the signature",
       f"{head}.{unpadded(jcs(claims | {'exp': FOREVER + 1}))}.{signature}")
    of("permit_signature", "signed by another key", "under the issuer's name",
       jws("lp-permit+jwt", claims, signed_by=ISSUER_2))
    of("permit_signature", "not canonical", "a blank in the claims",
       jws("lp-permit+jwt", jcs(claims).replace(b":", b": ", 1)))
    of("permit_signature", "padding", "a second spelling of the header", f"{head}=.{body}.{signature}")
    of("permit_type", "another key", "and named as such",
       jws("lp-permit+jwt", claims, key=ISSUER_2))
    of("permit_type", "a claim's answer", "typ is lp-claim+jwt", jws("lp-claim+jwt", claims))
    of("permit_type", "no algorithm", "alg is none", jws("lp-permit+jwt", claims, alg="none"))
    for name in ("iss", "aud", "jti", "iat", "exp", "request_id", "version", "request_sha256",
                 "payload", "reviews", "rule_sha256", "policy_sha256", "roster_sha256"):
        cases.token("permit_claims", f"no {name}", "a claim is missing", **{name: ABSENT})
    cases.token("permit_claims", "exp is true", "and no number", exp=True)
    cases.token("permit_claims", "exp is text", "and no number", exp=str(FOREVER))
    cases.token("permit_claims", "payload without commit", "nothing binds the bytes",
                payload={"kind": "v2"})
    cases.token("permit_issuer", "another log", "iss", iss="other.example/p/" + "0" * 32)
    cases.token("permit_foreign", "another executor", "aud", aud=EXECUTOR[:-1] + "2")
    of("permit_edited", "another permit", "jti", project.told["another"]["token"])
    cases.token("permit_expired", "too late", "exp is over", exp=OVER)


def decisions(cases):
    """Signed by the issuer, and not what the people decided."""
    other = hex256(b"another")
    for name, value in {"request_id": "req_01jn8xq1a40000000000000001", "version": 2,
                        "request_sha256": other, "reviews": [other], "rule_sha256": other,
                        "policy_sha256": other, "roster_sha256": other,
                        "payload": {"kind": "v2", "commit": other}}.items():
        cases.token("permit_edited", f"another {name}", "than that of the receipt",
                    **{name: value})


def payloads(cases, project):
    told = project.told
    envelope = json.loads(base64.b64decode(told["v2"]["payload"]))
    cases.refused("answer_member", "answer without payload", "nothing to run", told={"payload": None})
    cases.refused("answer_member", "payload of no role", "neither base nor edit",
                  told={"payload_role": "draft"})
    cases.refused("unknown_key", "no content key that opens it", "another one is here",
                  keys=["two"])
    cases.refused("does_not_open", "one bit of the envelope", "it was changed",
                  told={"payload": b64(jcs(envelope | {"ct": flipped(envelope["ct"])}))})
    cases.refused("commitment", "another envelope", "opens, and says the same",
                  told={"payload": told["another"]["payload"]})
    cases.refused("commitment", "role edit", "people signed it as the base",
                  told={"payload_role": "edit"})
    cases.refused("commitment", "other plaintext", "the server's own words", of="plain", keys=[],
                  told={"payload": b64(PLAINTEXT.replace("5000.00", "9000.00").encode())})
    cases.refused("commitment", "other commit_key", "of a payload in clear", of="plain", keys=[],
                  told={"commit_key": b64(named("another key"))})


def tools(cases, project):
    cases.refused("answer_member", "no descriptor", "nothing says for what",
                  told={"request": {"id": "req_1"}})
    text = base64.b64decode(project.told["v2"]["request"]["descriptor"])
    cases.refused("descriptor", "edited descriptor", "its action", told={"request": {
        "descriptor": b64(text.replace(b'"refund"', b'"payout"'))}})
    for name, value in {"service": "paypal", "action": "payout", "agent_id": "agent_1",
                        "client_nonce": "YW5vdGhlcg=="}.items():
        cases.refused("other_tool", f"for another {name}", "than the executor acts for",
                      ask={name: value})
    for name, value in {"a list": ["amount"], "nothing": None, "no": False}.items():
        cases.token("permit_facts", f"facts to verify: {name}",
                    "whoever cannot recompute them must not run", verify_facts=value)
    cases.token("permit_edited", "the decision comes before the facts", "the order of the checks",
                verify_facts=["amount"], version=2)


def claims(cases, project):
    for reason in ("permit_used", "permit_expired", "permit_revoked", "permit_foreign",
                   "permit_edited", "permit_indeterminate"):
        cases.refused(reason, f"the server says {reason}", "and nothing runs", claimed=True,
                      refused={"status": 403 if reason == "permit_foreign" else 409,
                               "reason": reason})

    def answered(code, name, why, made):
        cases.refused(code, name, why, claimed=True, answer={"claim": made})

    claim = project.claim("v2")
    answered("permit_signature", "no claim", "an answer without one", None)
    answered("permit_signature", "answer of another key", "under the issuer's name",
             jws("lp-claim+jwt", claim, signed_by=ISSUER_2))
    answered("permit_type", "the permit as its own answer", "typ is lp-permit+jwt",
             project.told["v2"]["token"])
    for name in ("iss", "aud", "jti", "request_id", "nonce", "permit_sha256"):
        answered("claim_answer", f"answer of another {name}", "to somebody else's claim",
                 jws("lp-claim+jwt", claim | {name: "another-of-this-kind"}))
        answered("claim_answer", f"answer without {name}", "to nobody's claim",
                 jws("lp-claim+jwt", project.claim("v2", **{name: ABSENT})))
    answered("claim_answer", "answer of another version", "than the permit's",
             jws("lp-claim+jwt", claim | {"version": 2}))
    answered("claim_answer", "answer without exp", "no lease",
             jws("lp-claim+jwt", project.claim("v2", exp=ABSENT)))
    answered("permit_indeterminate", "lease over", "nobody may run it any more",
             jws("lp-claim+jwt", claim | {"exp": OVER}))
    cases.refused("permit_in_ledger", "used here before", "the ledger of the executor has it",
                  claimed=True, used=True)
    for name, bad in {"no prefix": "req_01jn8xq9p0", "empty": "pmt_", "path": "pmt_1/../x",
                      "letters beyond ASCII": "pmt_1é", "digits beyond ASCII": "pmt_١"}.items():
        cases.refused("not_found", f"id: {name}", "no id of a permit", permit=bad)


def make():
    project = Project()
    cases = Cases(project)
    good(cases)
    receipts(cases, project)
    tokens(cases, project)
    decisions(cases)
    payloads(cases, project)
    tools(cases, project)
    claims(cases, project)
    names = [case["name"] for case in cases.cases]
    if len(set(names)) != len(names):
        raise ValueError("two cases have one name")
    return {"version": 1, "trust": project.trust, "executor": EXECUTOR, "claim_key": CLAIM_KEY,
            "keys": {name: b64(named(f"key/{name}")) for name in ("one", "two")},
            "told": project.told, "cases": cases.cases}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "permits.json"
    made = make()
    target.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(made['cases'])} cases")
