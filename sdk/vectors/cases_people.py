"""People: their signatures and whether they were enough."""

from cases_file import edited
from cases_valid import made
from keys import b64, hex256
from people import Signing, decision, review
from project import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    ERIN,
    FAY,
    MALLORY,
    RP_ID,
    RP_ORIGIN,
    TERMINAL,
    TWO_RULE,
    payload_plain,
    payload_v1,
    without_commit,
)

OTHER_HASH = hex256(b"something else")
OTHER = payload_v1("something else")


def core(**members):
    return {"core": lambda value: value.update(members)}


def drop(name):
    return {"core": lambda value: value.pop(name)}


def client(**members):
    return {"client": lambda value: value.update(members)}


# name: (why, who signs, how). Each is a review in which only this is wrong.
SIGNINGS = {
    "for another log": ("aud is the origin", BOB, core(aud="vectors.example/p/" + "0" * 32)),
    "for another request": ("request_id is the stream", BOB, core(request_id="req_other")),
    "of another descriptor": ("another service or action shown than asked", BOB,
                              core(request_sha256=OTHER_HASH)),
    "of another version": ("approve version 1, execute version 2", BOB, core(version=2)),
    "of another verdict": ("the statement says approve", BOB, core(verdict="reject")),
    "of another payload": ("the statement's payload", BOB, core(payload=OTHER)),
    "of another commitment": ("two payloads with one ciphertext", BOB, core(payload={
        **payload_v1("signing"), "commit": OTHER_HASH})),
    "with a base that is no edit's": ("the statement has none", BOB, core(base=OTHER)),
    "at another level": ("the statement's level", BOB, core(level="low")),
    "under another policy": ("the statement's policy", BOB, core(policy_sha256=OTHER_HASH)),
    "under another rule": ("the statement's rule", BOB, core(rule_sha256=OTHER_HASH)),
    "under an unknown roster": ("a head in the receipt", BOB, core(roster_sha256=OTHER_HASH)),
    "with another reason": ("the statement has none", BOB, core(reason=OTHER_HASH)),
    "in another's name": ("approver is the actor", BOB, core(approver=ALICE.member)),
    "with another key's id": ("key is the actor's", BOB, core(key=ALICE.key.id)),
    "too early": ("issued_at <= time", BOB, core(issued_at="2026-03-02T12:00:00.000Z",
                                                 expires_at="2026-03-02T12:02:00.000Z")),
    "too late": ("time <= expires_at", BOB, core(expires_at="2026-03-01T12:00:00.000Z")),
    "with an unknown member in the core": ("exact form", BOB, core(note="x")),
    "without dwell_ms": ("exact form", BOB, drop("dwell_ms")),
    "without nonce": ("exact form", BOB, drop("nonce")),
    "with a core of version 2": ("exact form", BOB, core(v=2)),
    "with a space in the core": ("canonical", BOB,
                                 {"raw_core": lambda data: data.replace(b":", b": ", 1)}),
    "with a name twice in the core": ("strict JSON", BOB, {
        "raw_core": lambda data: data.replace(b'"v":1,', b'"v":1,"v":1,')}),
    "with high S, by a device": ("a device signs with low S", BOB, {"high": True}),
    "by another key": ("the entry's key", BOB, {"key": MALLORY.key}),
    "as a login": ("the tag is lp-decision-device/1", BOB, {"tag": "lp-login/1"}),
    "as a roster": ("the tag is lp-decision-device/1", BOB, {"tag": "lp-roster/1"}),
    "with the tag of passkeys": ("the tag is lp-decision-device/1", BOB, {"tag": "lp-decision/1"}),
    "in DER with a byte behind": ("DER has one form", BOB, {"signature": lambda s: s + b"\0"}),
    "in DER with a long length": ("DER has one form", BOB, {
        "signature": lambda s: s[:1] + b"\x81" + s[1:]}),
    "by nobody": ("it does not verify", BOB, {"signature": lambda s: s[:-1] + bytes([s[-1] ^ 1])}),
    "by somebody in no roster": ("the entry is in the tree", MALLORY, {}),
    "by an auditor": ("the role reviewer", DAVE, {}),
    "passkey: the login's challenge": ("login challenge used as a decision", CAROL,
                                       {"tag": "lp-login/1"}),
    "passkey: the batch's challenge": ("the tag is lp-decision/1", CAROL, {"tag": "lp-batch/1"}),
    "passkey: the device's tag": ("the tag is lp-decision/1", CAROL,
                                  {"tag": "lp-decision-device/1"}),
    "passkey: another challenge": ("SHA-256 of tag and core", CAROL, client(challenge="AAAA")),
    "passkey: a challenge with padding": ("base64url without padding", CAROL, {
        "client": lambda data: data.update(challenge=data["challenge"] + "=")}),
    "passkey: a registration": ("type webauthn.get", CAROL, client(type="webauthn.create")),
    "passkey: at another origin": ("an origin of rp", CAROL,
                                   client(origin="https://evil.example")),
    "passkey: at an origin that begins alike": ("an origin of rp, exactly", CAROL, client(
        origin="https://approve.vectors.example.evil.example")),
    "passkey: across origins": ("crossOrigin is not true", CAROL, client(crossOrigin=True)),
    "passkey: inside another page": ("no topOrigin", CAROL,
                                     client(topOrigin="https://evil.example")),
    "passkey: of another relying party": ("rpIdHash of the entry's rpId", CAROL,
                                          {"rp_id": "evil.example"}),
    "passkey: user not present": ("UP", CAROL, {"flags": 0x04}),
    "passkey: user not verified": ("UV", CAROL, {"flags": 0x01}),
    "passkey: with credential data": ("AT is 0", CAROL, {"flags": 0x45}),
    "passkey: with extensions": ("ED is 0", CAROL, {"flags": 0x85, "extra": b"\xa0"}),
    "passkey: with the extensions' flag only": ("ED is 0", CAROL, {"flags": 0x85}),
    "passkey: with bytes behind": ("37 bytes", CAROL, {"extra": b"\xa0"}),
    "passkey: a name twice in clientDataJSON": ("strict JSON", CAROL, {
        "raw_client": lambda data: data.replace(b"{", b'{"type":"webauthn.get",', 1)}),
    "passkey: clientDataJSON with a byte order mark": ("strict JSON", CAROL, {
        "raw_client": lambda data: b"\xef\xbb\xbf" + data}),
    "passkey: clientDataJSON is no object": ("an object", CAROL, {
        "raw_client": lambda data: b"[" + data + b"]"}),
    "passkey: signed by another": ("the entry's key", CAROL, {"key": MALLORY.key}),
    "passkey: at a terminal": ("an origin of the entry's rpId", CAROL, client(origin=TERMINAL)),
    "security key: of a page's relying party": ("rpIdHash of the entry's rpId", FAY,
                                                {"rp_id": RP_ID}),
    "security key: at a page": ("an origin of the entry's rpId", FAY, client(origin=RP_ORIGIN)),
    "security key: at another installation's terminal": ("an origin of rp", FAY, client(
        origin="letsping-cli://other.example")),
    "security key: user not verified": ("UV", FAY, {"flags": 0x01}),
    "a device's signature for a passkey's entry": ("the class of the entry", CAROL,
                                                   {"class_": "device"}),
    "a passkey's signature for a device's entry": ("the class of the entry", BOB,
                                                   {"class_": "passkey"}),
    "another evidence entry in the statement": ("the entry's hash", BOB, {
        "evidence": lambda entry: entry.update(salt=b64(bytes(32)))}),
    "evidence of another kind in the statement": ("the entry's kind", BOB, {
        "evidence": lambda entry: entry.update(kind="passkey")}),
}

