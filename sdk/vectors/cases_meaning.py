"""Statements, the agent's signature, what the parts mean together, and erasures."""

from cases_file import edited
from cases_roster import chain
from cases_valid import made
from keys import Ed25519, b64, hex256, unb64
from log import jcs, later
from people import decision, review
from project import (
    AGENT_EC,
    AGENT_ED,
    ALICE,
    API_KEY,
    BOB,
    CAROL,
    LOG_X,
    SYSTEM,
    payload_plain,
    payload_v1,
    payload_v2,
)
from receipt import Part, digest_of, erased, erasure_document, erasure_owners, receipt
from story import MANIFEST


def predicate(**members):
    return {"change": lambda statement: statement["predicate"].update(members)}


def part(name, **members):
    return {"change": lambda statement: statement["predicate"][name].update(members)}


def without(name, inside=None):
    def change(statement):
        place = statement["predicate"]
        del (place[inside] if inside else place)[name]
    return {"change": change}


def outer(**members):
    return {"change": lambda statement: statement.update(members)}


def bytes_(change):
    return {"raw": change}


STATEMENTS = {  # name: (why, how the statement of an ask is spoilt)
    "an unknown member": ("not exactly the format", predicate(note="x")),
    "an unknown member outside": ("not exactly the format", outer(note="x")),
    "null where a member does not apply": ("omitted, never null", predicate(verdict=None)),
    "an empty array of reviews": ("omitted when empty", predicate(reviews=[])),
    "an empty array of marks": ("omitted when empty", predicate(marks=[])),
    "marks not sorted": ("sorted", predicate(marks=["no_isolation", "demo"])),
    "a mark twice": ("each once", predicate(marks=["demo", "demo"])),
    "an unknown mark": ("one of the list", predicate(marks=["best"])),
    "another _type": ("in-toto Statement v1", outer(_type="https://in-toto.io/Statement/v0.1")),
    "two subjects": ("one subject", {"change": lambda s: s["subject"].append(s["subject"][0])}),
    "two digests": ("one digest", {"change": lambda s: s["subject"][0]["digest"].update(
        lpCommit="0" * 64)}),
    "a subject of another stream": ("subject.name is the stream", {
        "change": lambda s: s["subject"][0].update(name="req_other")}),
    "a hash in capitals": ("lower case", predicate(roster_sha256="AB" * 32)),
    "a hash that is short": ("64 characters", predicate(roster_sha256="ab" * 31)),
    "a time without milliseconds": ("one form", predicate(time="2026-03-01T12:00:00Z")),
    "a time with another zone": ("UTC", predicate(time="2026-03-01T12:00:00.000+00:00")),
    "a day that is none": ("a time of the calendar", predicate(time="2026-02-29T12:00:00.000Z")),
    "a leap second": ("59 at most", predicate(time="2026-06-30T23:59:60.000Z")),
    "hour 24": ("23 at most", predicate(time="2026-03-01T24:00:00.000Z")),
    "version 0": ("versions start at 1", part("request", version=0)),
    "a version as a text": ("an integer", part("request", version="1")),
    "an unknown level": ("one of the list", part("request", level="extreme")),
    "an unknown verdict": ("one of the list", predicate(verdict="maybe")),
    "an unknown kind of actor": ("one of the list", part("actor", kind="robot")),
    "an unknown method": ("one of the list", part("actor", method="voice")),
    "an empty actor id": ("texts are not empty", part("actor", id="")),
    "no actor": ("required", without("actor")),
    "no salt": ("required", without("salt")),
    "a salt of 16 bytes": ("32 bytes", predicate(salt=b64(bytes(16)))),
    "a kid beside v1": ("kind decides", part("payload", kid="31e9e43f19195b15")),
    "v2 without kid": ("kind decides", part("payload", kind="v2")),
    "plain with env_sha256": ("kind decides", part("payload", kind="plain")),
    "an unknown kind of payload": ("kind decides", part("payload", kind="v3")),
    "seq 0 with prev": ("prev is absent at seq 0", {
        "change": lambda s: s["predicate"]["stream"].update(prev="0" * 64)}),
    "seq 1 without prev": ("prev is there after seq 0", {
        "change": lambda s: s["predicate"]["stream"].update(seq=1)}),
    "a negative seq": ("integers have no sign", part("stream", seq=-1)),
    "a seq beyond 2^53": ("2^53 - 1 at most", part("stream", seq=2**53)),
    "a float in agent_claims": ("no floats", predicate(agent_claims={"score": 0.5})),
    "null in agent_claims": ("no null", predicate(agent_claims={"score": None})),
    "pad of other characters": ("zeros", bytes_(lambda data: data.replace(
        b'"pad":"00', b'"pad":"01'))),
    "not padded": ("a multiple of 256", bytes_(lambda data: data.replace(
        b'"pad":"0', b'"pad":"'))),
    "256 zeros of pad": ("255 at most", bytes_(lambda data: data.replace(
        b'"pad":"', b'"pad":"' + b"0" * 256))),
    "a space": ("canonical", bytes_(lambda data: data.replace(b'":', b'": ', 1).replace(
        b'"pad":"0', b'"pad":"'))),
    "a name twice": ("strict JSON", bytes_(lambda data: data.replace(
        b'"seq":0', b'"seq":0,"seq":0'))),
    "a lone surrogate": ("Unicode", bytes_(lambda data: data.replace(b'"ak_7f', b'"\\ud800'))),
    "no JSON": ("strict JSON", bytes_(lambda data: data[:-1])),
}
UNKNOWN = {
    "an unknown type": ("a later version may know it", predicate(type="request.dreamt")),
    "an unknown predicateType": ("a later version may know it",
                                 outer(predicateType="urn:letsping:event:2")),
}
GOOD_STATEMENTS = {
    "agent_claims with empty texts": ("texts may be empty there", predicate(
        agent_claims={"model": "", "tools": ["a", 1, True, {"b": []}]})),
    "no roster and no policy": ("optional", {"change": lambda s: [
        s["predicate"].pop(name) for name in ("policy",)]}),
    "two marks": ("sorted", predicate(marks=["demo", "unbound_payload"])),
}

