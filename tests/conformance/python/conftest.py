"""The genuine letsping package against the real binary: a server on test data, on loopback.

Decisions are made by the command line's test approver, as a person would make them.
"""

import hashlib
import hmac
import json
import os
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "wire"))

import letsping  # noqa: E402
from server import CONTENT_KEY, Server  # noqa: E402

for name in ("LETSPING_API_KEY", "LETSPING_ENCRYPTION_KEY", "LETSPING_BASE_URL",
             "LETSPING_ENVIRONMENT"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def server():
    with Server({"limits.requests_per_minute": "100000000",
                 "limits.requests_burst": "100000",
                 "agents.self_signup": "true"}) as running:
        yield running


class People:
    """Who decides: finds a request by its action and decides it at the command line."""

    def __init__(self, server):
        self.server = server

    def pending(self, action):
        """The id of the pending request of that action, once there is one."""
        for _ in range(200):
            found = [row["id"] for row in self.server.list("review", "list")
                     if row["action"] == action]
            if found:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"nobody asked for {action}")

    def approve(self, request, *more):
        self.server.decide("approve", request, *more)

    def approve_with(self, request, payload, directory):
        path = Path(directory) / "edit.json"
        path.write_text(json.dumps(payload))
        self.server.decide("approve", request, "--edit", str(path))

    def reject(self, request, reason):
        self.server.decide("reject", request, "--reason", reason)

    def soon(self, act, action):
        """Calls act(id) from another thread once `action` is asked; join it."""
        thread = threading.Thread(target=lambda: act(self.pending(action)))
        thread.start()
        return thread


@pytest.fixture(scope="session")
def people(server):
    return People(server)


class Place:
    """A project and a client of it."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.api_key = server.variable({"encrypted": "agent", "server_sealed": "sealed"}[name])
        self.project = server.variable({"encrypted": "default_project",
                                        "server_sealed": "sealed_project"}[name])
        self.encryption_key = CONTENT_KEY if name == "encrypted" else None
        self.base_url = f"http://127.0.0.1:{server.port}/api"

    def download_url(self, request):
        """`state_download_url` as a webhook carries it: signed with the server's secret."""
        secret = (Path(self.server.data) / "secrets" / "server.key").read_bytes()
        extracted = hmac.digest(bytes(32), secret, "sha256")
        key = hmac.digest(extracted, b"lp-url/1\x01", "sha256")
        path, expiry = f"/api/snapshots/{request}", int(time.time()) + 600
        signed = f"GET\n{path}\n{expiry}".encode()
        signature = hmac.new(key, signed, hashlib.sha256).hexdigest()
        return f"http://127.0.0.1:{self.server.port}{path}?exp={expiry}&sig={signature}"

    def client(self, **more):
        return letsping.LetsPing(**{"api_key": self.api_key, "base_url": self.base_url,
                                    "encryption_key": self.encryption_key, **more})


@pytest.fixture(params=["encrypted", "server_sealed"])
def place(request, server):
    """Each test that takes it runs twice: with a content key, and without on a sealed project."""
    return Place(server, request.param)


@pytest.fixture
def encrypted(server):
    return Place(server, "encrypted")


@pytest.fixture
def sealed(server):
    return Place(server, "server_sealed")


@pytest.fixture
def action():
    return f"act-{uuid.uuid4().hex}"