# Signatures in which all is right, however unusual.
GOOD_SIGNINGS = {
    "passkey: without crossOrigin": ("clients before Level 2 leave it out", CAROL, {
        "client": lambda data: data.pop("crossOrigin")}),
    "passkey: an unknown member in clientDataJSON": ("clients may add members", CAROL,
                                                     client(other_keys_can_be_added_here="x")),
    "passkey: white space in clientDataJSON": ("it is not canonical", CAROL, {
        "raw_client": lambda data: data.replace(b":", b" : ", 1)}),
    "passkey: backed up": ("BE and BS are not looked at", CAROL, {"flags": 0x1D}),
    "passkey: a counter of 0": ("no counter is kept", CAROL, {"counter": 0}),
    "security key: at its terminal": ("rp names terminals like pages", FAY, {}),
    "with high S, by a passkey": ("either S", CAROL, {"high": True}),
    "with a display hash": ("optional", BOB, core(display=OTHER_HASH)),
}


def decided(story, name, reviews, type_="decision.approved", request=None, **members):
    """Logs a decision and keeps it."""
    event = decision(request, reviews, type_, **members)
    event.request = request
    story.keep(**{name: event})


def plant(story):
    for name, (_, person, how) in {**SIGNINGS, **GOOD_SIGNINGS}.items():
        request = story.request("signed " + name, payload_v1("signing"))
        story.keep(**{"signed " + name: review(request, person, how=Signing(**how))})
    request = story.request("approval without commit", payload_v1("unseen", None))
    story.keep(**{"approval without commit": review(request, BOB)})
    plant_quorum(story)


