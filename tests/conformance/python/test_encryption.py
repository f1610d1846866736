"""The examples of spec/encryption.md, made again with Python's cryptography and compared.

`python test_encryption.py --write` puts the computed values into the document.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DOCUMENT = Path(__file__).parents[3] / "spec/encryption.md"
WORDS = re.findall(r"[a-z]+", re.search(
    r"`(acid .*?)`", (DOCUMENT.parents[1] / "sdk/typescript/src/words.ts").read_text(), re.S)[1])
EXAMPLE = re.compile(r"```example ([\w-]+)\n(.*?)```", re.S)

KEY = bytes(range(32))
IV = bytes(range(0xA0, 0xAC))
PYTHON_PLAINTEXT = '{"user_id": "u_123", "amount": 100, "note": "caf\\u00e9"}'
NODE_PLAINTEXT = ('{"user_id":"u_123","amount":100,"note":"café",'
                  '"_lp_meta":{"environment":"prod"}}')
V2_PLAINTEXT = '{"amount":5000.00,"to":"acct_99"}'
V2_SALT = bytes(range(0xC0, 0xD0)) * 2
V2_CONTEXT = {"origin": "lp.example/p/00112233445566778899aabbccddeeff",
              "client_nonce": "bm9uY2U", "service": "stripe", "action": "refund",
              "created": "2026-03-01T12:00:00.000Z"}
PLAIN = '{ "amount" : 12345678901234567890 }'
PLAIN_KEY = bytes(range(0xFF, 0xDF, -1))
REASON = "Wrong payee – café 😀"
DISPLAY = {"renderer": "letsping-web/1", "version": "0.1.0", "assets_sha256": "ab" * 32,
           "leaves_shown": 4, "leaves_total": 4}
ATTACHMENT = "All of the invoice."
NOTE_CONTEXT = {"author": "mem_owner", "id": "c7Jb0qYwS3mXk2pL", "kind": "comment",
                "origin": V2_CONTEXT["origin"], "request_id": "req_1", "version": 1}
NOTE_TEXT = "Is this the right account?"
AGENT_SECRET = b"secret-key"
AGENT_BODY = ('{"project_id": "proj1", "service": "svc", "action": "act", '
              '"payload": {"note": "caf\\u00e9"}, "agent_id": "agent_1", "agent_signature": "…"}')
RECIPIENT, EPHEMERAL = bytes(range(1, 33)), bytes(range(33, 65))
ORIGIN = "lp.example/p/00112233445566778899aabbccddeeff"
PASSPHRASE = "nobody guesses these words"
SNAPSHOT = '{"thread_id":"t1","input":{"step":"START"}}'
WEBHOOK_SECRET = b"lp_whk_test"
WEBHOOK_MS = "1772366400000"
WEBHOOK_BODY = ('{"id":"req_abc123","event":"request.approved","data":{"status":"APPROVED",'
                '"payload":{"amount":100},"patched_payload":null,"metadata":'
                '{"resolved_at":"2026-03-01T12:00:00.000Z","actor_id":"user_1",'
                '"method":"dashboard"}}}')


def b64(data):
    return base64.b64encode(data).decode()


def compact(value, ascii_only=False):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)


def jcs(value):
    """RFC 8785 for what occurs here: ASCII names and no numbers but integers."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def hkdf(salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(KEY)


def mac(key, message):
    return hmac.new(key, message, "sha256").hexdigest()


def commit(key, role, payload):
    return mac(key, b"lp-commit/1\0" + role + b"\0" + payload.encode())


def env_sha256(envelope):
    return hashlib.sha256(b"lp-env/1\0" + jcs(envelope)).hexdigest()


