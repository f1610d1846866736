"""Attacks on a real server, by whoever has what it takes: a session, its database, an older copy of
its disk, a ciphertext with two meanings. docs/security/attacks.md names what each shows.

The one who decides is written from the documents alone (approver.py), with the key of the test
approver, for it has to sign what no honest program signs.
"""

import base64
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from approver import Approver, Payload, b64, jcs, tree_root
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from server import CONTENT_KEY, E1, E2, Server, binary

KEY = base64.b64decode(CONTENT_KEY)


class Refused(Exception):
    def __init__(self, status, reason):
        super().__init__(f"{status} {reason}")
        self.status, self.reason = status, reason


class Person(Approver):
    """Signed in at a browser, with a key that decides."""

    def __init__(self, server, content_key=KEY):
        super().__init__(self.page, server.address, content_key)
        stored = (Path(server.data) / "secrets/test-approver.key").read_bytes()
        self.private = serialization.load_der_private_key(stored, None)
        self.spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.server = server
        self.cookie = server.log_in()

    def page(self, method, path, body=None):
        headers = {"Cookie": f"__Host-lp={self.cookie}", "X-LP-CSRF": "1",
                   "Origin": self.server.address, "Sec-Fetch-Site": "same-origin"}
        return send(self.server, method, path, body, headers)

    def detail(self, request):
        return self.page("GET", f"/api/review/requests/{request}")

    def post(self, request, body):
        return self.page("POST", f"/api/review/requests/{request}/decision", body)


def send(server, method, path, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(server.address + path, data, method=method)
    call.add_header("Content-Type", "application/json")
    for name, value in (headers or {}).items():
        call.add_header(name, value)
    try:
        with urllib.request.urlopen(call, timeout=20) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        raise Refused(error.code, json.load(error)["reason"]) from None


def agent(server, method, path, body=None):
    return send(server, method, path, body,
                {"Authorization": "Bearer " + server.variable("agent")})


def asked(server, envelope=E1):
    body = {"service": "db", "action": "sql", "payload": json.loads(envelope)}
    return agent(server, "POST", "/api/ingest", body)["id"]


def status_of(server, request):
    return agent(server, "GET", f"/api/status/{request}")["status"]


@pytest.fixture
def own():
    """A server that a test may ruin."""
    with Server() as running:
        yield running


def refused(act, *arguments):
    """(status, reason) of a call that must not succeed."""
    with pytest.raises(Refused) as why:
        act(*arguments)
    return why.value.status, why.value.reason


# ---- signatures in the wrong place --------------------------------------------------------------

def test_a_signature_for_a_login_decides_nothing(server):
    person, request = Person(server), asked(server)
    body = person.decision(person.detail(request), "approve")
    for tag in (b"lp-login/1\0", b"lp-roster/1\0", b"lp-decision/1\0", b""):
        signed = body | {"signature": person.sign(tag + body["core"].encode())}
        assert refused(person.post, request, signed) == (422, "bad_signature"), tag
    assert status_of(server, request) == "PENDING"
    person.post(request, body)
    assert status_of(server, request) == "APPROVED"


def test_a_signature_for_a_decision_logs_nobody_in(server):
    person = Person(server)
    begun = person.page("POST", "/api/login/begin", {})
    body = jcs({"origin": server.address, "server_nonce": begun["server_nonce"],
                "client_nonce": b64(os.urandom(32))})
    login = {"body": body.decode(), "key": hashlib.sha256(person.spki).hexdigest(),
             "signature": person.sign(b"lp-decision-device/1\0" + body)}
    assert refused(person.page, "POST", "/api/login", login)[0] == 401


def test_a_decision_about_one_request_closes_no_other(server):
    person, mine, other = Person(server), asked(server), asked(server)
    body = person.decision(person.detail(mine), "approve")
    assert refused(person.post, other, body) == (422, "bad_core")
    assert (status_of(server, mine), status_of(server, other)) == ("PENDING", "PENDING")


def test_a_decision_about_the_first_version_does_not_approve_the_second(server):
    person, request = Person(server), asked(server)
    body = person.decision(person.detail(request), "approve")
    agent(server, "POST", f"/api/requests/{request}/revise",
          {"version": 1, "payload": json.loads(E2)})
    assert refused(person.post, request, body) == (409, "stale")
    assert status_of(server, request) == "PENDING"


def test_a_decision_shown_for_another_action_is_not_taken(server):
    person, request = Person(server), asked(server)
    detail = person.detail(request)
    # What another service and action hash to. The offer is the server's, the core the person's.
    detail["offer"]["request_sha256"] = hashlib.sha256(b"another descriptor").hexdigest()
    body = person.decision(detail, "approve")
    assert refused(person.post, request, body) == (409, "stale")
    assert status_of(server, request) == "PENDING"


# ---- whoever has the database -------------------------------------------------------------------

def forged_approval(created, origin):
    """A statement and its leaf that say the request was approved, under a key of the attacker's."""
    private = ec.generate_private_key(ec.SECP256R1())
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    statement = json.loads(created)
    said = statement["predicate"]
    assert said["origin"] == origin
    said |= {"type": "decision.approved", "verdict": "approve",
             "actor": {"id": "clock", "kind": "system", "method": "clock"}, "pad": ""}
    said["stream"] |= {"seq": 1, "prev": hashlib.sha256(created).hexdigest()}
    said["pad"] = "0" * (-len(jcs(statement)) % 256)
    text = jcs(statement)
    body = {"data": {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(text).digest())},
            "signature": {"content": b64(private.sign(text, ec.ECDSA(hashes.SHA256()))),
                          "verifier": {"keyDetails": "PKIX_ECDSA_P256_SHA_256",
                                       "publicKey": {"rawBytes": b64(spki)}}}}
    return text, jcs({"apiVersion": "0.0.2", "kind": "hashedrekord",
                      "spec": {"hashedRekordV002": body}})


