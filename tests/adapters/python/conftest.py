"""Real frameworks with scripted models against the real server: one for all tests."""

import os
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests" / "wire"), str(ROOT / "sdk" / "python")]

from server import CONTENT_KEY, Server  # noqa: E402

from letsping_open import LetsPing, ToolGate  # noqa: E402

for name in ("LETSPING_API_KEY", "LETSPING_ENCRYPTION_KEY", "LETSPING_BASE_URL",
             "LETSPING_ORIGIN", "OPENAI_API_KEY", "LANGSMITH_TRACING"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def server():
    with Server({"limits.requests_per_minute": "100000000",
                 "limits.requests_burst": "100000"}) as running:
        yield running


class Place:
    """An agent of its own name, and the person who decides what it asks."""

    def __init__(self, server, directory):
        self.server, self.directory = server, directory
        self.service = f"agent-{uuid.uuid4().hex}"
        self.client = self.new_client()
        self.gate = self.new_gate()
        self._threads, self._failed = [], []

    def new_client(self):
        projects = {one["name"]: one for one in self.server.list("project", "list")}
        return LetsPing(self.server.variable("agent"), encryption_key=CONTENT_KEY,
                        base_url=f"http://127.0.0.1:{self.server.port}",
                        origin=projects["default"]["origin"])

    def new_gate(self, **more):
        return ToolGate(self.client, service=self.service, timeout=60, **more)

    def requests(self):
        """Every request of this agent that is pending."""
        return [row["id"] for row in self.server.list("review", "list")
                if row["service"] == self.service]

    def pending(self):
        """The id of the next pending request, once there is one."""
        for _ in range(600):
            found = self.requests()
            if found:
                return found[0]
            time.sleep(0.05)
        raise AssertionError("nobody asked")

    def approve(self, request):
        self.server.decide("approve", request)

    def edit(self, request, text):
        path = Path(self.directory) / "edit.json"
        path.write_text(text)
        self.server.decide("approve", request, "--edit", str(path))

    def reject(self, request, reason):
        self.server.decide("reject", request, "--reason", reason)

    def soon(self, act, *more):
        """Calls act(id, …) once something is asked."""
        def decide():
            try:
                act(self.pending(), *more)
            except BaseException as failed:  # noqa: BLE001 - raised again in `end`
                self._failed.append(failed)
        thread = threading.Thread(target=decide)
        thread.start()
        self._threads.append(thread)

    def end(self):
        for thread in self._threads:
            thread.join()
        for failed in self._failed:
            raise failed


@pytest.fixture
def place(server, tmp_path):
    made = Place(server, tmp_path)
    yield made
    made.end()