def envelope_1():
    ct = AESGCM(KEY).encrypt(IV, PYTHON_PLAINTEXT.encode(), None)
    envelope = {"_lp_enc": True, "iv": b64(IV), "ct": b64(ct)}
    salt = hashlib.sha256(b"lp-salt/1\0" + IV + ct).digest()
    k = hkdf(salt, b"lp-commit/1")
    return {"v1-plaintext": PYTHON_PLAINTEXT, "v1-envelope": compact(envelope),
            "v1-node-plaintext": NODE_PLAINTEXT,
            "v1-node-ct": b64(AESGCM(KEY).encrypt(IV, NODE_PLAINTEXT.encode(), None)),
            "v1-env_sha256": env_sha256(envelope), "v1-salt": salt.hex(), "v1-k": k.hex(),
            "v1-commit-base": commit(k, b"base", PYTHON_PLAINTEXT),
            "v1-commit-edit": commit(k, b"edit", PYTHON_PLAINTEXT),
            "v1-display-object": jcs(DISPLAY).decode(),
            "v1-display": mac(k, b"lp-display/1\0" + jcs(DISPLAY)),
            "reason-text": REASON, "v1-reason": mac(k, b"lp-reason/1\0" + REASON.encode())}


def envelope_2(kid):
    aad = jcs(V2_CONTEXT)
    key = hkdf(V2_SALT, b"lp-env/2\0" + aad)
    ct = AESGCM(key).encrypt(IV, V2_PLAINTEXT.encode(), aad)
    envelope = {"_lp_enc": True, "iv": b64(IV), "ct": b64(ct), "v": 2, "kid": kid,
                "salt": b64(V2_SALT), "ctx": V2_CONTEXT}
    k = hkdf(V2_SALT, b"lp-commit/2")
    return {"v2-plaintext": V2_PLAINTEXT, "v2-aad": aad.decode(), "v2-key": key.hex(),
            "v2-envelope": compact(envelope), "v2-env_sha256": env_sha256(envelope),
            "v2-k": k.hex(), "v2-commit-base": commit(k, b"base", V2_PLAINTEXT)}


def note(kid):
    context = jcs(NOTE_CONTEXT)
    ct = AESGCM(hkdf(V2_SALT, b"lp-note/1\0" + context)).encrypt(IV, NOTE_TEXT.encode(), context)
    sealed = {"v": 1, "kid": kid, "salt": b64(V2_SALT), "iv": b64(IV), "ct": b64(ct),
              "ctx": NOTE_CONTEXT}
    return {"note-context": context.decode(), "note-text": NOTE_TEXT, "note": compact(sealed)}


def attachment():
    place = {"action": "refund", "attachment": "a1", "client_nonce": "bm9uY2U", "origin": ORIGIN,
             "service": "stripe"}
    key = hkdf(V2_SALT, b"lp-attachment/1\0" + jcs(place))
    piece = AESGCM(key).encrypt(bytes(11) + b"\1", ATTACHMENT.encode(), jcs(place))
    entry = {"id": "a1", "name": "invoice.txt", "type": "text/plain", "size": len(ATTACHMENT),
             "sha256": hashlib.sha256(ATTACHMENT.encode()).hexdigest(), "salt": b64(V2_SALT)}
    announced = {"id": "a1", "size": len(piece), "pieces": [hashlib.sha256(piece).hexdigest()]}
    return {"attachment-text": ATTACHMENT, "attachment-context": jcs(place).decode(),
            "attachment-key": key.hex(), "attachment-piece": piece.hex(),
            "attachment-entry": compact(entry), "attachment-announcement": compact(announced)}


def agent():
    call = {"project_id": "proj1", "service": "svc", "action": "act", "payload": {"note": "café"}}
    bare = {name: call[name] for name in ("project_id", "service", "action")}
    texts = {"agent": compact(call, True), "agent-node": compact(call), "agent-bare": compact(bare)}
    values = {"agent-body": AGENT_BODY}
    for name, text in texts.items():
        values[f"{name}-message"] = text
        values[f"{name}-signature"] = mac(AGENT_SECRET, text.encode())
    return values


def webhook():
    v1 = mac(WEBHOOK_SECRET, WEBHOOK_BODY.encode())
    v2 = mac(WEBHOOK_SECRET, f"{WEBHOOK_MS}.msg_1.{WEBHOOK_BODY}".encode())
    standard = hmac.new(WEBHOOK_SECRET, f"msg_1.{WEBHOOK_MS[:-3]}.{WEBHOOK_BODY}".encode(),
                        "sha256").digest()
    return {"webhook-body": WEBHOOK_BODY,
            "webhook-signature": f"t={WEBHOOK_MS},v1={v1},v2={v2}",
            "webhook-standard": "v1," + b64(standard)}


