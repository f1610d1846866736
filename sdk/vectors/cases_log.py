"""Leaf, issuer, inclusion and checkpoint."""

from cases_file import edited
from cases_valid import made
from keys import P256, Ed25519, b64
from log import signed_leaf, tree_path, unsigned_leaf
from project import ISSUER_2, LOG_1, LOG_2, LOG_X, WITNESSES
from receipt import Part, receipt


def add(book, story):
    leaves(book, story)
    issuers(book, story)
    paths(book, story)
    checkpoints(book, story)


def leaves(book, story):
    base = book.bases["approved"]
    event, other = story.events["approved"], story.events["new_approved"]

    def leaf(data):
        return edited(base, lambda made: made["tlog"].update(leaf=b64(data)))

    rows = (
        ("another event's leaf", leaf(other.leaf)),
        ("an unsigned leaf for a decision", leaf(unsigned_leaf(event.statement))),
        ("a leaf of another signature", leaf(signed_leaf(
            event.statement, ISSUER_2.sign(event.statement), event.issuer.spki))),
        ("a leaf of another key", leaf(signed_leaf(event.statement, event.signature,
                                                  ISSUER_2.spki))),
        ("a leaf with a space", leaf(event.leaf.replace(b":", b": ", 1))),
        ("a leaf with one more member", leaf(event.leaf[:-1] + b',"z":1}')),
        ("an empty leaf", leaf(b"{}")),
        ("another event's statement", edited(base, lambda made: made.update(
            statement=b64(other.statement)))),
        ("no issuer for a signed leaf", edited(base, lambda made: made.pop("issuer"))),
        ("an issuer for an unsigned leaf", edited(book.bases["viewed"], lambda made: made.update(
            issuer={"key": b64(ISSUER_2.spki), "sig": b64(ISSUER_2.sign(b"x"))}))),
        ("another statement among the reviews", edited(base, lambda made: made["reviews"][0].update(
            statement=b64(other.statement)))),
    )
    for name, data in rows:
        book.invalid("leaf", name, "not the leaf of this statement, signature and key", data)


# name: why, what is made of the DER signature
FORMS = {
    "der: a long-form length": ("DER has one form", lambda s: s[:1] + b"\x81" + s[1:]),
    "der: a byte behind the end": ("DER has one form", lambda s: s + b"\0"),
    "der: an extra zero": ("DER has one form", lambda s: extra_zero(s)),
    "der: a negative r": ("r is positive", lambda s: negative(s)),
    "der: s is zero": ("1 to n - 1", lambda s: b"\x30\x06\x02\x01\x01\x02\x01\x00"),
    "der: an empty integer": ("DER has one form", lambda s: b"\x30\x05\x02\x00\x02\x01\x01"),
    "r and s side by side": ("DER is demanded", lambda s: b"x" * 64),
    "of other bytes": ("it does not verify", lambda s: ISSUER_2.sign(b"other bytes")),
}


def plant(story):
    """Events of a server that signs with keys that are not its own, and in other forms."""
    for name, (_, form) in FORMS.items():
        planted(story, name, form)
    planted(story, "another curve", spki=P384_SPKI)
    planted(story, "unknown issuer", key=P256("some issuer"))
    planted(story, "issuer of the past", key=story.events["approved"].issuer)


def issuers(book, story):
    """Signatures in other forms, and keys that are not the issuer's."""
    def of(name):
        event = story.events["issuer " + name]
        return made(story, event, event.request)

    for name, (why, _) in FORMS.items():
        book.invalid("issuer_signature", f"issuer's signature, {name}", why, of(name))
    book.invalid("issuer_signature", "an issuer's key that is no P-256", "P-256, uncompressed",
                 of("another curve"))
    book.invalid("issuer_range", "an issuer that no roster lists", "the last head lists it",
                 of("unknown issuer"))
    book.invalid("issuer_range", "the old issuer after its range", "from <= index < to",
                 of("issuer of the past"))
    for trust in ("other issuer", "narrow issuer"):
        book.invalid("issuer_range", f"as the trust file narrows it: {trust}",
                     "the trust file's issuer counts too", book.bases["approved"], trust=[trust])
    book.invalid("issuer_range", "the old issuer after its range, under the trust file of before",
                 "the last head ends it", of("issuer of the past"), trust=["issuer of before"])
    for trust, why in (("issuer that ended", "no range without end leads to the new key"),
                       ("issuer from elsewhere", "the roster ends another range than the file's")):
        book.invalid("issuer_range", f"a new issuer that the trust file does not know: {trust}",
                     why, book.bases["new keys"], trust=[trust])


