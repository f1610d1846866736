"""The binary under test: a data directory made with --test, a server on it, its command line.

Everything is in a temporary directory and on loopback. The content key is that of the published
vectors, so that the test approver can open what the cases send.
"""

import base64
import hashlib
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from signing import ALGORITHMS, SigningKeys

ROOT = Path(__file__).resolve().parents[2]
# Bytes 0 to 31; it protects nothing.
CONTENT_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

# Of the published vectors, under that key.
E1 = ('{"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":"nToJXiC5XdYGR73xciXx7EOOdTLz2i0Z8noEvE6bRS3w'
      'GCiLygBpHzz9YgugWK/bGHc2Fw+1bh9jZHB8wR7z2cbT6wJVy5DCzsCPauCq7sewPNerLFSZs+FpboR10o8gPg=="}')
E2 = ('{"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":"nToJXiC5XdYGR73zJQ+f70KfezyylSMB83tI8l2RVTDi'
      'RmvfjUw8STq+PugrGeKfG252eAfpOAMhrEN+9CQJn4j4VmscUj+V"}')

# Short name in the cases: (project, how it takes payloads).
PROJECTS = {"default": ("default", "encrypted"), "sealed": ("sealed", "server_sealed"),
            "other": ("other", "encrypted")}
# Variable with an API key: (short name of the project, role).
KEYS = {"agent": ("default", "agent"), "agent2": ("default", "agent"),
        "auditor": ("default", "auditor"), "admin": ("default", "admin"),
        "executor": ("default", "executor"), "sealed": ("sealed", "agent"),
        "other": ("other", "agent"), "other_auditor": ("other", "auditor"),
        "doomed": ("default", "agent")}


def binary():
    return os.environ.get("LETSPING_BIN") or str(ROOT / "build/release/letsping")


def openssl(*words, given=None):
    return subprocess.run(["openssl", *words], input=given, check=True, timeout=20,
                          stdout=subprocess.PIPE).stdout


P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


def low_s(signature):
    """Whether s of this DER signature is the smaller of its two values."""
    s = int.from_bytes(signature[6 + signature[3]:], "big") if signature else P256_ORDER
    return s <= P256_ORDER // 2


