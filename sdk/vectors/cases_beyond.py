"""Anchor, witnesses and time tokens."""

import tsa
from cases_file import edited
from cases_valid import made
from keys import Ed25519, b64
from log import Tree
from project import ROOT_LOG, ROOT_ORIGIN, WITNESSES
from receipt import WITNESSED, Part, anchor_entry, anchor_of


def add(book, story):
    anchors(book, story)
    witnesses(book, story)
    times(book, story)
    successions(book)


def successions(book):
    base = book.bases["approved"]
    book.valid("of a log that was closed", "the trust file of its successor names it", base,
               trust=["successor"])
    book.invalid("checkpoint", "a checkpoint beyond the end of a closed log",
                 "size <= closed_at, whoever signed it", base, trust=["successor, closed before"])
    book.valid("anchored in a root log that was closed", "closed_roots names it",
               book.bases["anchored"], trust=["another root since"])
    book.invalid("anchor", "anchored in a root log that is not named any more",
                 "the origin of root, or of one before it", book.bases["anchored"],
                 trust=["another root, and this one unnamed"])
    book.unclear("checkpoint", "of a log that its successor does not name",
                 "a trust file is of its own log and those that it names", base, log="L0",
                 human="none", trust=["successor alone"])


def anchors(book, story):
    log = story.log
    body = log.body(log.origin)
    other = Ed25519(ROOT_ORIGIN, "some root")

    def anchor(**options):
        return made(story, "approved", "approved", anchor=anchor_of(log, Part(), **options))

    strange = f"— {other.name} {b64(other.key_id + bytes(64))}\n"
    rows = (
        ("of another origin", "SHA-256 of the origin", anchor(
            entry=anchor_entry("vectors.example/p/" + "0" * 32, body))),
        ("of another checkpoint", "SHA-256 of this checkpoint's body", anchor(
            entry=anchor_entry(log.origin, log.body(log.origin, 7)))),
        ("with another tag", "lp-anchor/1", anchor(
            entry=anchor_entry(log.origin, body).replace(b"anchor/1", b"anchor/2"))),
        ("with a byte behind", "76 bytes", anchor(entry=anchor_entry(log.origin, body) + b"\0")),
        ("signed by another key", "a key of root", anchor(key=other)),
        ("in a log of another origin", "the origin of root", anchor(
            origin="other.example/root", key=ROOT_LOG.renamed("other.example/root"))),
        ("with the log's line twice", "exactly once", anchor(
            lines=[ROOT_LOG.line(root_body(log))])),
        ("at another index", "the path leads to the root", edited(
            book.bases["anchored"], lambda value: value["anchor"].update(
                proof=value["anchor"]["proof"].replace("index 2\n", "index 1\n")))),
        ("of the project's own log", "the root log", edited(
            book.bases["approved"], lambda value: value.update(anchor={
                "entry": b64(anchor_entry(log.origin, body)), "proof": value["tlog"]["proof"]}))),
    )
    for name, why, data in rows:
        book.invalid("anchor", f"an anchor {name}", why, data)
    book.unclear("witnesses", "an anchor with a line of an unknown key",
                 "a key that the trust file does not name", anchor(lines=[strange]))
    book.invalid("anchor", "a trust file with another root key", "a key of root",
                 book.bases["anchored"], trust=["other root key"])
    book.invalid("anchor", "a trust file with another root log", "the origin of root",
                 book.bases["anchored"], trust=["other root"])
    book.invalid("anchor", "an anchor of another checkpoint, without root",
                 "INVALID before INDETERMINATE",
                 anchor(entry=anchor_entry(log.origin, log.body(log.origin, 7))),
                 trust=["no root"])


def root_body(log):
    """The body that anchor_of signs."""
    entry = anchor_entry(log.origin, Part().note(log)[0])
    return Tree([b"another project 0", b"another project 1", entry, b"the next one"]).body(
        ROOT_ORIGIN)


def witnesses(book, story):
    log = story.log
    body = log.body(log.origin)
    event = story.events["approved"]

    def with_part(part, anchor=None):
        return made(story, event, "approved", part=part, anchor=anchor)

    first, second = WITNESSES[:2]
    stated = WITNESSED - 7200  # when the log began; the decision came seconds later
    began = first.key_id + WITNESSED.to_bytes(8, "big")
    wrong = f"— {first.name} {b64(began + bytes(64))}\n"
    moved = first.cosign(body, WITNESSED)
    short = f"— {first.name} {b64(first.key_id + bytes(71))}\n"
    as_log = f"— {first.name} {b64(began + first.sign(body))}\n"
    rows = (
        ("that does not verify", "64 zeros", Part(lines=[wrong])),
        ("that is short", "8 bytes of time and 64 of signature", Part(lines=[short])),
        ("of another checkpoint", "it does not verify",
         Part(lines=[first.cosign(log.body(log.origin, 7), WITNESSED)])),
        ("over the bare body", "cosignature/v1 and the time come first", Part(lines=[as_log])),
        ("from before the statement", "300 s at most",
         Part(witnesses=[first], when=stated - 600)),
        ("that does not verify, beside two that do", "every one must",
         Part(witnesses=WITNESSES[1:], lines=[wrong])),
    )
    for name, why, part in rows:
        book.invalid("witnesses", f"a cosignature {name}", why, with_part(part))
    book.valid("a cosignature from seconds before the statement", "clocks may differ by 300 s",
               with_part(Part(witnesses=[first, second], when=stated - 60)), log="L2")
    book.valid("one witness twice", "one counts once",
               with_part(Part(witnesses=[first], lines=[moved])))
    old = anchor_of(log, Part(), WITNESSES[:2], when=stated - 600)
    book.invalid("witnesses", "the root's cosignatures from before the statement", "300 s at most",
                 with_part(Part(), old))
    book.invalid("witnesses", "a root cosignature that does not verify", "every one must",
                 with_part(Part(), anchor_of(log, Part(), lines=[wrong])))


