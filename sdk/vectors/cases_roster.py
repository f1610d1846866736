"""The roster's chain, and the mark `test`."""

import copy

from cases_file import edited
from cases_valid import made
from keys import P256, b64, hex256
from log import Log, later
from people import decision, review
from project import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    ERIN,
    FAY,
    ISSUER_1,
    LOG_1,
    LOG_2,
    MALLORY,
    START,
    Request,
    Roster,
    issuer_range,
    log_range,
    payload_v1,
    signatures,
)
from receipt import Part, receipt

PEOPLE = [ALICE, BOB, CAROL, DAVE, ERIN, FAY]
OTHER_ORIGIN = "vectors.example/p/ffeeddccbbaa99887766554433221100"


def chain(story, signers=(ALICE, BOB), first=None, **members):
    """A version 3 of the story's rosters that is not in order, and the versions before it."""
    members = {"previous": story.roster2, "time": later(START, minutes=30), **members}
    before = first or [story.roster1, story.roster2]
    last = Roster(members.pop("version", 3), members.pop("people", PEOPLE), members.pop("owners", [ALICE, BOB]),
                  list(signers), [issuer_range(ISSUER_1), issuer_range(story.log.issuer)],
                  [log_range(LOG_1), log_range(LOG_2)], threshold=members.pop("threshold", 2),
                  **members)
    return [*before, last]


def change(**members):
    return lambda head: head.update(members)


def washed(mark):
    """A first version with the mark, and a second without it."""
    one = Roster(1, [ALICE], [ALICE], [ALICE], [issuer_range(ISSUER_1)], [log_range(LOG_1)],
                 change=change(marks=[mark]))
    return [one, Roster(2, PEOPLE, [ALICE, BOB], [ALICE], [issuer_range(ISSUER_1)],
                        [log_range(LOG_1)], previous=one)]


def chains(story):
    """name: (why, versions)."""
    return {
        "one owner of two that must sign": ("the threshold of the version before",
                                            chain(story, [ALICE])),
        "signed by nobody": ("the threshold of the version before", chain(story, [])),
        "signed by members who are no owners": ("owners of the version before",
                                                chain(story, [CAROL, ERIN])),
        "signed by an owner and a stranger": ("every signature is an owner's",
                                              chain(story, [ALICE, BOB, MALLORY])),
        "signed by its own new owners": ("owners of the version before, not of this one",
                                         chain(story, [CAROL, ERIN], owners=[CAROL, ERIN])),
        "another prev": ("the hash of the head before",
                         chain(story, change=change(prev=hex256(b"another head")))),
        "a version left out": ("consecutive", chain(story, first=[story.roster1])),
        "a version number left out": ("consecutive", chain(story, version=4)),
        "a version twice": ("consecutive", chain(story, version=2)),
        "older than the version before": ("times do not run backwards",
                                          chain(story, time="2026-02-28T12:00:00.000Z")),
        "another log": ("the origin is the statement's", chain(story, origin=OTHER_ORIGIN)),
        "the first version only": ("the last is the one that the statement names", None),
        "the mark test lost on the way": ("test stays in every later version", washed("test")),
        "the mark demo lost on the way": ("demo stays in every later version", washed("demo")),
    }


def plant(story):
    for name, (_, versions) in chains(story).items():
        request = story.request("roster: " + name, payload_v1(name),
                                roster=(versions or story.rosters)[-1])
        event = request.created()
        event.request, event.versions = request, versions or [story.roster1]
        story.keep(**{"roster: " + name: event})
    # A version whose owners signed with a high S.
    high = chain(story, [])
    high[-1].signatures = signatures("lp-roster/1", high[-1].bytes, [ALICE, BOB], high=True)
    login = chain(story, [])
    login[-1].signatures = signatures("lp-login/1", login[-1].bytes, [ALICE, BOB])
    for name, versions in (("high S", high), ("signed as a login", login)):
        request = story.request("roster: " + name, payload_v1(name), roster=versions[-1])
        event = request.created()
        event.request, event.versions = request, versions
        story.keep(**{"roster: " + name: event})
    plant_marked(story)


def plant_marked(story):
    """A statement with the mark test under an honest roster, and one with the mark demo."""
    for mark in ("test", "demo"):
        request = story.request(f"marked {mark}", payload_v1(mark))
        event = request.created(marks=[mark])
        event.request = request
        story.keep(**{f"marked {mark}": event})
    request = story.request("a marked review", payload_v1("marked"))
    request.created()
    event = decision(request, [review(request, BOB, marks=["test"])])
    event.request = request
    story.keep(**{"a marked review": event})


def add(book, story):
    for name, (why, _) in chains(story).items():
        event = story.events["roster: " + name]
        options = {"allow_test": True} if "test" in name else {}
        book.invalid("roster", f"rosters: {name}", why,
                     receipt(story.log, event, event.versions, event.request), "none", **options)
    for name, why in (("high S", "owners sign with low S"),
                      ("signed as a login", "the tag is lp-roster/1")):
        event = story.events["roster: " + name]
        book.invalid("roster", f"rosters: {name}", why,
                     receipt(story.log, event, event.versions, event.request), "none")
    parts(book, story)
    marks(book, story)
    test_log(book)


