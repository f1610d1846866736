"""An installation that nobody has set up yet, its server, and people who come to its terminal."""

import atexit
import functools
import json
import os
import shutil
import subprocess
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

    def __init__(self, settings=None, like=None):
        super().__init__(settings)
        self.like = like
        self.owner = like and like.owner  # {member, key} of who set it up

    @classmethod
    def of_ada(cls):
        """One that Ada has set up, with a key that costs little to open."""
        return cls(like=cls._set_up_once())

    @classmethod
    @functools.cache
    def _set_up_once(cls):
        house = cls().__enter__()
        atexit.register(house.home.cleanup)
        house.owner = house.set_up()
        house.stop()
        cheap = Path(binary()).parent / "tests/terminal/cheap_key"
        subprocess.run([cheap, house.key_file()], input=PASSPHRASE + "\n", text=True, check=True,
                       timeout=30)
        return house

    def make_data(self):
        if self.like is None:
            super().make_data()
        else:
            shutil.copytree(self.like.home.name, self.home.name, dirs_exist_ok=True)

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