AGENTS = {  # name: (why, key, how the parts are spoilt)
    "of another base": ("it does not verify", AGENT_ED, lambda p: p.update(base=b64(b"x"))),
    "of another key": ("it does not verify", AGENT_ED, lambda p: p.update(
        sig=b64(Ed25519("some agent").sign(b"x")))),
    "of 63 bytes": ("64 bytes", AGENT_ED, lambda p: p.update(sig=b64(bytes(63)))),
    "in DER": ("r and s side by side", AGENT_EC, lambda p: p.update(
        sig=b64(AGENT_EC.sign(b"x")))),
    "with s of zero": ("1 to n - 1", AGENT_EC, lambda p: p.update(
        sig=b64(bytes(31) + b"\1" + bytes(32)))),
}
SMALL_ORDER = bytes.fromhex("302a300506032b6570032100") + b"\1" + bytes(31)
AGENTS["by a key of small order"] = (
    "a key that anybody can sign for", AGENT_ED,
    lambda p: p.update(key=b64(SMALL_ORDER), sig=b64(b"\1" + bytes(63))))


def plant(story):
    for name, (_, how) in {**STATEMENTS, **UNKNOWN, **GOOD_STATEMENTS}.items():
        request = story.request("statement: " + name, payload_v1("statement"))
        keep(story, "statement: " + name, request, request.created(**how))
    for name, (_, key, spoil) in AGENTS.items():
        request = story.request("agent: " + name, payload_v1("agent"), agent=key)
        keep(story, "agent: " + name, request, request.created(spoil=spoil))
    high = story.request("agent: high S", payload_v1("agent"), agent=AGENT_EC)
    keep(story, "agent: high S", high, high.created(spoil=lambda p: p.update(
        sig=b64(AGENT_EC.sign_raw(unb64(p["base"]), high=True)))))
    plant_meanings(story)
    plant_erasures(story)


