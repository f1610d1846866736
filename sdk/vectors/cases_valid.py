"""Receipts as an honest server makes them, and the trust files of all cases."""

from keys import hex256
from project import (
    ISSUER_1,
    ISSUER_2,
    LOG_1,
    LOG_2,
    P256,
    ROOT_LOG,
    ROOT_ORIGIN,
    RP_ID,
    WITNESSES,
    Ed25519,
    issuer_range,
)
from receipt import Part, anchor_of, erased, receipt
from story import MANIFEST, trusted

NAMES = {  # base: (event, request, human class)
    "approved": ("approved", "approved", "B"),
    "passkey": ("passkey_approved", "passkey", "A"),
    "quorum": ("quorum", "quorum", "B"),
    "rejected": ("rejected", "rejected", "B"),
    "modified": ("modified", "edited", "B"),
    "edited and approved by two": ("edit_quorum", "edited by one, approved by two", "B"),
    "expired": ("expired", "expired", "none"),
    "cancelled": ("cancelled", "cancelled", "none"),
    "created": ("created", "approved", "none"),
    "viewed": ("viewed", "approved", "none"),
    "review": ("approval", "approved", "B"),
    "passkey review": ("passkey_approval", "passkey", "A"),
    "rejection": ("rejection", "rejected", "B"),
    "edit": ("edit", "edited", "B"),
    "new keys": ("new_approved", "after", "B"),
    "high S": ("high_approved", "high S", "A"),
}


ELSEWHERE = "vectors.example/p/ffeeddccbbaa99887766554433221100"


def another_root(story, closed=None):
    """The root log was closed after a rollback, and another began in its place."""
    origin = ROOT_ORIGIN + "/" + "0" * 32
    return trusted(story, root={"origin": origin, "log_vkeys": [ROOT_LOG.renamed(origin).vkey]},
                   closed_roots=closed)


def succession(story, **closed):
    """The trust file of another log; with this one as its predecessor, when it was closed."""
    before = {"predecessors": [trusted(story, **closed)]} if closed else {}
    return trusted(story, origin=ELSEWHERE, log_vkeys=[LOG_1.renamed(ELSEWHERE).vkey],
                   roster_genesis_sha256=hex256(b"the roster of another log"), **before)


def made(story, event, request=None, **options):
    """The receipt of one of the story's events."""
    event = story.events[event] if isinstance(event, str) else event
    request = story.requests[request] if isinstance(request, str) else request
    return receipt(story.log, event, story.rosters_of(event), request, **options)


def trust_files(book, story):
    book.trust = {
        "full": trusted(story),
        "bare": trusted(story, root=None, witness_policy=None, rp=None, tsa_roots=None),
        "no rp": trusted(story, rp=None),
        "no root": trusted(story, root=None),
        "other rp": trusted(story, rp=[{"rpId": "other.example", "origins": ["https://" + RP_ID]}]),
        "other rp origin": trusted(story, rp=[{"rpId": RP_ID, "origins": ["https://evil.example"]}]),
        "other origin": trusted(story, origin=ELSEWHERE, log_vkeys=[LOG_1.renamed(ELSEWHERE).vkey]),
        "other genesis": trusted(story, roster_genesis_sha256=hex256(b"another head")),
        "later roster": trusted(story, roster_genesis_sha256=hex256(b"another head"),
                                roster_sha256=[story.roster2.sha256]),
        "old log key": trusted(story, log_vkeys=[LOG_1.vkey]),
        "new log key": trusted(story, log_vkeys=[LOG_2.vkey]),
        "log ranges": trusted(story, log=story.roster3.head["log"]),
        "unknown log key": trusted(story, log_vkeys=[Ed25519(LOG_1.name, "some log").vkey]),
        "issuers": trusted(story, issuer=[issuer_range(ISSUER_1, 0, story.rotated_at),
                                          issuer_range(ISSUER_2, story.rotated_at)]),
        "other issuer": trusted(story, issuer=[issuer_range(P256("some issuer"))]),
        "narrow issuer": trusted(story, issuer=[issuer_range(ISSUER_1, 0, 3)]),
        "issuer of before": trusted(story, issuer=[issuer_range(ISSUER_1)]),
        "issuer that ended": trusted(story, issuer=[issuer_range(ISSUER_1, 0, story.rotated_at)]),
        "issuer from elsewhere": trusted(story, issuer=[issuer_range(ISSUER_1, 1)]),
        "passkey": trusted(story, min={"human": "passkey"}),
        "session": trusted(story, min={"human": "session", "log": "signed"}),
        "witnessed": trusted(story, min={"log": "witnessed"}),
        "other root key": trusted(story, root={
            "origin": ROOT_ORIGIN, "log_vkeys": [Ed25519(ROOT_ORIGIN, "some root").vkey]}),
        "other root": trusted(story, root={
            "origin": "other.example/root", "log_vkeys": [ROOT_LOG.renamed(
                "other.example/root").vkey]}),
        "three witnesses": trusted(story, witness_policy={
            "quorum": 3, "witnesses": [each.vkey for each in WITNESSES]}),
        # The log was closed after a rollback, and another opened in its place.
        "successor": succession(story, closed_at=len(story.log.leaves)),
        "successor, closed before": succession(story, closed_at=len(story.log.leaves) - 1),
        "successor alone": succession(story),
        "another root since": another_root(story, [{"origin": ROOT_ORIGIN,
                                                    "log_vkeys": [ROOT_LOG.vkey]}]),
        "another root, and this one unnamed": another_root(story),
        "one witness": trusted(story, witness_policy={
            "quorum": 1, "witnesses": [WITNESSES[0].vkey]}),
    }


