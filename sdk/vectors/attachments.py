"""Writes attachments.json: files sealed beside a payload, and what a reader must say of their
pieces. `attachments.py [PATH]`; README.md explains the form. Keys, salts and bytes are made from
names; a file is a text repeated, so that large ones are short here."""

import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from envelopes import b64, jcs, named

PIECE = 1 << 20
PLACE = {"origin": "lp.example/p/00112233445566778899aabbccddeeff", "client_nonce": "bm9uY2U=",
         "service": "stripe", "action": "refund"}
KEYS = {name: named(f"key/{name}") for name in ("one", "two")}


def content(text, size):
    return (text.encode() * (size // len(text.encode()) + 1))[:size]


def sealed(data, salt, identity):
    aad = jcs(PLACE | {"attachment": identity})
    cipher = AESGCM(HKDF(hashes.SHA256(), 32, salt, b"lp-attachment/1\0" + aad).derive(KEYS["one"]))
    parts = [data[at:at + PIECE] for at in range(0, len(data), PIECE)] or [b""]
    return [cipher.encrypt(index.to_bytes(11, "big") + bytes([index + 1 == len(parts)]), part, aad)
            for index, part in enumerate(parts)]


def file(name, why, text, size):
    data, salt = content(text, size), named(f"salt/{name}")
    pieces = sealed(data, salt, "a1")
    one = {"name": name, "why": why, "text": text,
           "listed": {"id": "a1", "name": f"{name}.txt", "type": "text/plain", "size": size,
                      "sha256": hashlib.sha256(data).hexdigest(), "salt": b64(salt)},
           "declared": {"id": "a1", "size": sum(map(len, pieces)),
                        "pieces": [hashlib.sha256(piece).hexdigest() for piece in pieces]}}
    return one | ({"sealed": b64(pieces[0])} if size < 100 else {})


def wrong(name, why, fault, of="two", order=(0, 1), **more):
    return {"name": name, "why": why, "of": of, "order": list(order), **more, "fault": fault}


def make():
    files = [file("empty", "an empty file is one piece", "x", 0),
             file("small", "one piece", "caf\u00e9 ", 29),
             file("full", "a full piece is the last one", "0123456789", PIECE),
             file("two", "one byte more is another piece", "letsping ", PIECE + 1)]
    other = named("salt/other")
    no = "does_not_open"
    faults = [
        wrong("swapped", "the pieces stand in another order", no, order=(1, 0)),
        wrong("cut", "the last piece is gone", no, order=(0,)),
        wrong("none", "there are no pieces", no, order=()),
        wrong("twice", "the first piece stands in place of the second", no, order=(0, 0)),
        wrong("more", "something follows the last piece", no, order=(0, 1, 1)),
        wrong("bit", "one bit of a piece", no, flip=1),
        wrong("key", "under another content key", no, key="two"),
        wrong("request", "of another request", no, place={"client_nonce": "b3RoZXI="}),
        wrong("action", "of another action", no, place={"action": "payout"}),
        wrong("identity", "of another file of the request", no, listed={"id": "a2"}),
        wrong("salt", "another salt", no, listed={"salt": b64(other)}),
        wrong("hash", "the payload names another file", "mismatch", of="small", order=(0,),
              listed={"sha256": "ab" * 32}),
        wrong("size", "the payload names another size", "mismatch", of="small", order=(0,),
              listed={"size": 30}),
        wrong("shorter", "the payload names a smaller one", "mismatch", of="small", order=(0,),
              listed={"size": 28}),
        wrong("salt-length", "the salt is no salt", "malformed", of="small", order=(0,),
              listed={"salt": b64(other[:31])}),
        wrong("negative", "the size is no size", "malformed", of="small", order=(0,),
              listed={"size": -1}),
        wrong("sha256-form", "the hash is no hash", "malformed", of="small", order=(0,),
              listed={"sha256": "AB" * 32})]
    return {"version": 1, "keys": {name: b64(key) for name, key in KEYS.items()}, "place": PLACE,
            "files": files, "faults": faults}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "attachments.json"
    made = make()
    target.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(made['files']) + len(made['faults'])} cases")