def times(book, story):
    log = story.log
    body = log.body(log.origin)
    book.trust["no tsa"] = {name: value for name, value in book.trust["full"].items()
                            if name != "tsa_roots"}
    book.trust["other tsa"] = {**book.trust["full"], "tsa_roots": [tsa.OTHER_ROOT.pem]}

    def stamped(*tokens, part=None):
        return made(story, "approved", "approved", part=part, time=[b64(each) for each in tokens])

    good = tsa.token(body)
    two = Part(witnesses=WITNESSES[:2])
    book.base("time-stamped", stamped(good, part=two))
    book.valid("time-stamped", "witnessed and time-stamped", book.bases["time-stamped"], log="L3")
    book.valid("time-stamped as demanded", "--require log=time-stamped",
               book.bases["time-stamped"], log="L3", require={"log": "time-stamped"})
    book.valid("time-stamped, but not witnessed", "L3 needs L2", stamped(good))
    book.valid("two tokens", "each verifies", stamped(good, tsa.token(
        body, tsa=tsa.DEEP_TSA, certificates=[tsa.DEEP_TSA, tsa.MIDDLE])))
    book.valid("a token of an authority below another", "the chain leads to the root", stamped(
        tsa.token(body, tsa=tsa.DEEP_TSA, certificates=[tsa.DEEP_TSA, tsa.MIDDLE])))
    book.valid("a token with a fraction of a second", "authorities may",
               stamped(tsa.token(body, when="20260301140000.25Z")))
    stated = story.events["approved"].predicate["time"]
    second = stated[:19].translate({ord(each): None for each in "-:T"}) + "Z"
    book.valid("a token of the statement's second", "whole seconds are compared",
               stamped(tsa.token(body, when=second)))
    book.unclear("time", "a token without tsa_roots", "no authority is known", stamped(good),
                 trust=["no tsa"])
    faults(book, story, stamped, body, good)


def faults(book, story, stamped, body, good):
    rows = (
        ("of another checkpoint", "the imprint", tsa.token(b"another body")),
        ("from before the statement", "not dated before", tsa.token(body, when="20260301115900Z")),
        ("with a hash of another kind", "SHA-256", tsa.token(
            body, algorithm="2.16.840.1.101.3.4.2.2")),
        ("whose signature does not verify", "it does not verify", tsa.token(
            body, spoil=lambda signature: tsa.TSA.key.sign(b"other bytes"))),
        ("whose signature is of another content", "messageDigest", tsa.token(
            body, digest=bytes(32))),
        ("whose signature is of another type", "contentType", tsa.token(
            body, type_=tsa.SIGNED_DATA)),
        ("that is no time token", "TSTInfo", tsa.token(body, inner_type=tsa.SIGNED_DATA)),
        ("that means another certificate", "signingCertificate", tsa.token(
            body, meant=tsa.ROOT.der)),
        ("that means no certificate", "signingCertificate", tsa.token(
            body, without=[tsa.SIGNING_CERTIFICATE])),
        ("without its certificate", "the signer's is in the token", tsa.token(
            body, certificates=[])),
        ("of a certificate for servers", "timeStamping", tsa.token(body, tsa=tsa.NO_USAGE)),
        ("of a certificate whose usage is not critical", "critical", tsa.token(
            body, tsa=tsa.LAX_USAGE)),
        ("of a certificate that had ended", "valid at the token's time", tsa.token(
            body, tsa=tsa.ENDED)),
        ("of a certificate that another authority's customer issued", "an issuer is a CA",
         tsa.token(body, tsa=tsa.LEAF_ISSUED, certificates=[tsa.LEAF_ISSUED, tsa.TSA])),
        ("whose chain has a hole", "to a root", tsa.token(
            body, tsa=tsa.DEEP_TSA, certificates=[tsa.DEEP_TSA])),
        ("with a byte behind", "DER", good + b"\0"),
        ("that is no DER", "DER", b"token"),
    )
    for name, why, data in rows:
        book.invalid("time", f"a token {name}", why, stamped(data))
    book.invalid("time", "a wrong token beside a good one", "each verifies",
                 stamped(good, rows[0][2]))
    book.invalid("time", "a token of another root", "tsa_roots", stamped(good),
                 trust=["other tsa"])
    book.invalid("time", "a token of another checkpoint, without tsa_roots",
                 "INVALID before INDETERMINATE", stamped(rows[0][2]), trust=["no tsa"])