def frontier_of(leaves):
    """The roots of the full subtrees of the tree, left to right."""
    frontier, at = b"", 0
    while at < len(leaves):
        width = 1 << (len(leaves) - at).bit_length() - 1
        frontier += tree_root(leaves[at:at + width])
        at += width
    return frontier


def test_rows_that_the_database_owner_appended_are_not_signed(own):
    request = asked(own)
    origin = own.project("default", "encrypted")["origin"]
    own.stop()
    path = f"{own.data}/letsping.db"
    with sqlite3.connect(path) as db:
        number, = db.execute("SELECT number FROM project WHERE origin = ?", [origin]).fetchone()
        size, frontier = db.execute("SELECT size, frontier FROM log_head WHERE project = ?",
                                    [number]).fetchone()
        last, = db.execute("SELECT max(position) FROM leaf WHERE stream = ?", [request]).fetchone()
        rows = db.execute("SELECT leaf FROM leaf WHERE position BETWEEN ? AND ? ORDER BY position",
                          [last - size + 1, last]).fetchall()
        leaves = [leaf for leaf, in rows]
        assert frontier_of(leaves) == frontier, "the attack would be a clumsy one"
        created, = db.execute("SELECT statement FROM leaf WHERE position = ?", [last]).fetchone()
        statement, leaf = forged_approval(created, origin)
        db.execute("INSERT INTO leaf VALUES (?, ?, ?, ?, ?, ?, ?)",
                   [last + 1, hashlib.sha256(b"\0" + leaf).digest(), "decision.approved", request,
                    leaf, b"", statement])
        db.execute("UPDATE log_head SET size = size + 1, frontier = ? WHERE project = ?",
                   [frontier_of([*leaves, leaf]), number])
    db.close()
    with pytest.raises(RuntimeError, match="does not listen"):
        own.start()
    assert own.process.wait(timeout=20) != 0
    assert "leaf is signed by an issuer key that is not the one for its index" in own.log_tail()


def test_a_state_row_that_was_edited_is_not_served(own):
    request = asked(own)
    own.stop()
    with sqlite3.connect(f"{own.data}/letsping.db") as db:
        db.execute("UPDATE request_state SET state = 'approved' WHERE request = ?", [request])
    db.close()
    own.start()
    assert refused(status_of, own, request)[0] == 503
    assert refused(Person(own).detail, request)[0] == 503


def test_a_restored_copy_of_the_disk_decides_nothing(own):
    request = asked(own)
    own.stop()
    shutil.copytree(own.data, own.data + ".older")
    own.start()
    Person(own).decide(request, "reject")
    own.stop()
    shutil.rmtree(own.data)
    shutil.copytree(own.data + ".older", own.data)
    own.start()
    assert refused(asked, own)[0] == 503
    assert refused(Person(own).decide, request, "approve")[0] == 503
    # Reads go on: what was rejected is undecided in this copy, and stays so.
    assert status_of(own, request) == "PENDING"