def extra_zero(signature):
    length = signature[3]
    return (b"\x30" + bytes([signature[1] + 1]) + b"\x02" + bytes([length + 1]) + b"\0"
            + signature[4:])


def negative(signature):
    """r with its first bit set and no zero before it."""
    length = signature[3]
    r, rest = signature[4:4 + length], signature[4 + length:]
    r = bytes([r[-1] | 0x80]) + r[-31:]
    return b"\x30" + bytes([2 + len(r) + len(rest)]) + b"\x02" + bytes([len(r)]) + r + rest


P384_SPKI = bytes.fromhex("3076301006072a8648ce3d020106052b81040022036200") + b"\x04" + b"x" * 96


def planted(story, name, form=None, spki=None, key=None):
    """An ordinary event whose issuer's signature is not in order; the leaf says the same."""
    log = story.log
    request = story.request("issuer " + name, {"kind": "plain"})
    issuer, log.issuer = log.issuer, Forger(key or log.issuer, form, spki)
    event = request.created()
    log.issuer = issuer
    event.request = request
    story.keep(**{"issuer " + name: event})


class Forger:
    def __init__(self, key, form, spki):
        self.key, self.form, self.spki = key, form, spki or key.spki

    def sign(self, message, high=False):
        signature = self.key.sign(message, high)
        return self.form(signature) if self.form else signature


def proof_change(base, change):
    """`change` gets the index line, the path and the note."""
    def of(made):
        head, text = made["tlog"]["proof"].split("\n\n", 1)
        lines = head.split("\n")
        index, path, text = change(lines[1], lines[2:], text)
        made["tlog"]["proof"] = "\n".join([lines[0], index, *path, "", text])
    return edited(base, of)


def paths(book, story):
    base = book.bases["approved"]
    zero = b64(bytes(32))
    size = len(story.log.leaves)
    index = story.events["approved"].index
    rows = (
        ("a path with one more hash", lambda i, p, n: (i, [*p, zero], n)),
        ("a path with one hash less", lambda i, p, n: (i, p[:-1], n)),
        ("no path", lambda i, p, n: (i, [], n)),
        ("a path in another order", lambda i, p, n: (i, p[::-1], n)),
        ("another hash in the path", lambda i, p, n: (i, [zero, *p[1:]], n)),
        ("the next index", lambda i, p, n: (f"index {index + 1}", p, n)),
        ("an index that is the size", lambda i, p, n: (f"index {size}", p, n)),
        ("an index beyond the size", lambda i, p, n: (f"index {index + 2 * size}", p, n)),
        ("the path of a smaller tree", lambda i, p, n: (
            i, [b64(each) for each in smaller(story, index)], n)),
    )
    for name, change in rows:
        book.invalid("inclusion", name, "the path does not lead from the leaf to the root",
                     proof_change(base, change))
    forms = (
        ("an index with a leading zero", lambda i, p, n: (f"index 0{index}", p, n)),
        ("an index with a sign", lambda i, p, n: (f"index +{index}", p, n)),
        ("an extra line", lambda i, p, n: ("extra AAAA\n" + i, p, n)),
        ("a hash of 31 bytes in the path", lambda i, p, n: (i, [b64(bytes(31)), *p[1:]], n)),
        ("a note without its last line feed", lambda i, p, n: (i, p, n[:-1])),
        ("a note without signatures", lambda i, p, n: (i, p, n[:n.index("—")])),
        ("a checkpoint with an extension line", lambda i, p, n: (
            i, p, n.replace("\n\n", "\nextension\n\n", 1))),
        ("a size with a leading zero", lambda i, p, n: (i, p, n.replace("\n", "\n0", 1))),
        ("a signature line with a hyphen", lambda i, p, n: (i, p, n.replace("—", "-"))),
        ("a carriage return in the note", lambda i, p, n: (i, p, n.replace("\n", "\r\n", 1))),
    )
    for name, change in forms:
        book.invalid("parse", name, "not a c2sp.org/tlog-proof@v1 without extra line",
                     proof_change(base, change))


