"""Content keys from hand to hand and a pairing, as spec/encryption.md sections 10 and 11 say: every
call of both, with all that a stranger has to compute for them.
"""

import hashlib
import json
import os

from approver import b64, jcs
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (Encoding, PublicFormat,
                                                          load_der_public_key)

KEYS = "/api/review/content-keys"


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def hkdf(shared, epk, recipient, terms):
    info = b"lp-wrap/1\0" + epk + recipient + jcs(terms)
    return HKDF(hashes.SHA256(), 32, None, info).derive(shared)


def wrap(content_key, recipient, terms):
    ephemeral, iv = new_key(), os.urandom(12)
    shared = ephemeral.exchange(ec.ECDH(), load_der_public_key(recipient))
    key = hkdf(shared, spki(ephemeral), recipient, terms)
    ct = AESGCM(key).encrypt(iv, content_key, jcs(terms))
    return jcs({**terms, "epk": b64(spki(ephemeral)), "iv": b64(iv), "ct": b64(ct)})


def hand_over(house, own, epoch, status=200):
    project = next(item for item in house.session["projects"] if item["name"] == "default")
    kid = hashlib.sha256(b"lp-kid/1\0" + house.owner.content_key).hexdigest()[:16]
    device = hashlib.sha256(house.owner.spki).hexdigest()
    roster = house.page("GET", "/api/session")["projects"]
    terms = {"kid": kid, "epoch": epoch, "origin": project["origin"], "from": device, "to": device,
             "roster_sha256": next(item["roster_sha256"] for item in roster
                                   if item["id"] == project["id"])}
    document = wrap(house.owner.content_key, spki(own), terms)
    signature = house.owner.sign(b"lp-wrap/1\0" + document)
    wraps = [{"document": document.decode(), "signature": signature}]
    house.page("POST", KEYS, {"project": project["id"], "kid": kid, "wraps": wraps}, status)
    return f"{KEYS}/{project['id']}/{kid}"


def keys_are_handed_on(house):
    own, device = new_key(), hashlib.sha256(house.owner.spki).hexdigest()
    said = jcs({"device": device, "spki": b64(spki(own))})
    signature = house.owner.sign(b"lp-wrap-key/1\0" + said)
    house.page("POST", f"{KEYS}/device", {"spki": b64(spki(own)), "signature": "AAAA"}, 422)
    house.page("POST", f"{KEYS}/device", {"spki": b64(spki(own)), "signature": signature})
    hand_over(house, own, 2, 409)
    path = hand_over(house, own, 1)
    listed = house.page("GET", KEYS)
    [key] = next(item["keys"] for item in listed["projects"] if item["keys"])
    assert key["holders"] == [device] and listed["devices"][0]["wrap_spki"] == b64(spki(own))
    read = json.loads(key["wrapped"]["document"])
    assert jcs(read).decode() == key["wrapped"]["document"]
    for act in ("sheet", "retire", "drop"):
        house.page("POST", f"{path}/{act}", {})
    house.page("POST", f"{path}/retire", {}, 409)
    house.page("POST", f"{KEYS}/proj_none/{'0' * 16}/sheet", {}, 404)


def copies_are_kept(house):
    copies = "/api/review/key-copies"
    house.page("POST", copies, {"kind": "paper", "document": "{}"}, 422)
    kept = house.page("POST", copies, {"kind": "passphrase", "document": "{}"})["id"]
    assert [copy["id"] for copy in house.page("GET", copies)["copies"]] == [kept]
    house.page("POST", f"{copies}/{kept}/remove", {})
    house.page("POST", f"{copies}/{kept}/remove", {}, 404)


def begun(house):
    pairing = house.page("POST", "/api/review/pairings", {})
    return f"/api/review/pairings/{pairing['id']}", pairing["code"]


def devices_are_paired(house):
    device, own = new_key(), new_key()
    reveal = jcs({"nonce": b64(os.urandom(32)), "signature": "AAAA", "spki": b64(spki(device)),
                  "wrap": b64(spki(own))})
    commitment = hashlib.sha256(b"lp-pair-commit/1\0" + reveal).hexdigest()
    path, code = begun(house)
    claim = {"code": code, "commitment": commitment}
    house.page("POST", f"{path}/answer", {"nonce": b64(bytes(32))}, 410)
    token = house.page("POST", "/api/pairing/claim", claim)["token"]
    house.page("POST", "/api/pairing/claim", claim, 410)
    assert house.page("GET", path) == {"state": "claimed", "commitment": commitment}
    house.page("POST", f"{path}/answer", {"nonce": b64(bytes(32))})
    assert house.page("POST", "/api/pairing/state", {"token": token})["nonce"] == b64(bytes(32))
    told = {"token": token, "reveal": reveal.decode()}
    house.page("POST", "/api/pairing/reveal", told | {"reveal": "{}"}, 410)
    house.page("POST", "/api/pairing/reveal", told)
    assert house.page("GET", path)["reveal"] == reveal.decode()
    proposal = house.page("POST", f"{path}/end", {"agreed": True})
    assert proposal["act"] == "add_device" and proposal["spki"] == b64(spki(device))
    state = house.page("POST", "/api/pairing/state", {"token": token})
    assert state["state"] == "agreed" and state["member"] == "Ada" and not state["counted"]
    house.page("POST", f"/api/review/roster-proposals/{proposal['id']}/withdraw", {})
    path, code = begun(house)
    token = house.page("POST", "/api/pairing/claim", claim | {"code": code})["token"]
    house.page("POST", "/api/pairing/stop", {"token": token})
    house.page("GET", path, None, 410)
    house.page("POST", f"{path}/end", {"agreed": False})


def people_hand_on_keys(house):
    keys_are_handed_on(house)
    copies_are_kept(house)
    devices_are_paired(house)
