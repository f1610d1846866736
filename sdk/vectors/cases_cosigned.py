"""Keys that a second owner vouched for: `cosigned` of the signer's roster entry."""

import copy

from cases_roster import OTHER_ORIGIN
from keys import b64, tagged, unb64
from log import Log, jcs, later
from people import decision, review
from project import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    ERIN,
    ISSUER_1,
    LOG_1,
    MALLORY,
    START,
    Request,
    Roster,
    issuer_range,
    log_range,
    payload_v1,
)
from receipt import Part, receipt

KEY = LOG_1.renamed(OTHER_ORIGIN)
TRUST = ["cosigned log"]


def cosignature(person, by=ALICE, origin=OTHER_ORIGIN, tag="lp-cosign/1", high=False, **members):
    """What `by` says of a person's entry; `members` are written over what was signed."""
    body = {"cosigner": by.member, "entry": {**person.entry, "cosigned": []}, "origin": origin}
    return {"member": by.member, "spki": b64(by.key.spki),
            "signature": b64(by.key.sign(tagged(tag, jcs(body)), high)), **members}


def cosigned(*cosignatures):
    """Bob, with these in his entry."""
    bob = copy.copy(BOB)
    bob.entry = {**BOB.entry, "cosigned": sorted(cosignatures, key=lambda one: unb64(one["spki"]))}
    return bob


def rosters(bob, owners=None):
    """A founder's version, one with Bob, and one in which `owners` own the project."""
    ranges = ([issuer_range(ISSUER_1)], [log_range(KEY)])
    one = Roster(1, [ALICE], [ALICE], [ALICE], *ranges, origin=OTHER_ORIGIN)
    people = [ALICE, bob, CAROL, DAVE, ERIN]
    two = Roster(2, people, [ALICE, bob], [ALICE], *ranges, origin=OTHER_ORIGIN, previous=one)
    if not owners:
        return [one, two]
    return [one, two, Roster(3, people, owners, [ALICE], *ranges, origin=OTHER_ORIGIN,
                             previous=two)]


def approved_by(bob, versions=None):
    """The receipt of an approval by Bob alone, in a log of its own."""
    versions = versions or rosters(bob)
    log = Log(OTHER_ORIGIN, ISSUER_1, later(START, minutes=1))
    request = Request(log, 1, payload_v1("cosigned"), versions[-1])
    request.created()
    event = decision(request, [review(request, bob)])
    return receipt(log, event, versions, request, part=Part(keys=[KEY]))


def add(book, _story):
    first = rosters(BOB)[0]
    book.trust["cosigned log"] = {"origin": OTHER_ORIGIN, "roster_genesis_sha256": first.sha256,
                                  "log_vkeys": [KEY.vkey]}
    good = cosigned(cosignature(BOB))
    book.base("cosigned", approved_by(good))
    valid(book, good)
    signatures(book)
    forms(book)


def valid(book, good):
    def holds(name, why, data, cosigned_, trust=TRUST):
        book.valid("cosigned: " + name, why, data, trust=trust, keys_cosigned=cosigned_)

    holds("by a second owner", "an owner of this version vouches", approved_by(good), True)
    holds("by nobody", "weaker, and said so", approved_by(BOB), False)
    former = rosters(good, [good])
    holds("by a former owner", "an owner of a version before", approved_by(good, former), True)
    late = approved_by(good, former)
    late["rosters"] = late["rosters"][2:]
    late["rosters"][0]["signatures"] = []
    book.trust["cosigned log, later"] = {**book.trust["cosigned log"],
                                         "roster_sha256": [former[2].sha256]}
    holds("by an owner of a version that is not shown", "nobody is known to have vouched", late,
          False, ["cosigned log, later"])


def signatures(book):
    rows = (
        ("by a member who is no owner", "owners vouch", cosignature(BOB, DAVE)),
        ("by a stranger", "owners vouch", cosignature(BOB, MALLORY)),
        ("for another log", "the origin is signed", cosignature(BOB, origin="vectors.example/p/0")),
        ("copied from another entry", "the entry is signed", cosignature(ERIN)),
        ("in another owner's name", "the cosigner is signed", cosignature(BOB, member=DAVE.member)),
        ("with the tag of rosters", "the tag is lp-cosign/1", cosignature(BOB, tag="lp-roster/1")),
        ("with high S", "owners sign with low S", cosignature(BOB, high=True)),
    )
    for name, why, one in rows:
        book.invalid("human", "cosigned: " + name, why, approved_by(cosigned(one)), trust=TRUST)
    two = cosigned(cosignature(BOB), cosignature(BOB, DAVE))
    book.invalid("human", "cosigned: by an owner and by one who is none", "each must hold",
                 approved_by(two), trust=TRUST)


def forms(book):
    one = cosignature(BOB)
    backwards = cosigned(one, cosignature(BOB, DAVE))
    backwards.entry["cosigned"].reverse()
    rows = (
        ("by themselves", "another person vouches", cosigned(cosignature(BOB, BOB))),
        ("by another key of their own", "another person vouches",
         cosigned(cosignature(BOB, ALICE, member=BOB.member))),
        ("by their own key in another's name", "another person vouches",
         cosigned(cosignature(BOB, BOB, member=ALICE.member))),
        ("with an unknown member", "exact form", cosigned({**one, "note": "x"})),
        ("without its member", "exact form",
         cosigned({name: one[name] for name in ("spki", "signature")})),
        ("twice by one key", "each key once", cosigned(one, one)),
        ("in another order", "ascending by the bytes of spki", backwards),
    )
    for name, why, bob in rows:
        book.invalid("parse", "cosigned: " + name, why, approved_by(bob), trust=TRUST)