def smaller(story, index):
    return tree_path(index, story.log.hashes(story.rotated_at))


def strangers(book, story):
    """Lines of keys that nobody named: nobody can tell whether they are what they were."""
    witnessed = Part(witnesses=WITNESSES[:2])

    def with_part(part):
        return made(story, "approved", "approved", part=part)

    book.unclear("witnesses", "a line of an unknown key beside the log's",
                 "a key that the trust file does not name", with_part(Part(keys=[LOG_2, LOG_X])))
    book.unclear("witnesses", "a witness that the policy does not name",
                 "one of the two keys is not named", with_part(witnessed), trust=["one witness"])
    book.unclear("witnesses", "cosignatures without a policy",
                 "keys that the trust file does not name", with_part(witnessed), trust=["bare"])
    stranger = Ed25519("witness.example/nobody", "nobody").line(b"something else")
    small = edited(book.bases["created, small tree"], lambda value: value["tlog"].update(
        proof=value["tlog"]["proof"] + stranger))
    book.unclear("trust", "a stranger's line without a trust file",
                 "whom nobody named says nothing", small, "none", trust=[])
    book.unclear("checkpoint", "cosignatures and a later log key, without a trust file",
                 "only a trust file can confirm the log's key", with_part(witnessed), log="L0",
                 human="none", trust=[])


def checkpoints(book, story):
    log = story.log

    def on(name, why, part, check="checkpoint", trust=("full",), event="approved"):
        book.invalid(check, name, why, made(story, event, "approved", part=part), trust=trust)

    on("a log key that is not trusted", "its line is of nobody's key", Part(keys=[LOG_X]))
    on("the log's line twice", "exactly once", Part(keys=[LOG_2, LOG_2]))
    on("both log keys at once", "the log's own line is there once", Part(keys=[LOG_1, LOG_2]))
    new = receipt(log, story.events["new_approved"], story.rosters, story.requests["after"],
                  part=Part(keys=[LOG_1]))
    for trust in ("full", "old log key"):
        book.invalid("checkpoint", f"the old log key beyond its range, trust file: {trust}",
                     "from <= size < to in the last head that lists it", new, trust=[trust])
    # Whoever has the key that went shows a roster of before it.
    for name, event in (("a decision", "approved"), ("an event", "created")):
        on(f"the old log key beyond its range, {name} of before", "the trust file's ranges end it",
           Part(keys=[LOG_1]), trust=["log ranges"], event=event)
    on("the new log key before its range", "the trust file's ranges begin it later",
       Part(size=story.rotated_at, keys=[LOG_2]), trust=["log ranges"])
    on("only witnesses", "the log's own line is there exactly once",
       Part(keys=[], witnesses=WITNESSES[:2]))
    strangers(book, story)
    renamed = "vectors.example/p/ffeeddccbbaa99887766554433221100"
    body = log.body(renamed)
    on("the checkpoint under another origin, signed so", "the origin is the statement's",
       Part(body=body, keys=[LOG_2.renamed(renamed)]))
    on("the checkpoint under another origin, signed by this log", "the origin is the statement's",
       Part(body=body))
    body = log.body(log.origin)
    other = LOG_2.key_id + Ed25519("x", "log 1").sign(body)
    on("a signature by another key under the log's key id", "it does not verify",
       Part(keys=[], lines=[f"— {LOG_2.name} {b64(other)}\n"]))
    on("a signature of another checkpoint", "it does not verify", Part(keys=[], lines=[
        LOG_2.line(log.body(log.origin, 7))]))
    on("a trust file with another log key", "signed by a log key of the trust file", Part(),
       trust=["unknown log key"])