def keep(story, name, request, event):
    event.request = request
    story.keep(**{name: event})


MEANINGS = {
    "another subject digest": "payload.env_sha256",
    "the commit as digest beside env_sha256": "the first that applies",
    "env_sha256 where only a commit is": "lpCommit",
    "a digest of nothing": "SHA-256 of the stream",
    "a verdict in an ask": "no verdict",
    "an approval without verdict": "the verdict approve",
    "an expiry with a verdict": "no verdict",
    "a rejection that says approve": "the verdict reject",
    "decided by another than the reviewer": "one of the reviewers",
    "decided with another key": "one of the reviewers' keys",
    "a decision in the project's stream": "of a request",
    "a descriptor of another log": "origin",
    "later reviews": "times do not run backwards",
    "an approval with a base": "only an edit has one",
}


POLICY_ACTOR = {"id": "policy:default", "kind": "policy", "method": "rule"}


def plant_meanings(story):
    def ask(name, payload=None, **options):
        return story.request("meaning: " + name, payload or payload_v1("meaning"), **options)

    def say(name, request, event):
        keep(story, "meaning: " + name, request, event)

    one = ask("another subject digest")
    say("another subject digest", one, one.created(digest={"sha256": hex256(b"x")}))
    one = ask("the commit as digest beside env_sha256")
    say("the commit as digest beside env_sha256", one, one.created(
        payload=one.payload, digest={"lpCommit": one.payload["commit"]}))
    one = ask("env_sha256 where only a commit is", payload_plain())
    say("env_sha256 where only a commit is", one, one.created(
        payload=one.payload, digest={"sha256": one.payload["commit"]}))
    one = ask("a digest of nothing", payload_plain())
    say("a digest of nothing", one, one.created(digest={"sha256": hex256(b"x")}))
    one = ask("a verdict in an ask")
    say("a verdict in an ask", one, one.created(verdict="approve"))
    one = ask("an approval without verdict")
    say("an approval without verdict", one, decision(one, [review(one, BOB)], verdict=None))
    one = ask("an expiry with a verdict")
    one.created()
    say("an expiry with a verdict", one, story.log.say(
        "decision.expired", one.stream, SYSTEM, verdict="reject", **one.base_members()))
    one = ask("a rejection that says approve")
    say("a rejection that says approve", one, decision(
        one, [review(one, BOB, "review.rejected")], "decision.rejected", verdict="approve"))
    one = ask("decided by another than the reviewer")
    say("decided by another than the reviewer", one, decision(
        one, [review(one, BOB)], actor=ALICE.actor()))
    one = ask("decided with another key")
    say("decided with another key", one, decision(
        one, [review(one, BOB)], actor={**BOB.actor(), "key": ALICE.key.id}))
    one = ask("a decision in the project's stream")
    say("a decision in the project's stream", one, story.log.say(
        "decision.approved", "project", POLICY_ACTOR, verdict="approve", **one.base_members()))
    plant_more(story, ask, say)