def add(book, story):
    trust_files(book, story)
    for name, (event, request, human) in NAMES.items():
        book.base(name, made(story, event, request))
    book.base("agent ed25519", made(story, "created_ed", "passkey", agent=True))
    book.base("agent p256", made(story, "created_ec", "quorum", agent=True))
    book.base("session", made(story, "session", "session"))
    for name, (event, request, human) in NAMES.items():
        book.valid(name, "as an honest server makes it", book.bases[name], human)
    for name in ("agent ed25519", "agent p256"):
        book.valid(name, "with the agent's own signature", book.bases[name], "none")
    book.valid("created without the agent's signature", "the member is optional",
               made(story, "created_ed", "passkey"), "none")
    book.valid("one line feed at the end", "it may follow", book.bases["approved"] + b"\n")
    keyed(book, story)
    witnessed(book, story)
    erasures(book, story)
    without_trust(book, story)


def keyed(book, story):
    old = Part(size=story.rotated_at, keys=[LOG_1])
    book.valid("a checkpoint from before the new log key", "size in the range of the old key",
               made(story, "approved", "approved", part=old))
    for name, part in (("old", old), ("new", None)):
        book.valid(f"the {name} log key as the trust file has its range", "from <= size < to",
                   made(story, "approved", "approved", part=part) if part
                   else book.bases["approved"], trust=["log ranges"])
    book.valid("the later of two trusted rosters first", "its hash stands in roster_sha256",
               receipt(story.log, story.events["approved"], [story.roster2],
                       story.requests["approved"]), trust=["later roster"])
    book.valid("the issuer as the trust file narrows it", "both list the key for the index",
               book.bases["approved"], trust=["issuers"])
    book.valid("a new issuer under the trust file of before",
               "the roster ends the key that the file lists without end",
               book.bases["new keys"], trust=["issuer of before"])
    book.valid("the old issuer under the trust file of before", "both list the key for the index",
               book.bases["approved"], trust=["issuer of before"])
    book.valid("the trust file of another origin beside the right one", "chosen by the origin",
               book.bases["approved"], trust=["other origin", "full"])
    book.valid("roster 2 becomes the head in force", "roster.changed with its document",
               made(story, "roster2", document=story.roster2.bytes), "none")
    book.valid("an export with its manifest", "the document has the subject's digest",
               made(story, "export", document=MANIFEST), "none")
    book.valid("an export without its manifest", "the document is optional",
               made(story, "export"), "none")
    book.valid("a session where it is enough", "min asks for no more", book.bases["session"], "C",
               trust=["session"])
    book.invalid("requirement", "a session by default", "the default minimum is device",
                 book.bases["session"], "C")
    book.valid("passkey demanded and there", "class A", book.bases["passkey"], "A",
               trust=["passkey"])
    book.invalid("requirement", "passkey in the trust file, device in the receipt",
                 "min.human of the trust file", book.bases["approved"], trust=["passkey"])
    book.invalid("requirement", "passkey demanded, device in the receipt", "--require",
                 book.bases["approved"], require={"human": "passkey"})
    book.invalid("requirement", "the weakest of two people counts", "one device, one passkey",
                 book.bases["quorum"], require={"human": "passkey"})
    book.valid("no people, no demand on people", "a clock has no passkey", book.bases["expired"],
               "none", require={"human": "passkey"})


