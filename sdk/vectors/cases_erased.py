"""People who were erased: who a pseudonym was is gone, and their signatures hold as before."""

from cases_valid import made
from log import jcs
from people import decision, review
from project import ALICE, BOB, CAROL, DAVE, payload_v1
from receipt import digest_of, erasure_document, erasure_owners

WRONG = {
    "of a person and of statements": ("one of both", {"indices": [3]}),
    "of a person and a request": ("one of both", {"request_id": "req_01jn8xq1a40000000000000000"}),
    "of nobody": ("a text is not empty", {"subject": ""}),
    "of a person who is a number": ("a text", {"subject": 7}),
}


def person_document(story, person, **members):
    def change(document):
        del document["indices"]
        document.update({"subject": person.member, **members})
    return erasure_document(story.log, [], change)


def keep(story, name, document, **members):
    event = story.erasure(document, **members)
    event.document = document
    story.keep(**{"gone: " + name: event})


def plant(story):
    for person in (ALICE, BOB, CAROL, DAVE):
        keep(story, person.name, person_document(story, person))
    for name, (_, members) in WRONG.items():
        keep(story, name, person_document(story, BOB, **members))
    keep(story, "in a test", person_document(story, BOB), marks=["test"])
    document = person_document(story, BOB)
    event = story.log.say("config.changed", "project", ALICE.actor(), digest=digest_of(document),
                          roster_sha256=story.roster3.sha256)
    event.document = document
    story.keep(**{"gone: by another type": event})
    late = story.request("after they were erased", payload_v1("gone"))
    late.created()
    story.keep(gone_approval=review(late, BOB))
    story.keep(gone_approved=decision(late, [story.events["gone_approval"]]))


def performed(story, name, owners=(ALICE,), **options):
    """The receipt of an erasure."""
    event = story.events["gone: " + name]
    signed = erasure_owners(event.document, owners, **options)
    return made(story, event, document=event.document, owners=signed)


def after(story, name, request, *erasures):
    return {**made(story, name, request), "erased_people": list(erasures)}


def add(book, story):
    erased = {"human_check": "erased"}
    bob, carol = performed(story, BOB.name), performed(story, CAROL.name)
    book.base("erased person", after(story, "new_approved", "after", bob))
    rows = (
        ("an approver", book.bases["erased person"], "B"),
        ("the author of a review", after(story, "new_approval", "after", bob), "B"),
        ("one with a passkey", after(story, "passkey_approved", "passkey", carol), "A"),
        ("one of two", after(story, "quorum", "quorum", carol), "B"),
        ("both of two", after(story, "quorum", "quorum", performed(story, ALICE.name), carol), "B"),
        ("who rejected", after(story, "rejected", "rejected", bob), "B"),
    )
    for name, data, human in rows:
        book.valid(f"erased person: {name}", "the signature holds; who it was is gone", data,
                   human, **erased)
    wrong_people(book, story, bob, carol)
    wrong_erasures(book, story)


def wrong_people(book, story, bob, carol):
    def approved(*erasures):
        return after(story, "new_approved", "after", *erasures)

    statement = made(story, "erasure", document=story.document, owners=story.owners)
    rows = (
        ("who did not review", "somebody else", approved(performed(story, DAVE.name))),
        ("beside one who did not review", "somebody else", approved(bob, carol)),
        ("who reviewed later", "nobody reviews when they are gone", after(
            story, "gone_approved", "after they were erased", bob)),
        ("where nobody reviewed", "a timeout", after(story, "expired", "expired", bob)),
        ("by an erasure of statements", "a subject", approved(statement)),
        ("by an ordinary receipt", "erasure.performed", approved(made(
            story, "new_approval", "after"))),
        ("by an event of another type", "erasure.performed", approved(made(
            story, "gone: by another type",
            document=story.events["gone: by another type"].document))),
        ("without owners", "an owner signs it", approved(made(
            story, "gone: " + BOB.name, document=story.events["gone: " + BOB.name].document))),
        ("without its document", "the document names them", approved(made(
            story, "gone: " + BOB.name))),
        ("signed by a member who is no owner", "an owner signs it", approved(performed(
            story, BOB.name, [CAROL]))),
        ("signed with high S", "owners sign with low S", approved(performed(
            story, BOB.name, high=True))),
        ("in a test", "a test is no evidence", approved(performed(story, "in a test"))),
    )
    for name, why, data in rows:
        book.invalid("human", f"erased person: {name}", why, data)
    book.unclear("human", "erased person, without a trust file", "nobody confirms the owners",
                 approved(bob), trust=[], log="none")
    for name, why, people in (
            ("of nobody", "an empty array is left out", []),
            ("that is true", "an array", True),
            ("twice", "ascending", [bob, bob]),
            ("out of order", "ascending", [carol, bob]),
            ("inside an erasure", "no receipt has more than one other in it",
             [{**bob, "erased_people": [carol]}]),
            ("without a statement", "its own statement was erased",
             [{"v": 1, "erasure": bob, "tlog": carol["tlog"]}])):
        data = jcs({**made(story, "new_approved", "after"), "erased_people": people})
        book.invalid("parse", f"erased people {name}", why, data)


def wrong_erasures(book, story):
    for name, (why, _) in WRONG.items():
        erasure = performed(story, name)
        book.invalid("semantics", f"the receipt of an erasure {name}", why, jcs(erasure), "none")
        book.invalid("human", f"erased person: by an erasure {name}", why,
                     after(story, "new_approved", "after", erasure))
    book.valid("the receipt of a person's erasure", "the owner's own order",
               jcs(performed(story, BOB.name)), "none")