def plant_more(story, ask, say):
    one = ask("a descriptor of another log")
    one.descriptor["origin"] = "vectors.example/p/" + "0" * 32
    one.sha256 = hex256(jcs(one.descriptor))
    say("a descriptor of another log", one, one.created())
    one = ask("later reviews")
    first = review(one, BOB)
    say("later reviews", one, decision(one, [first], change=lambda s: s["predicate"].update(
        time=later(first.predicate["time"], seconds=-1))))
    one = ask("an approval with a base")
    say("an approval with a base", one, review(one, BOB, base=payload_v2("base")))
    # Made by an API key: the type says people, the actor does not.
    one = ask("people's type by a key")
    say("people's type by a key", one, decision(one, [], actor=API_KEY))
    one = ask("an unsigned review")
    hidden = review(one, BOB, unsigned=True)
    say("an unsigned review", one, decision(one, [hidden]))
    one = ask("an unsigned ask")
    say("an unsigned ask", one, one.created(unsigned=True))
    one = ask("changes requested")
    say("a session with a device's signature", one, review(
        one, BOB, actor={**BOB.actor(), "method": "session"}))
    one = ask("a device that says passkey")
    say("a device that says passkey", one, review(
        one, BOB, actor={**BOB.actor(), "method": "passkey"}))
    one = ask("a fido2 key")
    say("a fido2 key", one, review(one, CAROL, actor={**CAROL.actor(), "method": "fido2"}))


ERASURES = {
    "of another index": ("indices has the index", {"indices": [0]}),
    "of another log": ("the origin of the log", {"origin": "vectors.example/p/" + "0" * 32}),
    "with an unknown member": ("exact form", {"note": "x"}),
    "of nothing": ("indices", {"indices": []}),
    "with indices out of order": ("ascending", {"indices": [9, 3]}),
    "of version 2": ("v is 1", {"v": 2}),
}


def plant_erasures(story):
    index = story.events["secret"].index
    for name, (_, members) in ERASURES.items():
        document = erasure_document(story.log, [index], lambda made, new=members: made.update(new))
        event = story.erasure(document)
        event.document = document
        story.keep(**{"erasure: " + name: event})
    document = erasure_document(story.log, [index, len(story.log.leaves) + 1])
    event = story.erasure(document)
    event.document = document
    story.keep(**{"erasure: before": event, "after the erasure": story.log.say(
        "config.changed", "project", ALICE.actor(), roster_sha256=story.roster3.sha256)})
    # A roster whose threshold is two.
    versions = chain(story)
    event = story.erasure(document, roster_sha256=versions[-1].sha256)
    event.document, event.versions = document, versions
    story.keep(**{"erasure: by two": event})
    event = story.log.say("config.changed", "project", ALICE.actor(), digest=digest_of(document),
                          roster_sha256=story.roster3.sha256)
    event.document = document
    story.keep(**{"erasure: another type": event})
    event = story.erasure(document, marks=["test"])
    event.document = document
    story.keep(**{"erasure: test": event})


def of(story, name, **options):
    event = story.events[name]
    return made(story, event, event.request, **options)


def add(book, story):
    for name, (why, _) in STATEMENTS.items():
        event = story.events["statement: " + name]
        book.invalid("statement", f"statement: {name}", why, plain(story, event), "none")
    for name, (why, _) in UNKNOWN.items():
        event = story.events["statement: " + name]
        book.unclear("statement", f"statement: {name}", why, plain(story, event), "none")
    for name, (why, _) in GOOD_STATEMENTS.items():
        event = story.events["statement: " + name]
        book.valid(f"statement: {name}", why, plain(story, event), "none")
    agents(book, story)
    meanings(book, story)
    erasures(book, story)


def plain(story, event):
    """A receipt of a statement that may not be read at all."""
    return {"v": 1, "statement": b64(event.statement), "descriptor": event.request.descriptor,
            "issuer": {"key": b64(event.issuer.spki), "sig": b64(event.signature)},
            "rosters": [each.part() for each in story.rosters],
            "tlog": Part().tlog(story.log, event)}