def witnessed(book, story):
    two = Part(witnesses=WITNESSES[:2])
    book.base("witnessed", made(story, "approved", "approved", part=two))
    book.base("anchored", made(story, "approved", "approved", anchor=True))
    anchored = anchor_of(story.log, Part(), WITNESSES[1:])
    book.base("anchored and witnessed", made(story, "approved", "approved", anchor=anchored))
    book.valid("witnessed", "two of three cosigned the project's checkpoint",
               book.bases["witnessed"], log="L2")
    book.valid("anchored", "in the root log, which nobody cosigned", book.bases["anchored"])
    book.valid("anchored and witnessed", "two of three cosigned the root checkpoint",
               book.bases["anchored and witnessed"], log="L2")
    book.valid("witnessed as demanded", "min.log of the trust file", book.bases["witnessed"],
               log="L2", trust=["witnessed"])
    book.unclear("requirement", "witnessed demanded, logged there", "more may join later",
                 book.bases["approved"], require={"log": "witnessed"})
    book.unclear("requirement", "witnessed in the trust file, logged in the receipt",
                 "more may join later", book.bases["approved"], trust=["witnessed"])
    book.unclear("requirement", "time-stamped demanded, witnessed there", "more may join later",
                 book.bases["witnessed"], log="L2", require={"log": "time-stamped"})
    book.valid("two cosignatures where three are needed", "no fault, but only logged",
               book.bases["witnessed"], trust=["three witnesses"])
    one = Part(witnesses=WITNESSES[:1])
    book.valid("one cosignature where one is enough", "quorum 1",
               made(story, "approved", "approved", part=one), log="L2", trust=["one witness"])
    split = made(story, "approved", "approved", part=one,
                 anchor=anchor_of(story.log, one, WITNESSES[1:2]))
    book.valid("a quorum in two halves", "one cosigned the project, another the root: no quorum",
               split)


def erasures(book, story):
    book.base("erasure", made(story, "erasure", document=story.document, owners=story.owners))
    inner = made(story, "erasure", document=story.document, owners=story.owners)
    book.base("erased", erased(story.log, story.events["secret"], inner))
    book.valid("erasure", "the owner's own order", book.bases["erasure"], "none")
    book.valid("an erasure without document and owners", "both are optional",
               made(story, "erasure"), "none")
    book.erased("erased", "the event happened, its statement is gone", book.bases["erased"])


def without_trust(book, story):
    old = Part(size=story.rotated_at, keys=[LOG_1])
    for name in ("approved", "created", "passkey"):
        event, request, _ = NAMES[name]
        book.base(f"{name}, small tree", made(story, event, request, part=old))
    why = "self-consistent, keys unconfirmed"
    small = book.bases["approved, small tree"]
    book.unclear("trust", "without a trust file", why, small, trust=[])
    book.unclear("trust", "without a trust file: created", why,
                 book.bases["created, small tree"], "none", trust=[])
    book.unclear("trust", "without a trust file: new keys", why, book.bases["new keys"], trust=[])
    book.unclear("trust", "only another origin's trust file", "as without one", small,
                 trust=["other origin"])
    later = "without a trust file, signed by a key of a later roster"
    for name, log in (("approved", "L1"), ("viewed", "none")):
        book.unclear("checkpoint", f"{later}: {name}", "only a trust file can confirm the key",
                     book.bases[name], log=log, trust=[])
    book.unclear("human", "a passkey without rp", "where passkeys may be used is not known",
                 book.bases["passkey"], trust=["no rp"])
    book.unclear("human", "a passkey without a trust file", "no rp either",
                 book.bases["passkey, small tree"], trust=[])
    book.unclear("anchor", "an anchor without root", "the root log's key is not known",
                 book.bases["anchored"], trust=["no root"])
