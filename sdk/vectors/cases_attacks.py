"""The attacks that the evidence was designed against, by name: what each comes to in a receipt."""

import json

from cases_file import edited
from cases_meaning import of
from cases_roster import PEOPLE, chain
from cases_valid import made
from keys import b64, unb64
from log import padded, signed_leaf
from people import decision, review
from project import BOB, BOB_PHONE, CAROL_TOO, LOG_2, MALLORY, TWO_RULE, payload_v1
from receipt import Part, receipt

OTHER_ORIGIN = "vectors.example/p/ffeeddccbbaa99887766554433221100"


def plant(story):
    rosters = {
        "operator enrols an approver": (chain(story, [MALLORY], people=[*PEOPLE, MALLORY]),
                                        [MALLORY]),
        "one person with two devices": (chain(story, people=[*PEOPLE, BOB_PHONE]),
                                        [BOB, BOB_PHONE]),
        "two members with one key": (chain(story, people=[*PEOPLE, CAROL_TOO]),
                                     [BOB, CAROL_TOO]),
    }
    for name, (versions, people) in rosters.items():
        request = story.request("attack: " + name, payload_v1(name), roster=versions[-1],
                                rule=TWO_RULE if len(people) == 2 else None)
        request.created()
        event = decision(request, [review(request, person) for person in people])
        event.request, event.versions = request, versions
        story.keep(**{"attack: " + name: event})


def add(book, story):
    base = book.bases["approved"]

    def attack(check, name, why, data, human="B"):
        book.invalid(check, f"attack: {name}", why, data, human)

    def planted(name):
        event = story.events["attack: " + name]
        return receipt(story.log, event, event.versions, event.request)

    attack("leaf", "edit a stored statement", "the statement's hash is in the leaf",
           edited(base, later_by_a_day))
    attack("inclusion", "edit a stored statement and its leaf", "the tree",
           edited(base, lambda value: (later_by_a_day(value), resigned(story, value))))
    attack("human", "append a decision as the database's owner", "nobody signed it",
           of(story, "signed by somebody in no roster"))
    attack("human", "another service or action shown than executed",
           "request_sha256 is in the core", edited(base, lambda value: value["descriptor"].update(
               action="transfer")))
    attack("human", "two payloads with one ciphertext", "the commitment is over exact bytes",
           of(story, "signed of another commitment"))
    attack("quorum", "approve version 1, execute version 2", "the version is in the core",
           of(story, "another version than reviewed"))
    attack("quorum", "edit after review", "the payload is in the core",
           of(story, "another payload than reviewed"))
    attack("human", "login challenge used as a decision", "tags",
           of(story, "signed passkey: the login's challenge"))
    attack("roster", "operator enrols an approver", "the owners sign the roster",
           planted("operator enrols an approver"))
    attack("checkpoint", "log A's checkpoint renamed to B", "the origin line, one key per origin",
           made(story, "approved", "approved", part=Part(
               body=story.log.body(OTHER_ORIGIN), keys=[LOG_2.renamed(OTHER_ORIGIN)])))
    attack("semantics", "backdating", "a decision is not older than its reviews",
           of(story, "meaning: later reviews"))
    attack("parse", "erased:true written into a receipt", "only with the owner's erasure",
           edited(base, lambda value: value.update(erased=True)))
    attack("quorum", "one person with two devices", "people are counted, not keys",
           planted("one person with two devices"))
    attack("quorum", "two members with one key", "keys are distinct",
           planted("two members with one key"))


def later_by_a_day(value):
    statement = json.loads(unb64(value["statement"]))
    time = statement["predicate"]["time"]
    statement["predicate"]["time"] = time.replace("-01T", "-02T")
    value["statement"] = b64(padded(statement))


def resigned(story, value):
    """The issuer is in the attacker's hand: signature and leaf are made anew."""
    issuer = story.events["approved"].issuer
    statement = unb64(value["statement"])
    signature = issuer.sign(statement)
    value["issuer"]["sig"] = b64(signature)
    value["tlog"]["leaf"] = b64(signed_leaf(statement, signature, issuer.spki))