def agents(book, story):
    for name, (why, _, _) in AGENTS.items():
        book.invalid("agent", f"agent's signature: {name}", why,
                     of(story, "agent: " + name, agent=True), "none")
    book.valid("agent's signature: high S", "either S", of(story, "agent: high S", agent=True),
               "none")
    base = book.bases["agent ed25519"]

    def put(**members):
        return edited(base, lambda value: value["agent"].update(members))

    rows = (
        ("another salt", "the evidence entry", put(salt=b64(bytes(32)))),
        ("another base", "the evidence entry", put(base=b64(b"x"))),
        ("another key", "the evidence entry", put(key=b64(AGENT_EC.spki))),
        ("beside an ask without one", "strength httpsig", edited(
            book.bases["created"], lambda value: value.update(
                agent=made(story, "created_ed", "passkey", agent=True)["agent"]))),
        ("beside a decision", "an ask", edited(
            book.bases["expired"], lambda value: value.update(
                agent=made(story, "created_ed", "passkey", agent=True)["agent"]))),
    )
    for name, why, data in rows:
        book.invalid("agent", f"agent: {name}", why, data, "none")


def meanings(book, story):
    for name, why in MEANINGS.items():
        check, human = "semantics", "B"
        if name in ("another subject digest", "the commit as digest beside env_sha256",
                    "env_sha256 where only a commit is", "a digest of nothing",
                    "a verdict in an ask", "an expiry with a verdict",
                    "a decision in the project's stream", "a descriptor of another log"):
            human = "none"
        book.invalid(check, f"meaning: {name}", why, of(story, "meaning: " + name), human)
    for name, why in (("a session with a device's signature", "a session has no signature"),
                      ("a device that says passkey", "the method fits the class")):
        book.invalid("human", f"meaning: {name}", why, of(story, "meaning: " + name))
    book.valid("meaning: a fido2 key", "the method of a passkey", of(story, "meaning: a fido2 key"),
               "A")
    book.invalid("requirement", "meaning: people's type by a key", "no people signed",
                 of(story, "meaning: people's type by a key"), "none")
    book.invalid("leaf", "meaning: an unsigned review", "no decision refers to one",
                 of(story, "meaning: an unsigned review"))
    book.invalid("leaf", "meaning: an unsigned ask", "three types only",
                 of(story, "meaning: an unsigned ask"), "none", log="none")
    base = book.bases["approved"]
    rows = (
        ("no descriptor for an ask", "the statement has a request", edited(
            book.bases["created"], lambda value: value.pop("descriptor")), "none"),
        ("a descriptor for the project", "the statement has no request", edited(
            made_bytes(story, "export"), lambda value: value.update(
                descriptor=story.requests["approved"].descriptor)), "none"),
        ("another request's descriptor for an ask", "its hash", edited(
            book.bases["created"], lambda value: value.update(
                descriptor=story.requests["quorum"].descriptor)), "none"),
        ("other facts in the descriptor", "its hash", edited(
            book.bases["created"], lambda value: value["descriptor"]["facts"].update(
                amount=121)), "none"),
        ("another document", "the subject's digest", made_bytes(
            story, "export", document=MANIFEST + b" "), "none"),
        ("a document for an ask", "the subject's digest", edited(
            base, lambda value: value.update(document=b64(MANIFEST))), "B"),
        ("owners beside an export", "only beside an erasure", made_bytes(
            story, "export", document=MANIFEST, owners=story.owners), "none"),
        ("owners without a document", "nothing to sign", made_bytes(
            story, "erasure", owners=story.owners), "none"),
    )
    for name, why, data, human in rows:
        book.invalid("semantics", f"meaning: {name}", why, data, human)


def made_bytes(story, event, **options):
    return jcs(made(story, event, **options))


