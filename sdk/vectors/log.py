"""A log as the server would keep it: statements, leaves, tree, checkpoints, proofs.

It does as it is told, wrong or right: the cases need a server that lies.
"""

import copy
import json
from datetime import datetime, timedelta, timezone

from keys import b64, hex256, seed, sha256

UNSIGNED_TYPES = ("request.viewed", "notification.sent", "delivery.attempted")


def jcs(value):
    """RFC 8785 of what the cases hold: names of ASCII, integers, no floats."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def text_of(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def later(text, **step):
    return text_of(instant(text) + timedelta(**step))


def leaf_hash(data):
    return sha256(b"\0" + data)


def node(left, right):
    return sha256(b"\1" + left + right)


def split_of(size):
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def tree_root(hashes):
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    half = split_of(len(hashes))
    return node(tree_root(hashes[:half]), tree_root(hashes[half:]))


def tree_path(index, hashes):
    if len(hashes) == 1:
        return []
    half = split_of(len(hashes))
    if index < half:
        return [*tree_path(index, hashes[:half]), tree_root(hashes[half:])]
    return [*tree_path(index - half, hashes[half:]), tree_root(hashes[:half])]


class Tree:
    def __init__(self, leaves=()):
        self.leaves = list(leaves)

    def hashes(self, size=None):
        return [leaf_hash(leaf) for leaf in self.leaves[:size]]

    def body(self, origin, size=None):
        size = len(self.leaves) if size is None else size
        return f"{origin}\n{size}\n{b64(tree_root(self.hashes(size)))}\n".encode()

    def proof(self, index, note, size=None):
        lines = "".join(b64(each) + "\n" for each in tree_path(index, self.hashes(size)))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n{note}"


def note(body, *lines):
    return body.decode() + "\n" + "".join(lines)


class Event:
    """One statement, and the leaf that stands for it."""

    def __init__(self, index, statement, leaf, issuer, signature):
        self.index, self.statement, self.leaf = index, statement, leaf
        self.issuer, self.signature = issuer, signature
        self.sha256 = hex256(statement)

    @property
    def predicate(self):
        return json.loads(self.statement)["predicate"]


def signed_leaf(statement, signature, spki):
    return jcs({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": {
        "data": {"algorithm": "SHA2_256", "digest": b64(sha256(statement))},
        "signature": {"content": b64(signature), "verifier": {
            "keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": b64(spki)}}}}}})


def unsigned_leaf(statement):
    return jcs({"apiVersion": "0.0.1", "kind": "letsping.event", "spec": {
        "data": {"algorithm": "SHA2_256", "digest": b64(sha256(statement))}}})


def padded(statement):
    """The statement's bytes, filled up to a multiple of 256."""
    statement["predicate"]["pad"] = ""
    statement["predicate"]["pad"] = "0" * (-len(jcs(statement)) % 256)
    return jcs(statement)


class Log(Tree):
    """The log of one project."""

    def __init__(self, origin, issuer, start):
        super().__init__()
        self.origin, self.issuer, self.now = origin, issuer, start
        self.streams = {}
        self.events = []

    def say(self, type_, stream, actor, change=None, high=False, unsigned=None, raw=None,
            digest=None, **members):
        """Logs one event. `change` may spoil the statement, `raw` its bytes."""
        self.now = later(self.now, seconds=1)
        seq, prev = self.streams.get(stream, (0, None))
        predicate = {"type": type_, "origin": self.origin, "stream": {"id": stream, "seq": seq},
                     "time": self.now, "actor": actor, "salt": b64(seed(f"salt {len(self.leaves)}")),
                     **{name: value for name, value in members.items() if value is not None}}
        if prev is not None:
            predicate["stream"]["prev"] = prev
        payload = members.get("payload") or {}
        if digest is None and "env_sha256" in payload:
            digest = {"sha256": payload["env_sha256"]}
        elif digest is None and "commit" in payload:
            digest = {"lpCommit": payload["commit"]}
        elif digest is None:
            digest = {"sha256": hex256(stream.encode())}
        # What a case spoils must not stay spoilt for the next.
        predicate = copy.deepcopy(predicate)
        statement = {"_type": "https://in-toto.io/Statement/v1", "predicate": predicate,
                     "predicateType": "urn:letsping:event:1",
                     "subject": [{"digest": digest, "name": stream}]}
        if change:
            change(statement)
        data = padded(statement)
        if raw:
            data = raw(data)
        if unsigned is None:
            unsigned = type_ in UNSIGNED_TYPES
        issuer = signature = None
        if unsigned:
            leaf = unsigned_leaf(data)
        else:
            issuer = self.issuer
            signature = issuer.sign(data, high)
            leaf = signed_leaf(data, signature, issuer.spki)
        event = Event(len(self.leaves), data, leaf, issuer, signature)
        self.leaves.append(leaf)
        self.events.append(event)
        self.streams[stream] = (seq + 1, event.sha256)
        return event