def asked(story, name, **options):
    return story.request(name, options.pop("payload", payload_v1(name)), **options)


def plant_quorum(story):
    two = {"rule": TWO_RULE}
    ask = asked(story, "one where two must", **two)
    decided(story, ask_name(ask, story), [review(ask, BOB)], request=ask)
    ask = asked(story, "one who counts twice", **two)
    decided(story, ask_name(ask, story), [review(ask, BOB), review(ask, BOB)], request=ask)
    ask = asked(story, "the agent's owner", level="high")
    decided(story, ask_name(ask, story), [review(ask, ERIN)], request=ask)
    ask = asked(story, "the agent's owner rejects", level="high")
    decided(story, ask_name(ask, story), [review(ask, ERIN, "review.rejected")],
            "decision.rejected", request=ask)
    ask = asked(story, "rejected though one approved", **two)
    decided(story, ask_name(ask, story), [review(ask, BOB), review(
        ask, CAROL, "review.rejected")], "decision.rejected", request=ask)
    ask = asked(story, "reviewed at another level", level="low")
    low = review(ask, BOB)
    ask.level = "critical"
    decided(story, ask_name(ask, story), [low], request=ask)
    ask = asked(story, "reviewed under another rule")
    lax = review(ask, BOB)
    ask.rule = {"n_of": [1, "group:finance"]}
    decided(story, ask_name(ask, story), [lax], request=ask)
    ask = asked(story, "one of the group and one who is not",
                rule={"n_of": [1, "group:finance"]})
    decided(story, ask_name(ask, story), [review(ask, ALICE), review(ask, BOB)], request=ask)
    ask = asked(story, "two where one is enough")
    decided(story, ask_name(ask, story), [review(ask, ALICE), review(ask, BOB)], request=ask)
    ask = asked(story, "the agent's owner at medium")
    decided(story, ask_name(ask, story), [review(ask, ERIN)], request=ask)
    ask = asked(story, "the agent's owner beside another", level="critical", **two)
    decided(story, ask_name(ask, story), [review(ask, BOB), review(ask, ERIN)], request=ask)
    ask = asked(story, "approved though one rejected", **two)
    decided(story, ask_name(ask, story), [review(ask, BOB), review(
        ask, CAROL, "review.rejected")], request=ask)
    ask = asked(story, "rejected though all approved")
    decided(story, ask_name(ask, story), [review(ask, BOB)], "decision.rejected", request=ask)
    ask = asked(story, "another payload than reviewed")
    decided(story, ask_name(ask, story), [review(ask, BOB)], request=ask, payload=OTHER)
    ask = asked(story, "another version than reviewed")
    seen = review(ask, BOB)
    ask.version = 2
    decided(story, ask_name(ask, story), [seen], request=ask)
    ask = asked(story, "an edit that makes no version")
    base, ask.payload = ask.payload, payload_v1("edit", hex256(b"edit"))
    decided(story, ask_name(ask, story), [review(ask, BOB, "review.edited", base=base)],
            "decision.approved_with_modifications", request=ask, base=base)
    ask = asked(story, "an edit at critical", level="critical")
    base, ask.payload = ask.payload, payload_v1("critical edit", hex256(b"edit"))
    edit = review(ask, BOB, "review.edited", base=base)
    ask.version = 2
    decided(story, ask_name(ask, story), [edit], "decision.approved_with_modifications",
            request=ask, base=base)
    ask = asked(story, "no reviews")
    decided(story, ask_name(ask, story), [], request=ask, actor=BOB.actor())
    other = review(asked(story, "of another request, review"), BOB)
    ask = asked(story, "a review of another request")
    decided(story, ask_name(ask, story), [other], request=ask)
    plant_rules(story)