def erasures(book, story):
    secret, document = story.events["secret"], story.document

    def inner(name="erasure", document=document, owners=None, people=(ALICE,)):
        event = story.events[name]
        owners = erasure_owners(document, people) if owners is None else owners
        versions = getattr(event, "versions", None) or story.rosters_of(event)
        return receipt(story.log, event, versions, document=document, owners=owners)

    def outer_(erasure, event=secret):
        return erased(story.log, event, erasure)

    for name, (why, _) in ERASURES.items():
        event = story.events["erasure: " + name]
        data = inner("erasure: " + name, event.document)
        book.invalid("erasure", f"erasure {name}", why, outer_(data))
        if name != "of another index":
            book.invalid("semantics", f"the receipt of an erasure {name}", why, data, "none")
    before = story.events["erasure: before"]
    two = story.events["erasure: by two"]
    kind = story.events["erasure: another type"]
    rows = (
        ("of an event that came later", "its leaf's index is larger", outer_(
            inner("erasure: before", before.document), story.events["after the erasure"])),
        ("without owners", "an owner signs it", outer_(inner(owners=[]))),
        ("without its document", "the document names the index", outer_(
            made(story, "erasure"))),
        ("signed by a member who is no owner", "an owner signs it", outer_(inner(people=[CAROL]))),
        ("signed by one of two", "the threshold", outer_(
            inner("erasure: by two", two.document))),
        ("signed with high S", "owners sign with low S", outer_(inner(
            owners=erasure_owners(document, [ALICE], high=True)))),
        ("signed as a roster", "the tag is lp-erasure/1", outer_(inner(
            owners=erasure_owners(document, [ALICE], tag="lp-roster/1")))),
        ("signed for another erasure", "it is of other bytes", outer_(inner(
            owners=erasure_owners(before.document, [ALICE])))),
        ("by an event of another type", "erasure.performed", outer_(
            made(story, "erasure: another type", document=kind.document))),
        ("by an ordinary receipt", "erasure.performed", outer_(made(
            story, "approved", "approved"))),
        ("in a test", "a test is no evidence", outer_(inner(
            "erasure: test", story.events["erasure: test"].document))),
    )
    for name, why, data in rows:
        book.invalid("erasure", f"erasure {name}", why, data)
    book.erased("erasure by two of two", "the threshold of its roster", outer_(
        inner("erasure: by two", two.document, people=(ALICE, BOB))))
    book.erased("erasure in a test, allowed", "--allow-test", outer_(inner(
        "erasure: test", story.events["erasure: test"].document)), allow_test=True)
    erased_parts(book, story, outer_(inner()))


def erased_parts(book, story, base):
    data = jcs(base)
    rows = (
        ("beside a statement", lambda v: v.update(
            statement=b64(story.events["secret"].statement))),
        ("beside an issuer", lambda v: v.update(issuer={"key": "AA==", "sig": "AA=="})),
        ("of an erasure", lambda v: v.update(erasure=dict(v))),
        ("that is true", lambda v: v.update(erasure=True)),
    )
    for name, change in rows:
        book.invalid("parse", f"erasure {name}", "erasure, tlog and v, nothing else",
                     edited(data, change))
    other = Part().tlog(story.log, story.events["created"])
    book.invalid("inclusion", "erased: another leaf at the index", "the leaf that was there",
                 edited(data, lambda v: v["tlog"].update(leaf=other["leaf"])), log="none")
    book.invalid("erasure", "erased: another index", "the erasure names one index",
                 edited(data, lambda v: v.update(tlog=other)))
    book.invalid("erasure", "erased, without a trust file", "the erasure must be VALID", data,
                 trust=[])
    book.invalid("erasure", "erased, with another genesis", "the erasure must be VALID", data,
                 trust=["other genesis"])
    strange = Part(keys=[LOG_X]).tlog(story.log, story.events["secret"])
    book.invalid("checkpoint", "erased: a checkpoint of another key", "a log key",
                 edited(data, lambda v: v.update(tlog=strange)), log="none")
    book.invalid("parse", "erased: true and no statement", "erased:true written into a receipt",
                 edited(book.bases["approved"], lambda v: (v.pop("statement"),
                                                           v.update(erased=True))))
    book.invalid("erasure", "erasure whose own statement was changed", "the erasure must be VALID",
                 edited(data, lambda v: v["erasure"].update(
                     statement=b64(story.events["export"].statement))))
