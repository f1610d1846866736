"""The file itself: strict JSON, base64, members, caps; and its one canonical form."""

import json

from keys import b64
from log import jcs


def changed(data, old, new, count=1):
    if isinstance(old, str):
        old, new = old.encode(), new.encode()
    if old not in data:
        raise ValueError(f"{old!r} is not in the receipt")
    return data.replace(old, new, count)


def edited(data, change):
    made = json.loads(data)
    change(made)
    return jcs(made)


def add(book, story):
    json_faults(book)
    canonical_faults(book)
    base64_faults(book)
    member_faults(book)
    caps(book)


def json_faults(book):
    base = book.bases["approved"]
    rows = (
        ("a name twice", "duplicate names", changed(base, '{"descriptor"', '{"v":1,"descriptor"')),
        ("a name twice, deep inside", "duplicate names", changed(
            base, '"facts":{"amount":120', '"facts":{"amount":120,"amount":120')),
        ("a name twice, once escaped", "u0061mount is amount", changed(
            base, '"facts":{"amount":120', '"facts":{"amount":120,"\\u0061mount":120')),
        ("a byte order mark", "not JSON", b"\xef\xbb\xbf" + base),
        ("a lone surrogate", "not Unicode", changed(base, "EUR", "\\ud800")),
        ("surrogates the wrong way round", "not Unicode", changed(base, "EUR", "\\udc00\\ud800")),
        ("a byte that is no UTF-8", "not Unicode", changed(base, b"EUR", b"E\xffR")),
        ("UTF-8 longer than needed", "overlong", changed(base, b"EUR", b"E\xc0\xafR")),
        ("a surrogate in UTF-8", "not UTF-8", changed(base, b"EUR", b"\xed\xa0\x80")),
        ("a bare line feed in a text", "control characters are escaped",
         changed(base, b"EUR", b"E\nR")),
        ("a trailing comma", "not JSON", base[:-1] + b",}"),
        ("a comment", "not JSON", base[:-1] + b"/**/}"),
        ("a text in single quotes", "not JSON", changed(base, '"EUR"', "'EUR'")),
        ("NaN", "not a number", changed(base, '"amount":120', '"amount":NaN')),
        ("a leading zero", "not JSON", changed(base, '"amount":120', '"amount":0120')),
        ("a plus sign", "not JSON", changed(base, '"amount":120', '"amount":+120')),
        ("a number beyond binary64", "infinite", changed(base, '"amount":120', '"amount":1e400')),
        ("an unknown escape", "not JSON", changed(base, "EUR", "E\\xR")),
        ("half a file", "not JSON", base[:len(base) // 2]),
        ("nothing", "an empty file", b""),
        ("only a line feed", "an empty line", b"\n"),
        ("something after the end", "one value", base + b"{}"),
        ("an array", "one object", b"[" + base + b"]"),
        ("a zero byte at the end", "one value", base + b"\0"),
        ("65 levels", "64 at most", changed(base, '"amount":120',
                                           '"amount":' + "[" * 62 + "]" * 62)),
        ("very deep", "64 at most", b"[" * 20000),
    )
    for name, why, data in rows:
        book.invalid("parse", name, why, data)


def canonical_faults(book):
    base = book.bases["approved"]
    tail = base.rindex(b',"v":1}')
    rows = (
        ("a space", "JCS has none", changed(base, '{"descriptor":', '{"descriptor": ')),
        ("a space before", "JCS has none", b" " + base),
        ("two line feeds at the end", "one may follow", base + b"\n\n"),
        ("a carriage return at the end", "a line feed may follow, no more", base + b"\r\n"),
        ("members in another order", "sorted by name",
         b'{"v":1,' + base[1:tail] + b"}"),
        ("an escape that is not needed", "one text for each value", changed(base, "EUR", "\\u0045UR")),
        ("an escaped slash", "one text for each value", changed(base, '"c2sp.org/', '"c2sp.org\\/')),
        ("an escape in capitals", "lower case", changed(base, "EUR", "E\\u001FR")),
        ("a number with a fraction", "120 is 120", changed(base, '"amount":120', '"amount":120.0')),
        ("a number with an exponent", "120 is 120", changed(base, '"amount":120',
                                                          '"amount":12e1')),
        ("minus zero", "zero has no sign", changed(base, '"amount":120', '"amount":-0')),
        ("a number that is rounded", "binary64 holds 12345678901234567000", changed(
            base, '"amount":120', '"amount":12345678901234567890')),
    )
    for name, why, data in rows:
        book.invalid("canonical", name, why, data)
    # The descriptor's hash is in the signed statement, so changed facts pass these two checks only.
    for name, text in (("64 levels", "[" * 61 + "]" * 61), ("a float", "1.5"),
                       ("a small float", "1e-7"), ("a large float", "1e+21"),
                       ("a text beyond the BMP", '"\U0001f600"'),
                       ("sorted by UTF-16", '{"\U0001f600":1,"\ufb33":2}')):
        book.invalid("human", f"canonical, but not what was asked: {name}",
                     "another descriptor than the one that the people signed",
                     changed(base, '"amount":120', f'"amount":{text}'))
    book.invalid("canonical", "sorted by code point", "sorted by UTF-16 code units",
                 changed(base, '"amount":120', '"amount":{"\ufb33":2,"\U0001f600":1}'))


def base64_faults(book):
    base = book.bases["approved"]

    def put(*path):
        def with_text(text):
            def change(made):
                for name in path[:-1]:
                    made = made[name]
                made[path[-1]] = text(made[path[-1]])
            return edited(base, change)
        return with_text

    statement, salt = put("statement"), put("humans", 0, "salt")
    rows = (
        ("base64 without padding", salt(lambda text: text.rstrip("="))),
        ("base64 with too much padding", salt(lambda text: text + "=")),
        ("base64 with bits beyond the end", salt(lambda text: text[:-2] + next_letter(text[-2])
                                                 + "=")),
        ("base64url", salt(lambda text: "-" + text[1:])),
        ("base64 with a space", statement(lambda text: text[:40] + " " + text[40:])),
        ("base64 with a line feed", statement(lambda text: text[:76] + "\n" + text[76:])),
        ("base64 with padding inside", statement(lambda text: text[:40] + "====" + text[40:])),
        ("base64 with a letter of another script", statement(lambda text: "\u0410" + text[1:])),
        ("base64 that lacks a letter", put("issuer", "key")(lambda text: text[:-1])),
    )
    for name, data in rows:
        book.invalid("parse", name, "RFC 4648 section 4, padded, zero trailing bits", data)


def next_letter(letter):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(letter) | 1]


def member_faults(book):
    base = book.bases["approved"]

    def put(value, *path):
        def change(made):
            for name in path[:-1]:
                made = made[name]
            made[path[-1]] = value
        return edited(base, change)

    def drop(*path):
        def change(made):
            for name in path[:-1]:
                made = made[name]
            del made[path[-1]]
        return edited(base, change)

    rows = (
        ("an unknown member", put(True, "verified")),
        ("erased: true", put(True, "erased")),
        ("an unknown member of issuer", put("x", "issuer", "url")),
        ("an unknown member of a human", put("x", "humans", 0, "name")),
        ("an unknown member of tlog", put("x", "tlog", "url")),
        ("an unknown member of an entry", put("x", "humans", 0, "entry", "name")),
        ("an unknown member of a head", put("x", "rosters", 1, "head", "name")),
        ("an unknown member of the descriptor", put("x", "descriptor", "name")),
        ("version 2", put(2, "v")),
        ("version as a text", put("1", "v")),
        ("no version", drop("v")),
        ("no tlog", drop("tlog")),
        ("no statement", drop("statement")),
        ("null for a member that does not apply", put(None, "agent")),
        ("an empty array of humans", put([], "humans")),
        ("an empty array of reviews", put([], "reviews")),
        ("an index that is negative", put(-1, "humans", 0, "index")),
        ("an index beyond 2^53", put(2**53, "humans", 0, "index")),
        ("a class that is not known", put("session", "humans", 0, "class")),
        ("a device with authenticatorData", put(b64(b"x" * 37), "humans", 0, "authenticatorData")),
        ("the issuer as a text", put("x", "issuer")),
        ("a salt of 31 bytes", put(b64(b"x" * 31), "humans", 0, "salt")),
        ("a path of texts that are no hashes", put([b64(b"x" * 31)], "humans", 0, "path")),
    )
    for name, data in rows:
        book.invalid("parse", name, "members and types of the format", data)
    book.invalid("parse", "version 1.0", "integers have no fraction",
                 changed(base, ',"v":1}', ',"v":1.0}'))
    book.invalid("parse", "a roster signature twice", "each key once", edited(
        base, lambda made: made["rosters"][0]["signatures"].extend(
            made["rosters"][0]["signatures"])))
    book.invalid("parse", "a passkey without clientDataJSON", "a passkey has both", edited(
        book.bases["passkey"], lambda made: made["humans"][0].pop("clientDataJSON")))


def caps(book):
    base = book.bases["approved"]

    def too_long(made):
        made["descriptor"]["facts"]["note"] = "x" * 65536
    book.invalid("parse", "65,537 bytes and more", "65,536 at most", edited(base, too_long))

    def humans(made):
        made["humans"] = made["humans"] * 17
    book.invalid("parse", "17 humans", "16 at most", edited(base, humans))

    def time(made):
        made["time"] = [b64(b"token")] * 5
    book.invalid("parse", "5 time tokens", "4 at most", edited(base, time))

    def path(made):
        made["humans"][0]["path"] = [b64(b"x" * 32)] * 65
    book.invalid("parse", "a path of 65 hashes", "64 at most", edited(base, path))

    def lines(made):
        proof = made["tlog"]["proof"]
        made["tlog"]["proof"] = proof + proof[proof.rindex("—"):] * 16
    book.invalid("parse", "17 signature lines", "16 at most", edited(base, lines))