class Server:
    """Use as a context: on entry `init --test` and `serve` have run."""

    INIT = ("init", "--test")

    def __init__(self, settings=None):
        # A setting `section.key` can be given as LETSPING_SECTION__KEY.
        self.settings = {"LETSPING_" + name.replace(".", "__").upper(): value
                         for name, value in (settings or {}).items()}
        self.process = None
        self.account = {}  # user, group, … of subprocess: under which it and its commands run
        self.address = self.port = ""
        self.made = {}

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="letsping-")
        self.data = str(Path(self.home.name) / "data")
        try:
            self.make_data()
            self.start()
            self.signing_keys = SigningKeys(self.home.name)
        except BaseException:
            self.home.cleanup()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self.home.cleanup()

    def make_data(self):
        self.run(*self.INIT)

    def start(self, *more):
        out = Path(self.home.name) / "out"
        command = [binary(), "serve", "--data", self.data, "--listen", "127.0.0.1:0", *more]
        with open(out, "wb") as stdout, open(f"{self.home.name}/log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=stdout, stderr=log,
                                            stdin=subprocess.DEVNULL, **self.account,
                                            env=dict(os.environ, **self.settings))
        end = time.monotonic() + 20
        while time.monotonic() < end and self.alive():
            for line in out.read_text().splitlines():
                if line.startswith("listening http://") and out.read_text().endswith("\n"):
                    self.address = line.split()[1]
                    self.port = int(self.address.rsplit(":", 1)[1])
                    return
            time.sleep(0.02)
        raise RuntimeError(f"the server does not listen: {self.log_tail()}")

    def stop(self):
        """SIGTERM; the exit status."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process = None

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def log_tail(self):
        path = Path(self.home.name) / "log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return "\n".join(lines[-15:])

    def call(self, *arguments):
        """(exit status, stdout, stderr) of the command line on this data directory."""
        environment = dict(os.environ, LETSPING_ENCRYPTION_KEY=CONTENT_KEY)
        done = subprocess.run([binary(), *arguments, "--data", self.data], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              check=False, **self.account)
        return done.returncode, done.stdout, done.stderr

    def run(self, *arguments):
        """The same, which must succeed: what it printed, with --json the object."""
        status, out, err = self.call(*arguments)
        if status != 0:
            raise RuntimeError(f"letsping {' '.join(arguments)}: exit {status}: {err or out}")
        return json.loads(out) if "--json" in arguments else out

    def list(self, *arguments):
        """The rows of a list: one JSON object a line."""
        status, out, err = self.call(*arguments, "--json")
        if status != 0:
            raise RuntimeError(f"letsping {' '.join(arguments)}: exit {status}: {err or out}")
        return [json.loads(line) for line in out.splitlines()]

    def make_key(self, project="default", role="agent", name="wire"):
        """{id, key}"""
        return self.run("key", "create", "--project", project, "--role", role, "--name", name,
                        "--json")

    def make_project(self, name, payloads):
        return self.run("project", "create", "--name", name, "--payloads", payloads, "--json")

    def decide(self, verdict, request, *more):
        return self.run("review", verdict, request, "--test-approver", *more)

    # ---- what the cases name ----------------------------------------------------------------

    def variables(self):
        """Known from the start; the others are made when a case first names them."""
        return {"host": f"localhost:{self.port}", "address": self.address, "e1": E1, "e2": E2}

    def variable(self, name):
        if name not in self.made:
            self.made[name] = self.make(name)
        return self.made[name]

    def make(self, name):
        project = PROJECTS.get(name.removesuffix("_project").removesuffix("_log"))
        if name.endswith("_project") and project:
            return self.project(*project)["id"]
        if name.endswith("_log") and project:
            return self.project(*project)["origin"].rsplit("/", 1)[1]
        if name.startswith("session"):
            return self.log_in()
        if name in ALGORITHMS:
            return self.signing_keys.public(name)
        if name == "edit_file":
            path = Path(self.home.name) / "edit.json"
            path.write_text('{"amount": 50.0}')
            return str(path)
        owner = name.removesuffix("_id")
        if owner not in KEYS:
            raise KeyError(name)
        home, role = KEYS[owner]
        self.project(*PROJECTS[home])
        made = self.make_key(PROJECTS[home][0], role, owner)
        self.made[owner], self.made[owner + "_id"] = made["key"], made["id"]
        return self.made[name]

    def log_in(self):
        """The cookie of a new session of the test approver."""
        key = str(Path(self.data) / "secrets/test-approver.key")
        spki = openssl("pkey", "-inform", "DER", "-in", key, "-pubout", "-outform", "DER")
        nonce = base64.b64encode(os.urandom(16)).decode()
        begun, _ = self.post("/api/login/begin", {})
        claims = {"client_nonce": nonce, "origin": self.address,
                  "server_nonce": begun["server_nonce"]}
        body = json.dumps(claims, separators=(",", ":"))  # sorted and ASCII: RFC 8785 as it is
        signature = b""
        while not low_s(signature):  # the server takes no other; openssl makes either
            signature = openssl("dgst", "-sha256", "-sign", key, "-keyform", "DER",
                                given=b"lp-login/1\0" + body.encode())
        login = {"body": body, "key": hashlib.sha256(spki).hexdigest(),
                 "signature": base64.b64encode(signature).decode()}
        _, cookie = self.post("/api/login", login)
        return cookie.partition("=")[2].partition(";")[0]

    def post(self, path, body):
        """(answer, Set-Cookie) of a call as the dashboard makes it."""
        headers = {"Content-Type": "application/json", "X-LP-CSRF": "1", "Origin": self.address,
                   "Sec-Fetch-Site": "same-origin"}
        call = urllib.request.Request(self.address + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(call, timeout=20) as reply:
            return json.load(reply), reply.headers.get("Set-Cookie", "")

    def project(self, name, payloads):
        """The project of that name, made when it is not there yet."""
        found = [one for one in self.list("project", "list") if one["name"] == name]
        return found[0] if found else self.make_project(name, payloads)
