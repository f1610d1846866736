"""A server that does not have the log key, and `letsping signer`, which does.

As root the two run under accounts of their own, which need no entry in /etc/passwd, and the
server's cannot read what is the signer's.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))

from server import E1, Server, binary  # noqa: E402

PATIENCE_S = 20  # for what takes milliseconds on a machine with nothing else to do
ROOT = os.geteuid() == 0
# Of the server, of the signer, of the two together, and of somebody else.
SERVER, SIGNER, SHARED, STRANGER = 64_101, 64_102, 64_103, 64_104


def account(user):
    """For subprocess. Nothing unless we may choose."""
    return {"user": user, "group": SHARED, "extra_groups": []} if ROOT else {}


def own(path, user):
    if ROOT:
        os.chown(path, user, SHARED)


def eventually(what, holds):
    end = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"it does not come about that {what}")
        time.sleep(0.02)
    return found


class Signer:
    """`letsping signer` with a key and a memory of its own."""

    def __init__(self, place, *more):
        self.place = Path(place)
        self.socket = str(self.place / "signer.sock")
        self.words = ["--key", str(self.place / "log.key"), "--state", str(self.place / "memory"),
                      "--socket", self.socket, *more]
        if ROOT:
            self.words += ["--user", str(SERVER), "--user", "0"]  # 0: what these tests say
        self.process = None

    def run(self, *words):
        """What it says that runs as this one does, and ends."""
        return subprocess.run([binary(), "signer", *words], capture_output=True, text=True,
                              timeout=20, check=False, **account(SIGNER))

    def make_key(self):
        made = self.run("--init", "--key", str(self.place / "log.key"))
        assert made.returncode == 0, made

    def start(self):
        with open(self.place / "signer.log", "ab") as log:
            self.process = subprocess.Popen([binary(), "signer", *self.words], text=True,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log, **account(SIGNER))
        line = self.process.stdout.readline()
        assert line == f"listening {self.socket}\n", f"{line!r} {self.told()}"

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=20)

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def told(self):
        return (self.place / "signer.log").read_text(errors="replace")


class House(Server):
    """A server that does not have the log key."""

    def __init__(self):
        super().__init__({"limits.requests_per_minute": "100000000",
                          "limits.requests_burst": "100000000",
                          "limits.pending_per_project": "1000000"})
        self.signer = None

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="letsping-")
        os.chmod(self.home.name, 0o711)
        folder = Path(self.home.name) / "server"
        folder.mkdir(mode=0o700)
        own(folder, SERVER)
        self.data, self.account = str(folder / "data"), account(SERVER)
        self.signer = self.new_signer("signer")
        try:
            self.signer.make_key()
            self.signer.start()
            self.settings["LETSPING_SIGNER__SOCKET"] = self.signer.socket
            self.run("init", "--test", "--signer-socket", self.signer.socket)
            self.start()
            self.made["agent"] = super().make_key()["key"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def new_signer(self, name):
        place = Path(self.home.name) / name
        place.mkdir()
        place.chmod(0o750)  # so that the server reaches the socket, whatever the umask
        own(place, SIGNER)
        return Signer(place)

    def __exit__(self, *_):
        super().stop()
        if self.signer:
            self.signer.end()
        self.home.cleanup()

    def http(self, method, path, body=None, key=None):
        """(status, headers, object); nothing when no answer came."""
        call = urllib.request.Request(self.address + path, method=method,
                                      data=body.encode() if body is not None else None)
        call.add_header("Authorization", "Bearer " + self.made["agent"])
        call.add_header("Content-Type", "application/json")
        if key:
            call.add_header("Idempotency-Key", key)
        try:
            with urllib.request.urlopen(call, timeout=30) as reply:
                return reply.status, reply.headers, json.loads(reply.read())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, json.loads(refused.read())
        except (urllib.error.URLError, OSError):
            return None

    def ask(self, key=None):
        return self.http("POST", "/api/ingest", f'{{"service":"s","action":"a","payload":{E1}}}',
                         key)

    def asked(self):
        status, _, body = self.ask()
        assert status == 200, body
        return body["id"]

    def state(self, request):
        return self.http("GET", "/api/status/" + request)[2].get("status")

    def readiness(self):
        return self.http("GET", "/readyz")

    def signed(self):
        """Of the default project: (size, requests with an entry below it)."""
        log = self.list("log", "show")
        return len(log), {entry["statement"]["predicate"]["stream"]["id"] for entry in log}

    def committed(self):
        """How many entries the default project has in the database, signed or not."""
        with sqlite3.connect(f"file:{self.data}/letsping.db?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM leaf").fetchone()[0]

    def verdict(self):
        trust = Path(self.home.name) / "trust.json"
        trust.write_text(self.run("trust", "export"))
        status, out, err = self.call("log", "verify", "--trust", str(trust), "--allow-test",
                                     "--json", "--signer-socket", self.signer.socket)
        assert status == 0, f"{status} {out} {err}"
        return json.loads(out)

    def refused_start(self, *more):
        """Why it does not start."""
        try:
            self.start(*more)
        except RuntimeError as refused:
            return str(refused)
        raise AssertionError("it starts")

    def call(self, *arguments, data=None):
        if data is None:
            return super().call(*arguments)
        kept, self.data = self.data, data
        try:
            return super().call(*arguments)
        finally:
            self.data = kept

    def copy(self):
        """Of the data directory, while no server runs on it."""
        assert self.stop() == 0
        older = self.data + ".older"
        subprocess.run(["cp", "-a", self.data, older], check=True, timeout=60)
        self.start()
        return older

    def put_back(self, older):
        assert self.stop() == 0
        shutil.rmtree(self.data)
        subprocess.run(["cp", "-a", older, self.data], check=True, timeout=60)

    def restart_signer(self):
        self.signer.start()
        eventually("the server goes on", lambda: self.readiness()[0] == 200)
