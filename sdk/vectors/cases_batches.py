"""Decisions that were signed together: the head, the tree, and what may not stand in it."""

from cases_file import edited
from cases_valid import made
from keys import b64, hex256, sha256
from log import leaf_hash
from people import Batch, Signing, decision, review
from project import BOB, CAROL, payload_v1

OTHER = hex256(b"something else")


def batch(**members):
    return {"batch": Batch(**members)}


def head(**members):
    return batch(head=lambda value: value.update(members))


def place(change):
    return batch(place=change)


def without_prefix(hashes, core):
    hashes[1] = sha256(core)


def as_a_node(hashes, core):
    hashes[1] = sha256(b"\1" + core)


def other_leaf(hashes, core):
    hashes[1] = leaf_hash(b"a core that was never shown")


def above_its_node(value):
    """As if the inner node over the first two leaves were one leaf of two."""
    value["path"] = value["path"][1:]
    value["index"] = 0


def two_leaves(value):
    value.update(size=2)


def flipped(value):
    value["path"][0] = b64(bytes(32))


# name: (why, who signs, how, at what level). All is right with these.
GOOD = {
    "second of three, by a passkey": ("its own path", CAROL, batch(), "high"),
    "second of three, by a device": ("its own path", BOB, batch(), "medium"),
    "one alone": ("an empty path", CAROL, batch(at=0, size=1), "high"),
    "the last of twenty": ("as many as there may be", CAROL, batch(at=19, size=20), "high"),
    "the odd one of five": ("a path that is shorter than the others'", BOB,
                            batch(at=4, size=5), "low"),
}

# The same, with one thing wrong.
BAD = {
    "a hash of another path": ("the path", CAROL, place(flipped), "high"),
    "a path that is too short": ("exact length", CAROL, place(
        lambda value: value["path"].pop()), "high"),
    "a path that is too long": ("exact length", CAROL, place(
        lambda value: value["path"].append(b64(bytes(32)))), "high"),
    "another index": ("the place", CAROL, place(lambda value: value.update(index=0)), "high"),
    "an index beyond the tree": ("index < size", CAROL, place(
        lambda value: value.update(index=3)), "high"),
    "twenty-one of them": ("at most 20", CAROL, batch(at=20, size=21), "high"),
    "none of them": ("at least 1", CAROL, head(size=0), "high"),
    "another size": ("exact length of its path", CAROL, head(size=5), "high"),
    "critical": ("never at critical", CAROL, batch(), "critical"),
    "of two actions": ("one action: the head's is not the descriptor's", CAROL,
                       head(action="payout"), "high"),
    "of two services": ("one action: the head's is not the descriptor's", CAROL,
                        head(service="adyen"), "high"),
    "of two rules": ("one rule", CAROL, head(rule_sha256=OTHER), "high"),
    "for another log": ("aud is the core's", CAROL, head(
        aud="vectors.example/p/" + "0" * 32), "high"),
    "a core that is not in the root": ("a core that was never shown", CAROL,
                                       batch(hashes=other_leaf), "high"),
    "a leaf without its prefix": ("RFC 6962: second preimages", CAROL,
                                  batch(hashes=without_prefix), "high"),
    "a leaf with the prefix of a node": ("RFC 6962: second preimages", CAROL,
                                         batch(hashes=as_a_node), "high"),
    "a leaf at the place of a node": ("RFC 6962: second preimages", CAROL, {
        "batch": Batch(head=two_leaves, place=above_its_node)}, "high"),
    "another root": ("the root is signed", CAROL, head(root=OTHER), "high"),
    "a head of version 2": ("exact form", CAROL, head(v=2), "high"),
    "an unknown member in the head": ("exact form", CAROL, head(note="x"), "high"),
    "a head without its action": ("exact form", CAROL, batch(
        head=lambda value: value.pop("action")), "high"),
    "a space in the head": ("canonical", CAROL, batch(
        raw_head=lambda data: data.replace(b":", b": ", 1)), "high"),
    "a name twice in the head": ("strict JSON", CAROL, batch(
        raw_head=lambda data: data.replace(b'"v":1', b'"v":1,"v":1')), "high"),
    "signed as a decision, by a passkey": ("the tag is lp-batch/1", CAROL,
                                           {**batch(), "tag": "lp-decision/1"}, "high"),
    "signed as a decision, by a device": ("the tag is lp-batch-device/1", BOB,
                                          {**batch(), "tag": "lp-decision-device/1"}, "medium"),
    "signed by a device with the tag of passkeys": ("the tag is lp-batch-device/1", BOB,
                                                    {**batch(), "tag": "lp-batch/1"}, "medium"),
    "the batch left out": ("it is in the evidence entry", CAROL, {
        **batch(), "human": lambda human: human.pop("batch")}, "high"),
    "the batch left out of the evidence": ("the entry's hash", CAROL, {
        **batch(), "evidence": lambda entry: entry.pop("batch")}, "high"),
    "a batch that the evidence does not know": ("the entry's hash", CAROL, {
        "human": lambda human: human.update(batch={"head": b64(b"{}"), "index": 0, "path": []})},
        "high"),
}