def parts(book, story):
    base = book.bases["approved"]

    def rosters(change_):
        def of(value):
            value["rosters"] = change_(value["rosters"])
        return edited(base, of)

    other = Roster(1, [MALLORY], [MALLORY], [MALLORY], [issuer_range(P256("some issuer"))],
                   [log_range(LOG_1)])
    rows = (
        ("none at all", "the statement names one", edited(base, lambda v: v.pop("rosters"))),
        ("without the first", "the first is trusted", rosters(lambda all_: all_[1:])),
        ("without the last", "the last is the statement's", rosters(lambda all_: all_[:1])),
        ("in another order", "ascending", rosters(lambda all_: all_[::-1])),
        ("one version more than the statement names", "the last is the statement's",
         rosters(lambda all_: [*all_, story.roster3.part()])),
        ("a stranger's genesis", "the first is the trusted genesis",
         rosters(lambda all_: [other.part(), *all_[1:]])),
        ("version 1 signed by nobody", "version 1 by its own owners",
         rosters(lambda all_: [{**all_[0], "signatures": []}, *all_[1:]])),
        ("version 2 with the signatures of version 3", "they are of other bytes",
         rosters(lambda all_: [all_[0], {**all_[1], "signatures": [
             each for each in story.roster3.signatures if each["spki"] == b64(ALICE.key.spki)]}])),
    )
    for name, why, data in rows:
        book.invalid("roster", f"rosters: {name}", why, data)
    book.invalid("roster", "a trust file with another genesis", "the first is the trusted genesis",
                 base, trust=["other genesis"])
    raw = copy.deepcopy(made(story, "approved", "approved"))
    raw["rosters"] = raw["rosters"][1:]
    raw["rosters"][0]["signatures"] = []
    book.valid("a later trusted roster first, without its signatures",
               "its own hash is trusted; the owners stand in the version before",
               raw, trust=["later roster"])
    raw["rosters"][0]["signatures"] = signatures("lp-roster/1", b"other bytes", [ALICE])
    book.invalid("roster", "a later trusted roster first, with a signature of other bytes",
                 "every member that is present must verify", raw, trust=["later roster"])
    book.invalid("parse", "roster signatures in another order", "ascending by the bytes of spki",
                 edited(book.bases["new keys"], lambda value: value["rosters"][2][
                     "signatures"].reverse()))
    forms = (
        ("no owners", {"owners": []}), ("a threshold of 0", {"threshold": 0}),
        ("a threshold above the owners", {"threshold": 3}),
        ("an owner twice", {"owners": [b64(ALICE.key.spki)] * 2}),
        ("a mark that is not known", {"marks": ["best"]}),
        ("an empty array of marks", {"marks": []}), ("prev in version 1", {"prev": "0" * 64}),
        ("a verifier key with another id", {"log": [{"from": 0, "vkey": LOG_1.vkey.replace(
            LOG_1.key_id.hex(), "00000000")}]}),
        ("a time without milliseconds", {"time": "2026-03-01T12:00:00Z"}),
        ("a date that is none", {"time": "2026-02-30T12:00:00.000Z"}),
    )
    for name, members in forms:
        book.invalid("parse", f"a head with {name}", "log-format.md section 5",
                     rosters(lambda all_, new=members: [
                         {**all_[0], "head": {**all_[0]["head"], **new}}, *all_[1:]]))


def marks(book, story):
    for name in ("marked test", "a marked review"):
        event = story.events[name]
        data = made(story, event, event.request)
        human = "none" if name == "marked test" else "B"
        book.invalid("marks", name, "a test is no evidence", data, human)
        book.valid(f"{name}, allowed", "--allow-test", data, human, allow_test=True)
    event = story.events["marked demo"]
    book.valid("marked demo", "only the mark test matters", made(story, event, event.request),
               "none", marks=["demo"])


def marked_log(book, mark):
    """A decision in a log whose roster bears the mark; its trust file is named after it."""
    log = Log(OTHER_ORIGIN, ISSUER_1, later(START, minutes=1))
    key = LOG_1.renamed(OTHER_ORIGIN)
    roster = Roster(1, [ALICE], [ALICE], [ALICE], [issuer_range(ISSUER_1)], [log_range(key)],
                    origin=OTHER_ORIGIN, marks=[mark])
    request = Request(log, 1, payload_v1(mark), roster)
    request.created()
    event = decision(request, [review(request, ALICE)])
    book.trust[f"{mark} log"] = {"origin": OTHER_ORIGIN, "roster_genesis_sha256": roster.sha256,
                                 "log_vkeys": [key.vkey]}
    data = receipt(log, event, [roster], request, part=Part(keys=[key]))
    book.base(f"{mark} log", data)
    return data


def test_log(book):
    """The log of a server that was made for tests: its roster says so for ever."""
    book.valid("a roster that is marked demo", "only the mark test matters; the report shows both",
               marked_log(book, "demo"), trust=["demo log"], marks=["demo"])
    data = marked_log(book, "test")
    book.invalid("marks", "a roster that is marked test", "a test is no evidence", data,
                 trust=["test log"])
    book.valid("a roster that is marked test, allowed", "--allow-test", data, trust=["test log"],
               allow_test=True)
    book.valid("two trust files, the second is meant", "chosen by the origin", data,
               trust=["full", "test log"], allow_test=True)
