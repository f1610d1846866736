"""What people do with a request: reviews with their own signatures, and decisions."""

import base64

from keys import b64, hex256, seed, sha256, tagged
from log import jcs, later, leaf_hash, tree_path, tree_root

VERDICTS = {"review.approved": "approve", "review.edited": "approve", "review.rejected": "reject"}
FLAGS = 0x05  # user present, user verified


def client_data(challenge, origin, change=None):
    """As a browser writes it: not canonical JSON, and clients may add members."""
    data = {"type": "webauthn.get",
            "challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "origin": origin, "crossOrigin": False}
    if change:
        change(data)
    members = ",".join(f"{jcs(name).decode()}:{jcs(value).decode()}"
                       for name, value in data.items())
    return ("{" + members + "}").encode()


class Batch:
    """The list that a core is signed in, at `at` among `size`; each change may be wrong on purpose:
    `head` of the value, `raw_head` of its bytes, `hashes` of the leaves' hashes before there is a
    root, `place` of the finished member."""

    def __init__(self, at=1, size=3, head=None, raw_head=None, hashes=None, place=None):
        self.at, self.size, self.head, self.raw_head = at, size, head, raw_head
        self.hashes, self.place = hashes, place

    def made(self, request, core):
        """The head's bytes, and the member `batch` of human and evidence."""
        leaves = [b"another core %d" % n for n in range(self.size)]
        leaves[self.at] = core
        hashes = [leaf_hash(leaf) for leaf in leaves]
        if self.hashes:
            self.hashes(hashes, core)
        head = {"v": 1, "aud": request.log.origin, "service": request.descriptor["service"],
                "action": request.descriptor["action"], "rule_sha256": hex256(jcs(request.rule)),
                "size": self.size, "root": tree_root(hashes).hex()}
        if self.head:
            self.head(head)
        data = jcs(head)
        if self.raw_head:
            data = self.raw_head(data)
        place = {"head": b64(data), "index": self.at,
                 "path": [b64(each) for each in tree_path(self.at, hashes)]}
        if self.place:
            self.place(place)
        return data, place


class Signing:
    """How one person signs; each member may be wrong on purpose."""

    def __init__(self, core=None, raw_core=None, client=None, raw_client=None, flags=FLAGS,
                 extra=b"", rp_id=None, tag=None, high=False, key=None, signature=None,
                 class_=None, human=None, entry=None, evidence=None, roster=None, counter=7,
                 batch=None):
        self.core, self.raw_core, self.client, self.raw_client = core, raw_core, client, raw_client
        self.flags, self.extra, self.rp_id, self.tag = flags, extra, rp_id, tag
        self.high, self.key, self.signature, self.class_ = high, key, signature, class_
        self.human, self.entry, self.evidence, self.roster = human, entry, evidence, roster
        self.counter, self.batch = counter, batch


def core_of(request, person, type_, payload, base, now, how, reason):
    core = {
        "v": 1, "aud": request.log.origin, "request_id": request.stream,
        "version": request.version, "request_sha256": request.sha256,
        "verdict": VERDICTS[type_], "payload": payload, "level": request.level,
        "policy_sha256": hex256(b"{}"), "roster_sha256": request.roster.sha256,
        "rule_sha256": hex256(jcs(request.rule)), "dwell_ms": 2340, "approver": person.member,
        "key": person.key.id, "nonce": b64(seed("nonce " + request.stream + person.name)),
        "issued_at": later(now, seconds=-20), "expires_at": later(now, seconds=100)}
    if base:
        core["base"] = base
    if reason:
        core["reason"] = reason
    if how.core:
        how.core(core)
    data = jcs(core)
    return how.raw_core(data) if how.raw_core else data


def sign(request, person, core, how):
    """The members of a human that carry the signature."""
    key, class_ = how.key or person.key, how.class_ or person.class_
    text, kind, batch = core, "decision", None
    if how.batch:
        text, batch = how.batch.made(request, core)
        kind = "batch"
    if class_ == "device":
        made = {"signature": b64(key.sign(tagged(how.tag or f"lp-{kind}-device/1", text),
                                          how.high))}
    else:
        challenge = sha256(tagged(how.tag or f"lp-{kind}/1", text))
        client = client_data(challenge, person.rp_origin, how.client)
        if how.raw_client:
            client = how.raw_client(client)
        data = (sha256((how.rp_id or person.rp_id).encode()) + bytes([how.flags]) +
                how.counter.to_bytes(4, "big") + how.extra)
        made = {"authenticatorData": b64(data), "clientDataJSON": b64(client),
                "signature": b64(key.sign(data + sha256(client), how.high))}
    if how.signature:
        made["signature"] = b64(how.signature(base64.b64decode(made["signature"])))
    if batch:
        made["batch"] = batch
    return {"class": class_, "core": b64(core), "salt": b64(seed("evidence" + made["signature"])),
            **made}


def evidence_of(human, roster_sha256):
    entry = {name: human[name] for name in ("authenticatorData", "batch", "class",
                                            "clientDataJSON", "core", "salt", "signature")
             if name in human}
    entry["kind"] = "device_key" if human["class"] == "device" else "passkey"
    entry["roster_sha256"] = roster_sha256
    return entry


def review(request, person, type_="review.approved", payload=None, base=None, how=None,
           reason=None, **members):
    """A review with its signature. Returns the event; event.human is the receipt's human."""
    how = how or Signing()
    payload = payload or request.payload
    now = later(request.log.now, seconds=1)
    core = core_of(request, person, type_, payload, base, now, how, reason)
    human = sign(request, person, core, how)
    entry = evidence_of(human, request.roster.sha256)
    if how.evidence:
        how.evidence(entry)
    members = {
        **request.base_members(), "verdict": VERDICTS[type_], "payload": payload, "base": base,
        "rule": request.rule_reference(), "reason": reason,
        "evidence": [{"kind": entry["kind"], "sha256": hex256(jcs(entry))}], **members}
    actor = members.pop("actor", person.actor())
    event = request.log.say(type_, members.pop("stream", request.stream), actor, **members)
    roster = how.roster or request.roster
    index, path = roster.place(person) if person in roster.people else (0, [])
    event.human = {**human, "entry": person.entry, "index": index, "path": path}
    if how.human:
        how.human(event.human)
    event.request = request
    return event


def session_review(request, person, type_="review.approved", **members):
    """Somebody who was only logged in: no signature of theirs."""
    actor = {"id": person.member, "kind": "member", "method": "session"}
    members = {**request.base_members(), "verdict": VERDICTS[type_], "payload": request.payload,
               "rule": request.rule_reference(), **members}
    event = request.log.say(type_, request.stream, actor, **members)
    event.human = None
    return event


def decision(request, reviews, type_="decision.approved", payload=None, base=None, **members):
    last = reviews[-1] if reviews else None
    verdict = "reject" if type_ == "decision.rejected" else "approve"
    members = {
        **request.base_members(), "verdict": verdict, "payload": payload or request.payload,
        "base": base, "rule": request.rule_reference(),
        "reviews": [each.sha256 for each in reviews] or None, **members}
    actor = members.pop("actor", last and last.predicate["actor"])
    event = request.log.say(type_, members.pop("stream", request.stream), actor, **members)
    event.reviews = reviews
    return event
