"""A person at a browser, written from the documents alone: spec/openapi.yaml, spec/encryption.md
and spec/log-format.md. It becomes the owner of an installation, logs in and decides.
"""

import base64
import hashlib
import hmac
import json
import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (decode_dss_signature,
                                                             encode_dss_signature)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
OFFERED = ("aud", "request_id", "version", "request_sha256", "level", "policy_sha256",
           "roster_sha256", "rule_sha256", "approver", "key", "nonce", "expires_at")


def b64(data):
    return base64.b64encode(data).decode()


def jcs(value):
    """RFC 8785 for what occurs here: ASCII names and no numbers but integers."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def seal_1(content_key, plaintext):
    iv = os.urandom(12)
    return {"_lp_enc": True, "iv": b64(iv), "ct": b64(AESGCM(content_key).encrypt(iv, plaintext,
                                                                                  None))}


def seal_2(content_key, plaintext, context):
    iv, salt, aad = os.urandom(12), os.urandom(32), jcs(context)
    key = HKDF(hashes.SHA256(), 32, salt, b"lp-env/2\0" + aad).derive(content_key)
    return {"_lp_enc": True, "iv": b64(iv), "ct": b64(AESGCM(key).encrypt(iv, plaintext, aad)),
            "v": 2, "kid": hashlib.sha256(b"lp-kid/1\0" + content_key).hexdigest()[:16],
            "salt": b64(salt), "ctx": context}


def tree_root(entries):
    """RFC 6962 section 2.1."""
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    sides = tree_root(entries[:split]) + tree_root(entries[split:])
    return hashlib.sha256(b"\1" + sides).digest()


def note(content_key, text, context):
    """What is said for this place: spec/encryption.md section 12."""
    iv, salt, aad = os.urandom(12), os.urandom(32), jcs(context)
    key = HKDF(hashes.SHA256(), 32, salt, b"lp-note/1\0" + aad).derive(content_key)
    return {"v": 1, "kid": hashlib.sha256(b"lp-kid/1\0" + content_key).hexdigest()[:16],
            "salt": b64(salt), "iv": b64(iv),
            "ct": b64(AESGCM(key).encrypt(iv, text.encode(), aad)), "ctx": context}


def words(content_key, sealed):
    """What a note says."""
    aad, salt = jcs(sealed["ctx"]), base64.b64decode(sealed["salt"])
    key = HKDF(hashes.SHA256(), 32, salt, b"lp-note/1\0" + aad).derive(content_key)
    return AESGCM(key).decrypt(base64.b64decode(sealed["iv"]), base64.b64decode(sealed["ct"]),
                               aad).decode()


class Payload:
    """What a device learns of a payload: the bytes, and the key of its commitments."""

    def __init__(self, detail, content_key):
        self.kind, self.text = detail["payload_kind"], detail["payload"].encode()
        if self.kind == "plain":
            self.k = base64.b64decode(detail["commit_key"])
            return
        envelope = json.loads(self.text)
        iv, ct = base64.b64decode(envelope["iv"]), base64.b64decode(envelope["ct"])
        key, aad = content_key, None
        salt, info = hashlib.sha256(b"lp-salt/1\0" + iv + ct).digest(), b"lp-commit/1"
        if self.kind == "v2":
            salt, info, aad = base64.b64decode(envelope["salt"]), b"lp-commit/2", jcs(
                envelope["ctx"])
            key = HKDF(hashes.SHA256(), 32, salt, b"lp-env/2\0" + aad).derive(content_key)
        self.env_sha256 = hashlib.sha256(b"lp-env/1\0" + jcs(envelope)).hexdigest()
        self.text = AESGCM(key).decrypt(iv, ct, aad)
        self.k = HKDF(hashes.SHA256(), 32, salt, info).derive(content_key)

    def mac(self, message):
        return hmac.new(self.k, message, "sha256").hexdigest()

    def commit(self, role=b"base"):
        return self.mac(b"lp-commit/1\0" + role + b"\0" + self.text)


class Passkey:
    """An authenticator and its browser, as WebAuthn Level 3 describes them."""

    def __init__(self, begin, origin):
        self.rp_id, self.user = begin["rp"]["id"], base64.b64decode(begin["user"]["id"])
        self.origin, self.credential = origin, os.urandom(32)
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.key = hashlib.sha256(self.spki).hexdigest()

    def client_data(self, kind, message):
        challenge = base64.urlsafe_b64encode(hashlib.sha256(message).digest()).rstrip(b"=")
        return json.dumps({"type": kind, "challenge": challenge.decode(), "origin": self.origin,
                           "crossOrigin": False}).encode()

    def head(self, flags):
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + bytes(4)

    def created(self, body):
        numbers = self.private.public_key().public_numbers()
        key = (b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + numbers.x.to_bytes(32, "big")
               + b"\x22\x58\x20" + numbers.y.to_bytes(32, "big"))
        data = (self.head(0x45) + bytes(16) + len(self.credential).to_bytes(2, "big")
                + self.credential + key)
        made = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        return {"clientDataJSON": b64(self.client_data("webauthn.create",
                                                       b"lp-passkey/1\0" + body)),
                "attestationObject": b64(made)}

    def signed(self, message):
        data, client = self.head(0x05), self.client_data("webauthn.get", message)
        signature = self.private.sign(data + hashlib.sha256(client).digest(),
                                      ec.ECDSA(hashes.SHA256()))
        return {"authenticatorData": b64(data), "clientDataJSON": b64(client),
                "signature": b64(signature)}


class Approver:
    """`call(method, path, body)` sends what a page of the dashboard sends and returns its JSON."""

    def __init__(self, call, origin, content_key):
        self.call, self.origin, self.content_key = call, origin, content_key
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message):
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
        return b64(encode_dss_signature(r, min(s, P256_ORDER - s)))

    def first_roster(self, project, terms):
        entry = jcs({"salt": b64(os.urandom(32)), "member": terms["member"],
                     "roles": ["owner", "reviewer"], "groups": [], "class": "device",
                     "spki": b64(self.spki), "cosigned": []})
        head = {"v": 1, "origin": project["origin"], "version": 1, "owners": [b64(self.spki)],
                "threshold": terms["threshold"], "issuer": project["issuer"],
                "log": project["log"], "min": terms["min"], "single_operator": True,
                "tree": {"size": 1, "root": hashlib.sha256(b"\0" + entry).hexdigest()},
                "time": terms["time"], "marks": terms["marks"]}
        text = jcs(head)
        return {"project": project["id"], "entry": entry.decode(), "head": text.decode(),
                "signature": self.sign(b"lp-roster/1\0" + text)}

    def set_up(self, token, name):
        begin = self.call("POST", "/api/setup/begin", {"token": token})
        rosters = [self.first_roster(project, begin) for project in begin["projects"]]
        return self.call("POST", "/api/setup/finish", {
            "token": token, "name": name, "spki": b64(self.spki), "rosters": rosters})

    def found(self, project):
        begin = self.call("POST", "/api/review/rosters/begin", {"project": project})
        return self.call("POST", "/api/review/rosters/finish",
                         self.first_roster(begin["project"], begin))

    def next_roster(self, roster, entries, time, **more):
        """A change of one project: `roster` is the newest of GET /api/review/rosters, `more` what
        else its head says."""
        texts, before = [jcs(entry) for entry in entries], json.loads(roster["head"])
        head = jcs(before | {
            "version": before["version"] + 1,
            "prev": hashlib.sha256(roster["head"].encode()).hexdigest(),
            "owners": [entry["spki"] for entry in entries
                       if "owner" in entry["roles"] and entry["class"] == "device"],
            "single_operator": before["single_operator"] and len(
                {entry["member"] for entry in entries
                 if "reviewer" in entry["roles"] and "spki" in entry}) < 2,
            "tree": {"size": len(texts), "root": tree_root(texts).hex()}, "time": time} | more)
        signature = {"spki": b64(self.spki), "signature": self.sign(b"lp-roster/1\0" + head)}
        return {"head": head.decode(), "entries": [text.decode() for text in texts],
                "signatures": jcs([signature]).decode()}

    def cosign(self, member):
        """Vouches for the keys of another member, in all projects."""
        spki = b64(self.spki)

        def edit(entries, origin):
            own = next(entry["member"] for entry in entries if entry.get("spki") == spki)
            return [entry if entry["member"] != member else entry | {"cosigned": [{
                "member": own, "spki": spki, "signature": self.sign(b"lp-cosign/1\0" + jcs({
                    "cosigner": own, "entry": entry | {"cosigned": []}, "origin": origin}))}]}
                    for entry in entries]
        return self.sign_rosters("/api/review/rosters", edit)

    def sign_proposal(self, proposal, edit, names=()):
        """`edit` makes the new entries of each project of the old ones."""
        return self.sign_rosters(f"/api/review/roster-proposals/{proposal}/sign",
                                 lambda entries, _: edit(entries), names)

    def sign_rosters(self, path, edit, names=()):
        told = self.call("GET", "/api/review/rosters")
        changes = []
        for project in told["projects"]:
            newest = project["rosters"][-1]
            entries = edit([json.loads(entry) for entry in newest["entries"]], project["origin"])
            changes.append({"project": project["id"],
                            **self.next_roster(newest, entries, told["time"])})
        return self.call("POST", path, {"changes": changes, "names": list(names)})

    def sign_rotation(self, proposal, from_index=None, status=200):
        """Another issuer key: from where the proposal says by now, or from `from_index` on."""
        told = self.call("GET", "/api/review/rosters")
        wish = self.call("GET", f"/api/review/roster-proposals/{proposal}")
        at = wish["from"] if from_index is None else from_index
        newest = next(project["rosters"][-1] for project in told["projects"]
                      if project["id"] == wish["project"]["id"])
        *ended, last = json.loads(newest["head"])["issuer"]
        change = self.next_roster(
            newest, [json.loads(entry) for entry in newest["entries"]], told["time"],
            issuer=[*ended, {**last, "to": at}, {"spki": wish["spki"], "from": at}])
        return self.call("POST", f"/api/review/roster-proposals/{proposal}/sign", {
            "changes": [{"project": wish["project"]["id"], **change}], "names": []}, status)

    def sign_erasure(self, items):
        """The documents as they were offered, signed."""
        return {"items": [
            {"project": item["project"], "document": item["document"],
             "signatures": jcs([{"spki": b64(self.spki), "signature": self.sign(
                 b"lp-erasure/1\0" + item["document"].encode())}]).decode()}
            for item in items]}

    def claims(self, server_nonce):
        return jcs({"origin": self.origin, "server_nonce": server_nonce,
                    "client_nonce": b64(os.urandom(32))})

    def log_in(self):
        begin = self.call("POST", "/api/login/begin", {})
        body = self.claims(begin["server_nonce"])
        return self.call("POST", "/api/login", {
            "body": body.decode(), "key": hashlib.sha256(self.spki).hexdigest(),
            "signature": self.sign(b"lp-login/1\0" + body)})

    def enrol(self, purpose, status=200):
        """A passkey of this kind, as far as the server takes it: the passkey and its answer."""
        begin = self.call("POST", "/api/review/passkeys/begin", {"purpose": purpose})
        passkey = Passkey(begin, self.origin)
        body = self.claims(begin["server_nonce"])
        made = {"purpose": purpose, "body": body.decode(), **passkey.created(body)}
        if purpose == "login":
            member = self.call("GET", "/api/session")["member"]["id"]
            said = jcs({"member": member, "purpose": "login", "spki": b64(passkey.spki)})
            made["signature"] = self.sign(b"lp-passkey/1\0" + said)
        return passkey, self.call("POST", "/api/review/passkeys", made, status)

    def log_in_with(self, passkey, status=200):
        begin = self.call("POST", "/api/login/begin", {})
        body = self.claims(begin["server_nonce"])
        return self.call("POST", "/api/login/passkey", {
            "body": body.decode(), "credential": b64(passkey.credential),
            "userHandle": b64(passkey.user), **passkey.signed(b"lp-login/1\0" + body)}, status)

    def decide_with(self, passkey, request, verdict="approve"):
        path = f"/api/review/requests/{request}"
        detail = self.call("GET", path)
        mine = next(item for item in detail["passkeys"] if item["key"] == passkey.key)
        offer = detail["offer"] | {"key": mine["key"], "nonce": mine["nonce"]}
        body = self.decision(detail | {"offer": offer}, verdict)
        body |= passkey.signed(b"lp-decision/1\0" + body["core"].encode())
        return self.call("POST", f"{path}/decision", body)

    def batch(self, requests, verdict, passkey=None, reason=None):
        """The body that decides all of them by one signature."""
        cores, first = [], None
        for request in requests:
            detail = self.call("GET", f"/api/review/requests/{request}")
            if passkey:
                mine = next(item for item in detail["passkeys"] if item["key"] == passkey.key)
                detail["offer"] |= {"key": mine["key"], "nonce": mine["nonce"]}
            cores.append(self.decision(detail, verdict, reason)["core"])
            first = first or detail
        head = jcs({"v": 1, "aud": first["offer"]["aud"], "service": first["service"],
                    "action": first["action"], "rule_sha256": first["offer"]["rule_sha256"],
                    "size": len(cores), "root": tree_root([core.encode() for core in cores]).hex()})
        proof = (passkey.signed(b"lp-batch/1\0" + head) if passkey
                 else {"signature": self.sign(b"lp-batch-device/1\0" + head)})
        items = [{"request": request, "core": core} for request, core in zip(requests, cores)]
        body = {"head": head.decode(), "items": items, **proof}
        return body | ({"reason": reason} if reason else {})

    def decision(self, detail, verdict, reason=None, edit=None):
        """The body of a decision. `edit` is the text of an envelope, sealed as the agent's was."""
        offer, payload = detail["offer"], Payload(detail, self.content_key)
        current = dict(offer["payload"], commit=payload.commit())
        core = {"v": 1, "verdict": verdict, "payload": current, "dwell_ms": 1200,
                "issued_at": offer["time"], **{name: offer[name] for name in OFFERED}}
        body = {}
        if reason:
            body["reason"] = reason
            core["reason"] = payload.mac(b"lp-reason/1\0" + reason.encode())
        if edit:
            sealed = Payload({"payload_kind": current["kind"], "payload": edit,
                              "commit_key": detail.get("commit_key")}, self.content_key)
            core["base"] = current
            core["payload"] = {"kind": current["kind"], "commit": sealed.commit(b"edit")}
            if current["kind"] != "plain":
                core["payload"]["env_sha256"] = sealed.env_sha256
            body["edit"] = edit
        text = jcs(core)
        return body | {"core": text.decode(),
                       "signature": self.sign(b"lp-decision-device/1\0" + text)}

    def place(self, detail, kind, name):
        offer = detail["offer"]
        return {"author": offer["approver"], "id": name, "kind": kind, "origin": offer["aud"],
                "request_id": detail["id"], "version": detail["version"]}

    def ask_for_changes(self, request, wish, status=200):
        path = f"/api/review/requests/{request}"
        detail = self.call("GET", path)
        body = self.decision(detail, "request_changes", wish)
        if detail["payload_kind"] != "plain":
            del body["reason"]
            body["note"] = note(self.content_key, wish,
                                self.place(detail, "changes", detail["offer"]["nonce"]))
        return self.call("POST", f"{path}/decision", body, status)

    def decide(self, request, verdict, reason=None, edit=None):
        path = f"/api/review/requests/{request}"
        detail = self.call("GET", path)
        self.call("POST", f"{path}/viewed", {"version": detail["version"]})
        return self.call("POST", f"{path}/decision", self.decision(detail, verdict, reason, edit))