def ask_name(ask, story):
    return next(name for name, each in story.requests.items() if each is ask)


RULES = {
    "all of two": {"all": [{"n_of": [1, "group:finance"]}, {"n_of": [1, "role:reviewer"]}]},
    "any of two": {"any": [{"n_of": [1, "group:finance"]}, {"n_of": [1, "role:reviewer"]}]},
    "on call": {"n_of": [1, "oncall:payments"]},
    "three terms": {"n_of": [1, "role:reviewer", 2]},
    "a new word": {"vote": [1, "role:reviewer"]},
    "one more member": {"n_of": [1, "role:reviewer"], "within": 5},
    "none of a group": {"n_of": [0, "role:reviewer"]},
}
GROUPS = {  # rule: (who decides, whether it is met)
    "group:finance": (BOB, True), "group:legal": (BOB, False), "role:owner": (BOB, True),
    "role:admin": (BOB, False), f"member:{CAROL.member}": (CAROL, True),
    f"member:{ALICE.member}": (CAROL, False)}


def plant_rules(story):
    for name, rule in RULES.items():
        ask = asked(story, "rule: " + name, rule=rule)
        decided(story, "rule: " + name, [review(ask, BOB)], request=ask)
    for group, (person, _) in GROUPS.items():
        ask = asked(story, "rule: " + group, rule={"n_of": [1, group]})
        decided(story, "rule: " + group, [review(ask, person)], request=ask)
    ask = asked(story, "rejected by one of another group", rule={"n_of": [1, "group:legal"]})
    decided(story, ask_name(ask, story), [review(ask, BOB, "review.rejected")],
            "decision.rejected", request=ask)
    ask = asked(story, "rejected by one where two approve", rule=TWO_RULE)
    decided(story, ask_name(ask, story), [review(ask, BOB, "review.rejected")],
            "decision.rejected", request=ask)
    ask = asked(story, "rejected unseen, decided as seen", payload=payload_plain())
    decided(story, ask_name(ask, story), [review(
        ask, BOB, "review.rejected", payload=without_commit(ask.payload))], "decision.rejected",
        request=ask)


def of(story, name):
    event = story.events[name]
    return made(story, event, event.request)


def add(book, story):
    for name, (why, person, how) in SIGNINGS.items():
        book.invalid("human", f"signed {name}", why, of(story, "signed " + name))
    for name, (why, person, how) in GOOD_SIGNINGS.items():
        human = "A" if person.class_ == "passkey" else "B"
        book.valid(f"signed {name}", why, of(story, "signed " + name), human)
    book.invalid("human", "approval without commit", "an approval has a commit",
                 of(story, "approval without commit"))
    book.invalid("human", "signed passkey: by another, without rp", "INVALID before INDETERMINATE",
                 of(story, "signed passkey: signed by another"), trust=["no rp"])
    book.invalid("human", "a passkey of an unknown relying party", "rp of the trust file",
                 book.bases["passkey"], "A", trust=["other rp"])
    book.invalid("human", "a passkey at an unknown origin", "rp of the trust file",
                 book.bases["passkey"], "A", trust=["other rp origin"])
    swapped(book, story)
    quorum(book, story)


