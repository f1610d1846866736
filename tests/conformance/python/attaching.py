"""An agent that attaches a file, and its approver: a part of test_openapi.py, whose house it is
given. The files are sealed here from spec/encryption.md section 13, by no code of the SDKs.
"""

import hashlib
import json
import os

from approver import b64, jcs, seal_1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CONTENT_KEY = bytes(range(32))
PIECE = 1 << 20


def sealed(data, place):
    """What the payload says of the file, and its pieces."""
    salt, aad = os.urandom(32), jcs(place | {"attachment": "a1"})
    cipher = AESGCM(HKDF(hashes.SHA256(), 32, salt, b"lp-attachment/1\0" + aad).derive(CONTENT_KEY))
    parts = [data[at:at + PIECE] for at in range(0, len(data), PIECE)]
    pieces = [cipher.encrypt(index.to_bytes(11, "big") + bytes([index + 1 == len(parts)]), part,
                             aad) for index, part in enumerate(parts)]
    listed = {"id": "a1", "name": "plan.txt", "type": "text/plain", "size": len(data),
              "sha256": hashlib.sha256(data).hexdigest(), "salt": b64(salt)}
    return listed, pieces


def announced(pieces):
    return {"id": "a1", "size": sum(map(len, pieces)),
            "pieces": [hashlib.sha256(piece).hexdigest() for piece in pieces]}


def agents_attach_files(house):
    project = next(one for one in house.session["projects"] if one["name"] == "default")
    place = {"origin": project["origin"], "client_nonce": "bm9uY2U=", "service": "billing",
             "action": "refund"}
    listed, pieces = sealed(b"one line of the plan\n" * 50_000, place)
    assert len(pieces) == 2
    payload = seal_1(CONTENT_KEY, json.dumps({"amount": 1, "_lp_attachments": [listed]}).encode())
    more = {"client_nonce": "bm9uY2U=", "attachments": [announced(pieces)]}
    large = {"attachments": [{"id": f"a{n}", "size": 1, "pieces": []} for n in range(17)]}
    assert house.ask(house.key, payload, 422, **large)["reason"] == "attachment_too_large"
    asked = house.ask(house.key, payload, **more)
    url, binary = asked["attachments"][0]["uploadUrl"], {"Content-Type": "application/octet-stream"}

    def put(piece, data, status=200, headers=binary, at=url):
        target = f"{at}&piece={piece}"
        return house.send("PUT", target, status, content=data, headers=headers).json()

    assert put(0, b"short", 422)["reason"] == "attachment_size"
    assert put(1, bytes(len(pieces[1])), 422)["reason"] == "attachment_hash"
    put(2, b"", 400)
    put(0, pieces[0], 415, {"Content-Type": "text/plain"})
    put(0, pieces[0], 403, at=url[:-1] + ("0" if url[-1] != "0" else "1"))
    assert put(1, pieces[1]) == put(1, pieces[1]) == {"missing": 1}

    path = f"/api/review/requests/{asked['id']}"
    detail = house.page("GET", path)
    assert detail["attachments"][0]["missing"] == 1
    refused = house.page("POST", f"{path}/decision", house.owner.decision(detail, "approve"), 409)
    assert refused["reason"] == "attachments_missing"
    assert put(0, pieces[0]) == {"missing": 0}
    headers = {"Cookie": f"__Host-lp={house.cookie}"}
    for index, piece in enumerate(pieces):
        reply = house.send("GET", f"{path}/attachments/a1/{index}", headers=headers)
        assert reply.content == piece
    house.send("GET", f"{path}/attachments/a1/2", 404, headers=headers)
    house.owner.decide(asked["id"], "approve")
    assert put(0, pieces[0], 409)["reason"] == "already_decided"

    # Where the server can read payloads it compares both lists, and seals what comes.
    data = b"in clear"
    clear = {name: value for name, value in listed.items() if name != "salt"} | {
        "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    body = {"amount": 1, "_lp_attachments": [clear]}
    wrong = house.ask(house.lab_key, body, 422)
    assert wrong["reason"] == "attachments_mismatch"
    asked = house.ask(house.lab_key, body, attachments=[announced([data])])
    assert put(0, data, at=asked["attachments"][0]["uploadUrl"]) == {"missing": 0}
    path = f"/api/review/requests/{asked['id']}/attachments/a1/0"
    assert house.send("GET", path, headers=headers).content == data
    house.owner.decide(asked["id"], "approve")
