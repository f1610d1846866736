"""An installation that nobody has set up yet, its server, and people who come to its terminal."""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

from person import Person

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))

from server import CONTENT_KEY, E1, Server, binary  # noqa: E402

PASSPHRASE = "correct horse battery"


class House(Server):
    INIT = ("init",)

    def environment(self, **more):
        """Of a person whose home is in the temporary directory; no key of any kind in it."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LLVM_PROFILE_FILE")
                if name in os.environ}
        return {**kept, "HOME": self.home.name, "XDG_CONFIG_HOME": f"{self.home.name}/config",
                "TERM": "dumb", **more}

    def comes(self, *arguments, **variables):
        """A person who runs the program with these arguments."""
        return Person([binary(), *arguments, "--data", self.data], self.environment(**variables))

    def set_up(self, name="Ada", passphrase=PASSPHRASE):
        """The owner's {member, key}."""
        person = self.comes("setup", "--name", name, "--json")
        person.sees("New passphrase").types(passphrase).sees("again: ").types(passphrase)
        return person.result()

    def key_file(self, member=""):
        found = sorted(Path(self.home.name, "config", "letsping").glob("device-*.json"))
        return next(str(path) for path in found if path.stem.endswith(member))

    # ---- what an agent does -------------------------------------------------------------------

    def asks(self, payload=E1, **more):
        """The id of a new request; `payload` is JSON text."""
        if "agent" not in self.made:
            self.made["agent"] = self.make_key()["key"]
        body = {"service": "db-agent", "action": "sql", "priority": "medium", **more}
        text = json.dumps(body)[:-1] + ', "payload": ' + payload + "}"
        return self.http("POST", "/api/ingest", text)["id"]

    def status_of(self, request):
        return self.http("GET", f"/api/status/{request}")

    def http(self, method, path, text=None, key=None):
        call = urllib.request.Request(self.address + path, method=method,
                                      data=None if text is None else text.encode())
        call.add_header("Authorization", "Bearer " + (key or self.made["agent"]))
        call.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(call, timeout=30) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{error.code}: {error.read().decode()}") from error


def with_key(**more):
    return {"LETSPING_ENCRYPTION_KEY": CONTENT_KEY, **more}