class Witness:
    """On another machine: `letsping witness`, which knows the logs of one server."""

    def __init__(self, home, logs):
        self.home = Path(home)
        self.key = ["--key", str(self.home / "witness.key")]
        self.vkey = self.run("--init", "--name", "witness.example/w1").stdout.strip()
        (self.home / "logs.txt").write_text(
            "".join(f"{vkey.partition('+')[0]}={vkey}\n" for vkey in logs), encoding="ascii")
        command = [binary(), "witness", *self.key, "--state", str(self.home / "witnessed"),
                   "--listen", "127.0.0.1:0", "--origins", str(self.home / "logs.txt")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        self.url = self.process.stdout.readline().removeprefix("listening ").strip()

    def run(self, *words):
        return subprocess.run([binary(), "witness", *self.key, *words], check=True, text=True,
                              capture_output=True, timeout=20)

    def policy(self):
        path = self.home / "policy"
        path.write_text(f"witness w1 {self.vkey} {self.url}\nquorum w1\n", encoding="ascii")
        return str(path)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@pytest.fixture
def witnessed(own):
    """The server again, every log of which a witness cosigns."""
    trust = json.loads(own.run("trust", "export", "--project", "default"))
    witness = Witness(own.home.name, trust["log_vkeys"] + trust["root"]["log_vkeys"])
    try:
        own.stop()
        own.settings["LETSPING_WITNESS__POLICY"] = witness.policy()
        own.start()
        yield own
    finally:
        witness.stop()


def seen_by_the_witness(server, request):
    """The receipt of a request, once a witness stands behind it."""
    log = server.project("default", "encrypted")["origin"].rsplit("/", 1)[1]
    receipt = json.loads(server.run("receipt", request))
    index = receipt["tlog"]["proof"].split("\n")[1].removeprefix("index ")
    return send(server, "GET", f"/log/{log}/receipt/{index}?wait=witnessed&timeout=20", None,
                {"Authorization": "Bearer " + server.variable("auditor")})


def judged(server, receipt, *more):
    """What `letsping verify` says under the trust file that the server's owner exports."""
    trust = Path(server.home.name, "trust.json")
    trust.write_text(server.run("trust", "export", "--project", "default"), encoding="utf-8")
    text = json.dumps(receipt, separators=(",", ":"), ensure_ascii=False)
    done = subprocess.run([binary(), "verify", "-", "--trust", str(trust), "--allow-test", "--json",
                           *more], input=text, text=True, capture_output=True, timeout=20,
                          check=False)
    return json.loads(done.stdout)


def test_a_machine_restored_with_its_memory_is_stopped_by_its_witness(witnessed):
    server, request = witnessed, asked(witnessed)
    seen_by_the_witness(server, request)
    server.stop()
    places = (server.data, server.data + ".signer")
    for place in places:
        shutil.copytree(place, place + ".older")
    server.start()
    Person(server).decide(request, "reject")
    said = judged(server, seen_by_the_witness(server, request), "--require", "log=witnessed")
    assert (said["verdict"], said["log"], said["type"]) == ("VALID", "L2", "decision.rejected")
    server.stop()
    for place in places:
        shutil.rmtree(place)
        shutil.copytree(place + ".older", place)
    server.start()
    # Nothing on the machine itself could tell.
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            asked(server)
        except Refused as why:
            assert (why.status, why.reason) == (503, "log_frozen")
            break
        time.sleep(0.1)
    else:
        raise AssertionError("no witness stopped it")
    assert refused(Person(server).decide, request, "approve")[0] == 503
    assert status_of(server, request) == "PENDING"


# ---- a ciphertext with two meanings -------------------------------------------------------------

def product(a, b):
    """In the field of GCM, whose bits run from the left."""
    out = 0
    for bit in range(127, -1, -1):
        if a >> bit & 1:
            out ^= b
        b = b >> 1 ^ (0xE1 << 120 if b & 1 else 0)
    return out


def inverse(a):
    out, square = 1 << 127, a
    for _ in range(127):
        square = product(square, square)
        out = product(out, square)
    return out


def block(key, text):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(text) + encryptor.finalize(), "big")


def two_key_envelope(keys, text):
    """Opens under both keys; `text`, 16 bytes, is how it begins under the first."""
    iv = os.urandom(12)
    (h1, e1), (h2, e2) = [(block(key, bytes(16)), block(key, iv + b"\0\0\0\1")) for key in keys]
    first = block(keys[0], iv + b"\0\0\0\2") ^ int.from_bytes(text, "big")
    lengths = 32 * 8
    squares = [product(h, h) for h in (h1, h2)]
    cubes = [product(h, square) for h, square in zip((h1, h2), squares)]
    # The second block is what makes the two tags one.
    difference = product(first, cubes[0] ^ cubes[1]) ^ product(lengths, h1 ^ h2) ^ e1 ^ e2
    second = product(difference, inverse(squares[0] ^ squares[1]))
    tag = product(first, cubes[0]) ^ product(second, squares[0]) ^ product(lengths, h1) ^ e1
    ct = b"".join(part.to_bytes(16, "big") for part in (first, second, tag))
    return json.dumps({"_lp_enc": True, "iv": b64(iv), "ct": b64(ct)}, separators=(",", ":"))


def test_a_ciphertext_with_two_keys_is_approved_in_one_meaning_only(server):
    other = os.urandom(32)
    envelope = two_key_envelope((KEY, other), b'{"to":"acct_11",')
    request = asked(server, envelope)
    person = Person(server)
    detail = person.detail(request)
    seen, meant = Payload(detail, KEY), Payload(detail, other)
    assert seen.text.startswith(b'{"to":"acct_11",') and seen.text != meant.text
    assert seen.env_sha256 == meant.env_sha256, "one ciphertext, and so one hash of it"
    person.decide(request, "approve")
    receipt = json.loads(server.run("receipt", request))
    said = json.loads(base64.b64decode(receipt["statement"]))["predicate"]["payload"]
    assert said["env_sha256"] == seen.env_sha256
    assert said["commit"] == seen.commit()
    assert said["commit"] != meant.commit()