# What cannot be read at all.
UNREADABLE = {
    "an unknown member beside the head": lambda value: value.update(note="x"),
    "no path": lambda value: value.pop("path"),
    "a hash of 31 bytes": lambda value: value.update(path=[b64(bytes(31))]),
    "65 hashes": lambda value: value.update(path=[b64(bytes(32))] * 65),
    "an index that is a text": lambda value: value.update(index="1"),
    "an empty head": lambda value: value.update(head=""),
    "null": None,
}


def plant(story):
    for name, (_, person, how, level) in {**GOOD, **BAD}.items():
        ask = story.request("batch: " + name, payload_v1("batch"), level=level)
        story.keep(**{"batch: " + name: review(ask, person, how=Signing(**how))})
    ask = story.request("batch: decided", payload_v1("batch"), level="high")
    approval = review(ask, CAROL, how=Signing(batch=Batch()))
    story.keep(batch_decided=decision(ask, [approval]))
    ask = story.request("batch: rejected", payload_v1("batch"), level="high")
    no = review(ask, BOB, "review.rejected", how=Signing(batch=Batch()))
    story.keep(batch_rejected=decision(ask, [no], "decision.rejected"))
    ask = story.request("batch: an edit", payload_v1("batch"), level="high")
    base, ask.payload = ask.payload, payload_v1("batch, edited", hex256(b"edit"))
    story.keep(batch_edit=review(ask, CAROL, "review.edited", base=base,
                                 how=Signing(batch=Batch())))


def add(book, story):
    book.base("batch", made(story, "batch_decided", "batch: decided"))
    book.valid("batch: decided", "the decision rests on a review in a batch",
               book.bases["batch"], "A")
    book.valid("batch: rejected", "a no may be signed together too",
               made(story, "batch_rejected", "batch: rejected"))
    for name, (why, person, _, _) in GOOD.items():
        event = story.events["batch: " + name]
        human = "A" if person is CAROL else "B"
        book.valid("batch: " + name, why, made(story, event, event.request), human)
    for name, (why, person, _, _) in BAD.items():
        event = story.events["batch: " + name]
        book.invalid("human", "batch: " + name, why, made(story, event, event.request))
    event = story.events["batch_edit"]
    book.invalid("human", "batch: an edit", "an edit is signed alone",
                 made(story, event, event.request))
    for name, change in UNREADABLE.items():
        def spoil(value, change=change):
            human = value["humans"][0]
            if change is None:
                human["batch"] = None
            else:
                change(human["batch"])
        book.invalid("parse", "batch: " + name, "the form of the member",
                     edited(book.bases["batch"], spoil))
    other = made(story, *2 * ("batch: second of three, by a passkey",))
    book.invalid("human", "batch: the place of another", "its own path", edited(
        book.bases["batch"], lambda value: value["humans"][0].update(
            batch=other["humans"][0]["batch"])))
