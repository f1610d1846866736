"""Writes envelopes.json: payload envelopes, right and wrong, and what a reader must say of each.
`envelopes.py [PATH]`; README.md explains the form. Keys and random bytes are made from names."""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PLAINTEXT = '{"amount":5000.00,"to":"acct_99","note":"caf\\u00e9 – 12345678901234567890"}'
CONTEXT = {"origin": "lp.example/p/00112233445566778899aabbccddeeff", "client_nonce": "bm9uY2U=",
           "service": "stripe", "action": "refund", "created": "2026-03-01T12:00:00.000Z"}


def named(name, size=32):
    return hashlib.sha256(f"lp-vector/{name}".encode()).digest()[:size]


def b64(data):
    return base64.b64encode(data).decode()


def jcs(value):
    """RFC 8785 for what occurs here: ASCII names and no numbers."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def kid(key):
    return hashlib.sha256(b"lp-kid/1\0" + key).hexdigest()[:16]


def version_1(key):
    iv = named("iv", 12)
    return {"_lp_enc": True, "iv": b64(iv),
            "ct": b64(AESGCM(key).encrypt(iv, PLAINTEXT.encode(), None))}


def version_2(key, context=None):
    context, iv, salt = context or CONTEXT, named("iv", 12), named("salt")
    derived = HKDF(hashes.SHA256(), 32, salt, b"lp-env/2\0" + jcs(context)).derive(key)
    ct = AESGCM(derived).encrypt(iv, PLAINTEXT.encode(), jcs(context))
    return {"_lp_enc": True, "iv": b64(iv), "ct": b64(ct), "v": 2, "kid": kid(key),
            "salt": b64(salt), "ctx": context}


def flipped(text):
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return b64(bytes(data))


def cases(one, two):
    first, second = version_1(one), version_2(one)
    lied = second | {"kid": kid(two)}
    yield "v1", "as published clients write it", first, "one", None
    yield "v1-second-key", "names no key, so each is tried", first, "two one", None
    yield "v1-more", "members beside the three are allowed", first | {"by": "x"}, "one", None
    yield "v2", "as our clients write it", second, "one", None
    yield "v2-order", "the order of the members says nothing", dict(reversed(second.items())), \
        "one", None
    yield "v2-named-key", "opens with the key that it names", second, "two one", None
    yield "v2-schema", "bound to a schema too", \
        version_2(one, CONTEXT | {"schema_sha256": "ab" * 32}), "one", None
    yield "v1-other-key", "under a key that is not here", first, "two", "does_not_open"
    yield "v1-changed", "one bit of ct", first | {"ct": flipped(first["ct"])}, "one", \
        "does_not_open"
    yield "v2-unknown-key", "names a key that is not here", second, "two", "unknown_key"
    yield "v2-no-key", "there is none at all", second, "", "unknown_key"
    yield "v2-other-kid", "names another key than it is under: that one is not tried", lied, \
        "one", "unknown_key"
    yield "v2-lying-kid", "the key that it names does not open it", lied, "one two", \
        "does_not_open"
    for name, change in {"ct": flipped(second["ct"]), "iv": flipped(second["iv"]),
                         "salt": flipped(second["salt"]),
                         "ctx": CONTEXT | {"action": "payout"}}.items():
        yield f"v2-{name}-changed", f"{name} is another", second | {name: change}, "one", \
            "does_not_open"
    bare = {key: second[key] for key in ("_lp_enc", "iv", "ct")}
    yield "v2-stripped", "what bound it was taken away", bare, "one", "does_not_open"
    wrong = {"none": {}, "no-mark": second | {"_lp_enc": "true"}, "iv-length": second | {
        "iv": b64(bytes(13))}, "ct-length": second | {"ct": b64(bytes(15))},
             "base64": second | {"ct": second["ct"].rstrip("=") + "*"},
             "trailing-bits": second | {"salt": b64(bytes(32))[:-2] + "B="},
             "version": second | {"v": 3}, "version-text": second | {"v": "2"},
             "kid-case": second | {"kid": kid(one).upper() if kid(one).upper() != kid(one)
                                   else "ABCDEF0123456789"},
             "kid-length": second | {"kid": kid(one)[:15]}, "no-salt": {
                 key: value for key, value in second.items() if key != "salt"},
             "ctx-text": second | {"ctx": jcs(CONTEXT).decode()}}
    for name, envelope in wrong.items():
        yield f"wrong-{name}", "no envelope, or not a well-formed one", envelope, "one", \
            "malformed"


def make():
    keys = {name: named(f"key/{name}") for name in ("one", "two")}
    told = []
    for name, why, envelope, held, fault in cases(keys["one"], keys["two"]):
        expect = {"plaintext": PLAINTEXT} if fault is None else {"fault": fault}
        told.append({"name": name, "why": why, "keys": held.split(), "envelope": envelope,
                     "expect": expect})
    return {"version": 1, "keys": {name: b64(key) for name, key in keys.items()}, "cases": told}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "envelopes.json"
    made = make()
    target.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(made['cases'])} cases")
