"""A project whose approvals are executed with permits, for the tests of executors."""

import hashlib
import json
import secrets
import sys
import urllib.error
import urllib.request

from conftest import ROOT
from server import CONTENT_KEY

sys.path.insert(0, str(ROOT / "sdk" / "python"))

from letsping_open import MemoryLedger  # noqa: E402
from letsping_open.executor import Executor  # noqa: E402
from letsping_open.payloads import Sealer, text_of  # noqa: E402
from letsping_verify import Trust  # noqa: E402


class Shop:
    """A project with an executor of its own."""

    def __init__(self, server):
        self.server = server
        self.project = f"shop-{secrets.token_hex(4)}"
        server.make_project(self.project, "encrypted")
        made = server.run("executor", "add", "payments", "--project", self.project, "--json")
        self.id, self.key = made["id"], made["key"]
        agent = server.make_key(self.project)
        self.agent_id, self.agent = agent["id"], agent["key"]
        self.trust_text = server.run("trust", "export", "--project", self.project)
        self.trust = Trust.parse(self.trust_text.encode())
        self.content_key = CONTENT_KEY

    def http(self, method, path, body=None, key=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}/api{path}",
            None if body is None else json.dumps(body).encode(), method=method,
            headers={"Authorization": f"Bearer {key or self.key}",
                     "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def ask(self, payload, *capabilities):
        sealed = Sealer.of(self.content_key, self.trust.origin).seal(
            text_of(payload), "stripe", "refund")
        status, told = self.http("POST", "/ingest", {
            "service": "stripe", "action": "refund", "payload": sealed,
            "capabilities": list(capabilities or ("permit",))}, self.agent)
        assert status == 200, told
        return told["id"]

    def approved(self, payload):
        """The id of the permit, as the agent is told it."""
        request = self.ask(payload)
        self.decide("approve", request)
        return self.permit_of(request)

    def decide(self, verdict, request):
        self.server.decide(verdict, request)

    def permit_of(self, request):
        return self.http("GET", f"/status/{request}", key=self.agent)[1]["permit"]["id"]

    def executor(self, **more):
        given = {"trust": self.trust, "executor_id": self.id, "ledger": MemoryLedger(),
                 "base_url": f"http://127.0.0.1:{self.server.port}", "api_key": self.key,
                 "encryption_key": self.content_key, "allow_test": True}
        return Executor(**(given | more))

    def claim(self, permit, **more):
        token = self.http("GET", f"/permits/{permit}")[1]["token"]
        return self.http("POST", f"/permits/{permit}/claim", {
            "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
            "nonce": secrets.token_hex(16), "claim_key": secrets.token_hex(16)} | more)
