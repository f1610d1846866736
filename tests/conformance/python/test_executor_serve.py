"""`letsping executor serve`: what a program in any language gets from it, and what it does not."""

import base64
import json
import os
import secrets
import subprocess
import urllib.error
import urllib.request

import pytest
from server import CONTENT_KEY, binary
from shop import Shop

REFUND = {"service": "stripe", "action": "refund"}


class Sidecar:
    """One beside the server, with a ledger that outlives it."""

    def __init__(self, shop, home, **more):
        self.token = secrets.token_hex(16)
        files = {"trust": shop.trust_text, "key": shop.key + "\n", "token": self.token + "\n"}
        for name, text in files.items():
            path = home / name
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(text)
        given = {"url": f"http://127.0.0.1:{shop.server.port}", "trust": home / "trust",
                 "executor": shop.id, "key-file": home / "key", "token-file": home / "token",
                 "ledger": home / "ledger", "listen": "127.0.0.1:0"} | more
        words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        self.process = subprocess.Popen(
            [binary(), "executor", "serve", "--allow-test", *words], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"LETSPING_ENCRYPTION_KEY": CONTENT_KEY})
        if given["token-file"] == "-":
            self.process.stdin.write(files["token"])
            self.process.stdin.flush()
        self.line = self.process.stdout.readline()

    def __enter__(self):
        self.url = self.line.split()[1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def call(self, path, body, token=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers={
            "Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def code(self, path, body, token=None):
        status, told = self.call(path, body, token)
        assert "payload" not in told
        return status, told["code"]


@pytest.fixture(scope="module")
def shop(server):
    return Shop(server)


def test_the_approved_bytes_are_handed_over_once(shop, tmp_path):
    permit = shop.approved({"amount": 12})
    claim = {"permit": permit, "claim_key": "k" * 32, **REFUND}
    with Sidecar(shop, tmp_path) as sidecar:
        assert sidecar.code("/claim", claim, "x" * 32) == (401, "token")
        assert sidecar.code("/claim", b"[]") == (400, "json_invalid")
        assert sidecar.code("/claim", b"x" * 20_000)[0] == 413
        assert sidecar.code("/claim", {"permit": permit}) == (422, "member_invalid")
        assert sidecar.code("/claim", claim | {"permit": "pmt_1/../x"}) == (409, "not_found")
        assert sidecar.code("/claim", claim | {"action": "payout"}) == (409, "other_tool")
        assert shop.http("GET", f"/permits/{permit}")[1]["state"] == "issued"
        status, told = sidecar.call("/claim", claim)
        assert (status, json.loads(base64.b64decode(told["payload"]))) == (200, {"amount": 12})
        assert sidecar.code("/claim", claim) == (409, "permit_in_ledger")
        assert sidecar.code("/claim", claim | {"claim_key": "o" * 32}) == (409, "permit_used")
    # The server gives the same claim the same answer; a new process has the ledger of the old one.
    with Sidecar(shop, tmp_path) as sidecar:
        assert sidecar.code("/claim", claim) == (409, "permit_in_ledger")
        said = {"permit": permit, "claim_key": told["claim_key"], "outcome": "succeeded"}
        assert sidecar.call("/outcome", said)[0] == 200
        status, refused = sidecar.call("/outcome", said | {"outcome": "failed"})
        assert (status, refused["code"], refused["reason"]) == (
            409, "outcome_unreported", "outcome_recorded")
    assert shop.http("GET", f"/permits/{permit}")[1]["state"] == "succeeded"


def test_without_a_server_or_with_another_trust_nothing_is_handed_over(shop, server, tmp_path):
    claim = {"permit": shop.approved({"amount": 13}), **REFUND}
    with Sidecar(shop, tmp_path, url="http://127.0.0.1:1") as sidecar:
        assert sidecar.code("/claim", claim) == (502, "unreachable")
    other = tmp_path / "other.json"
    other.write_text(server.run("trust", "export", "--project", "default"))
    with Sidecar(shop, tmp_path, **{"trust": other, "token-file": "-"}) as sidecar:
        assert sidecar.code("/claim", claim) == (409, "receipt")
    with Sidecar(shop, tmp_path) as sidecar:
        (tmp_path / "ledger").rename(tmp_path / "gone")
        assert sidecar.code("/claim", claim) == (500, "ledger")


def test_it_does_not_start_open_to_others(shop, tmp_path):
    loose = tmp_path / "loose"
    loose.write_text("t" * 32)
    loose.chmod(0o644)
    short = tmp_path / "short"
    short.touch(mode=0o600)
    short.write_text("t")
    for more, why in (({"listen": "0.0.0.0:0"}, "must be 127.0.0.1"), ({"token-file": loose}, ""),
                      ({"token-file": short}, "at least 16"),
                      ({"url": "http://letsping.example"}, "https://")):
        started = Sidecar(shop, tmp_path, **more)
        assert started.line == ""
        assert why in started.process.communicate(timeout=30)[1]
        assert started.process.returncode != 0, more