def swapped(book, story):
    """Parts of one receipt in another."""
    base, other = book.bases["approved"], made(story, "new_approved", "after")

    def put(**members):
        return edited(base, lambda value: value.update(members))

    def human(change):
        return edited(base, lambda value: change(value["humans"][0]))

    alice = story.roster2.people.index(ALICE)
    rows = (
        ("another receipt's human", "the evidence entry", put(humans=other["humans"])),
        ("another receipt's descriptor", "request_sha256", put(descriptor=other["descriptor"])),
        ("no human", "one for each review", edited(base, lambda value: value.pop("humans"))),
        ("one human too many", "one for each review", edited(
            base, lambda value: value["humans"].append(other["humans"][0]))),
        ("a human for a clock's decision", "there is none", edited(
            book.bases["expired"], lambda value: value.update(humans=other["humans"]))),
        ("no descriptor beside a human", "request_sha256", edited(
            base, lambda value: value.pop("descriptor"))),
        ("another member's entry", "the actor's entry", human(
            lambda value: value.update(entry=BOB.entry))),
        ("an entry with another role", "the entry's hash", human(
            lambda value: value["entry"].update(roles=["admin", "owner", "reviewer"]))),
        ("another index in the roster's tree", "the entry's place", human(
            lambda value: value.update(index=alice + 1))),
        ("an index beyond the roster's tree", "index < size", human(
            lambda value: value.update(index=5))),
        ("a shorter path in the roster's tree", "exact length", human(
            lambda value: value["path"].pop())),
        ("a longer path in the roster's tree", "exact length", human(
            lambda value: value["path"].append(b64(bytes(32))))),
        ("another salt of the evidence", "the entry's hash", human(
            lambda value: value.update(salt=b64(bytes(32))))),
        ("another signature of the same person", "the entry's hash", human(
            lambda value: value.update(signature=b64(ALICE.key.sign(b"x"))))),
    )
    for name, why, data in rows:
        book.invalid("human", name, why, data)
    book.invalid("human", "two humans in another order", "the order of the reviews", edited(
        book.bases["quorum"], lambda value: value["humans"].reverse()))
    book.invalid("quorum", "two reviews and humans in another order",
                 "the order of the statement", edited(book.bases["quorum"], reverse_both))
    book.invalid("quorum", "no rule", "people decided", edited(
        base, lambda value: value.pop("rule")))
    book.invalid("quorum", "another rule", "its hash is in the statement", put(rule=TWO_RULE))
    book.invalid("quorum", "a rule for a clock's decision", "no people decided", edited(
        book.bases["expired"], lambda value: value.update(rule=TWO_RULE)), "none")
    book.invalid("human", "no reviews", "a human without its review", edited(
        base, lambda value: value.pop("reviews")))

    def one_review_less(value):
        value["reviews"].pop()
        value["humans"].pop()
    book.invalid("quorum", "one review of two", "all that the statement names", edited(
        book.bases["quorum"], one_review_less))


def reverse_both(value):
    value["humans"].reverse()
    value["reviews"].reverse()


QUORUMS = {
    "one where two must": "the rule demands two",
    "one who counts twice": "members are distinct",
    "the agent's owner": "who answers for the agent does not decide at high",
    "the agent's owner beside another": "who answers for the agent does not decide at critical",
    "approved though one rejected": "all approve",
    "rejected though all approved": "one rejects",
    "rejected though one approved": "all reject",
    "reviewed at another level": "the level that was reviewed",
    "reviewed under another rule": "the rule that was reviewed",
    "one of the group and one who is not": "all are of the rule's group",
    "another payload than reviewed": "the payload that was reviewed",
    "another version than reviewed": "the version that was reviewed",
    "an edit that makes no version": "an edit makes version n + 1",
    "an edit at critical": "an edit does not count there",
    "no reviews": "a decision of people has reviews",
    "a review of another request": "of this request",
    "rejected by one of another group": "who rejects is of the rule's group",
    "rejected unseen, decided as seen": "the payload that was reviewed",
}


def quorum(book, story):
    for name, why in QUORUMS.items():
        check, human = "quorum", "B"
        if name == "a review of another request":
            check = "human"  # its descriptor is another one
        if name == "no reviews":
            human = "none"
        book.invalid(check, f"quorum: {name}", why, of(story, name), human)
    for name, why in (("the agent's owner at medium", "excluded at high and critical only"),
                      ("the agent's owner rejects", "nobody is harmed by a no"),
                      ("two where one is enough", "as many as demanded, or more"),
                      ("rejected by one where two approve", "any reject ends it")):
        book.valid(f"quorum: {name}", why, of(story, name))
    for name in RULES:
        book.unclear("quorum", f"rule: {name}", "other than one n_of of the roster",
                     of(story, "rule: " + name))
    for group, (person, met) in GROUPS.items():
        human = "A" if person is CAROL else "B"
        if met:
            book.valid(f"rule: {group}", "the entry says so", of(story, "rule: " + group), human)
        else:
            book.invalid("quorum", f"rule: {group}", "the entry does not say so",
                         of(story, "rule: " + group), human)
