"""Puts the parts of a log together to receipts (spec/receipt-format.md §2)."""

from keys import b64, hex256, sha256, tagged
from log import Tree, jcs, note
from project import LOG_2, ROOT_LOG, ROOT_ORIGIN, WITNESSES, signatures

WITNESSED = 1772373600  # 2026-03-01T14:00:00Z, after every statement


class Part:
    """Which checkpoint a receipt stands on, and who signed it."""

    def __init__(self, size=None, keys=(LOG_2,), witnesses=(), when=WITNESSED, body=None,
                 lines=()):
        self.size, self.keys, self.witnesses = size, keys, witnesses
        self.when, self.body, self.lines = when, body, lines

    def note(self, log):
        body = self.body or log.body(log.origin, self.size)
        return body, note(body, *[key.line(body) for key in self.keys],
                          *[each.cosign(body, self.when) for each in self.witnesses], *self.lines)

    def tlog(self, log, event):
        return {"leaf": b64(event.leaf),
                "proof": log.proof(event.index, self.note(log)[1], self.size)}


def logged(log, event, part):
    """`issuer`, `statement` and `tlog`."""
    made = {"statement": b64(event.statement), "tlog": part.tlog(log, event)}
    if event.issuer:
        made["issuer"] = {"key": b64(event.issuer.spki), "sig": b64(event.signature)}
    return made


def anchor_entry(origin, body):
    return tagged("lp-anchor/1", sha256(origin.encode()) + sha256(body))


def anchor_of(log, part, witnesses=(), when=WITNESSED, index=2, entry=None, key=ROOT_LOG,
              origin=ROOT_ORIGIN, lines=()):
    """The anchor of `part`'s checkpoint: an entry among others of a root log."""
    entry = entry or anchor_entry(log.origin, part.note(log)[0])
    tree = Tree([b"another project %d" % n for n in range(index)] + [entry, b"the next one"])
    body = tree.body(origin)
    text = note(body, key.line(body), *[each.cosign(body, when) for each in witnesses], *lines)
    return {"entry": b64(entry), "proof": tree.proof(index, text)}


def receipt(log, event, rosters, request=None, part=None, anchor=None, document=None, owners=None,
            agent=False, time=None):
    """The receipt of `event` as an object."""
    part = part or Part()
    made = {"v": 1, **logged(log, event, part)}
    if rosters:
        made["rosters"] = [each.part() for each in rosters]
    if request is not None:
        made["descriptor"] = request.descriptor
    reviews = getattr(event, "reviews", [])
    if reviews:
        made["reviews"] = [logged(log, each, part) for each in reviews]
    if event.predicate["type"] in PEOPLES and event.predicate["actor"]["kind"] == "member":
        made["rule"] = request.rule
    humans = [each.human for each in reviews or [event] if getattr(each, "human", None)]
    if humans:
        made["humans"] = humans
    if agent:
        made["agent"] = request.agent
    if anchor:
        made["anchor"] = anchor if isinstance(anchor, dict) else anchor_of(log, part)
    if document is not None:
        made["document"] = b64(document)
    if owners:
        made["owners"] = owners
    if time:
        made["time"] = time
    return made


PEOPLES = ("decision.approved", "decision.approved_with_modifications", "decision.rejected")


def erasure_document(log, indices, change=None, **members):
    document = {"v": 1, "origin": log.origin, "indices": indices,
                "salt": b64(sha256(b"erasure")), "basis": "GDPR 17(1)(a)",
                "operator": "mem_01jn8xq0000000000000000001",
                "complete_by": "2026-05-01T00:00:00.000Z", "exports": [], **members}
    if change:
        change(document)
    return jcs(document)


def erasure_owners(document, people, high=False, tag="lp-erasure/1"):
    return signatures(tag, document, people, high)


def erased(log, event, erasure, part=None):
    """The receipt of an event whose statement is gone."""
    return {"v": 1, "erasure": erasure, "tlog": (part or Part()).tlog(log, event)}


WITNESS_POLICY = {"quorum": 2, "witnesses": [each.vkey for each in WITNESSES]}


def digest_of(document):
    return {"sha256": hex256(document)}