def words(data):
    return [WORDS[byte] for byte in data]


def private(scalar):
    return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def wrapping(kid):
    """Of the recipient's device key only its id matters; here the wrap key stands for it."""
    recipient, ephemeral = private(RECIPIENT), private(EPHEMERAL)
    device = hashlib.sha256(spki(recipient)).hexdigest()
    terms = {"kid": kid, "epoch": 1, "origin": ORIGIN, "from": "ab" * 32, "to": device,
             "roster_sha256": "cd" * 32}
    shared = ephemeral.exchange(ec.ECDH(), recipient.public_key())
    info = b"lp-wrap/1\0" + spki(ephemeral) + spki(recipient) + jcs(terms)
    key = HKDF(hashes.SHA256(), 32, None, info).derive(shared)
    ct = AESGCM(key).encrypt(IV, KEY, jcs(terms))
    document = {**terms, "epk": b64(spki(ephemeral)), "iv": b64(IV), "ct": b64(ct)}
    compared = hashlib.sha256(b"lp-wrap-words/1\0" + spki(recipient) + spki(recipient)).digest()
    check = hashlib.sha256(b"lp-key-words/1\0" + KEY).digest()[:1]
    return {"wrap-recipient": RECIPIENT.hex(), "wrap-ephemeral": EPHEMERAL.hex(),
            "wrap-terms": jcs(terms).decode(), "wrap-key": key.hex(),
            "wrap-document": jcs(document).decode(),
            "wrap-words": " ".join("-".join(words(compared[at:at + 4])) for at in (0, 4)),
            "key-words": " ".join(words(KEY + check))}


def copy(kid):
    salt, iterations = b64(V2_SALT), 600_000
    terms = jcs({"kind": "passphrase", "member": "mem_ada", "salt": salt,
                 "iterations": iterations, "kids": [kid]})
    key = hashlib.pbkdf2_hmac("sha256", PASSPHRASE.encode(), V2_SALT, iterations)
    ct = AESGCM(key).encrypt(IV, jcs({kid: b64(KEY)}), b"lp-copy/1\0" + terms)
    return {"copy-passphrase": PASSPHRASE,
            "copy-document": jcs({"terms": terms.decode(), "iv": b64(IV), "ct": b64(ct)}).decode()}


def pairing():
    device = b64(spki(private(RECIPIENT)))
    reveal = jcs({"nonce": b64(bytes(32)), "signature": "AAAA", "spki": device,
                  "wrap": b64(spki(private(EPHEMERAL)))}).decode()
    commitment = hashlib.sha256(b"lp-pair-commit/1\0" + reveal.encode()).hexdigest()
    transcript = {"browser": "ab" * 32, "commitment": commitment, "nonce": b64(bytes(range(32))),
                  "origin": "https://lp.example", "reveal": reveal}
    found = hashlib.sha256(b"lp-pair/1\0" + jcs(transcript)).digest()
    number = int.from_bytes(found[3:5], "big") % 100
    return {"pair-transcript": jcs(transcript).decode(),
            "pair-words": " ".join([*words(found[:3]), f"{number:02}"])}


def computed():
    kid = hashlib.sha256(b"lp-kid/1\0" + KEY).hexdigest()[:16]
    blob = IV + AESGCM(KEY).encrypt(IV, SNAPSHOT.encode(), None)
    return {"key": b64(KEY), "kid": kid, **envelope_1(), **envelope_2(kid),
            "plain-payload": PLAIN, "plain-commit_key": b64(PLAIN_KEY),
            "plain-commit-base": commit(PLAIN_KEY, b"base", PLAIN), **agent(),
            "snapshot-plaintext": SNAPSHOT, "snapshot-blob": blob.hex(), **webhook(),
            **wrapping(kid), **copy(kid), **pairing(), **note(kid), **attachment()}


def test_the_document_shows_what_python_computes():
    shown = {name: text.rstrip("\n") for name, text in EXAMPLE.findall(DOCUMENT.read_text("utf-8"))}
    assert shown == computed()


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    VALUES = computed()
    DOCUMENT.write_text(EXAMPLE.sub(
        lambda found: f"```example {found[1]}\n{VALUES[found[1]]}\n```",
        DOCUMENT.read_text("utf-8")), "utf-8")
