"""An owner lets another key of the server sign, at their terminal, while agents ask."""

import json
import subprocess
import threading
import time
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import binary

ASKERS = 4


class Askers:
    """Agents that ask as fast as they are answered, until they are told to stop."""

    def __init__(self, house):
        self.house, self.stop, self.asked, self.wrong = house, threading.Event(), 0, []
        house.asks()  # makes their key
        self.threads = [threading.Thread(target=self.ask) for _ in range(ASKERS)]

    def ask(self):
        while not self.stop.is_set():
            try:
                self.house.asks()
                self.asked += 1
            except (OSError, RuntimeError) as error:
                if str(error).startswith("429"):
                    self.stop.wait(0.1)
                    continue
                self.wrong.append(str(error))
                return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


class Rotation(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.before = self.trust_file("before.json")

    def trust_file(self, name):
        path = Path(self.house.home.name, name)
        path.write_text(self.house.run("trust", "export"), encoding="utf-8")
        return str(path)

    def rotates(self):
        """What the command prints; the owner signs at once."""
        person = self.house.comes("log", "rotate-issuer", "--json")
        person.sees("Sign this as the owner? type yes: ")
        return person.types("yes").sees("Passphrase of").types(PASSPHRASE).result()

    def size(self):
        return int(self.house.run("log", "checkpoint").split("\n")[1])

    def grow_to(self, size):
        while self.size() < size:
            self.house.asks()

    def verify_log(self, trust):
        status, out, err = self.house.call("log", "verify", "--json", "--trust", trust)
        return status, json.loads(out), err

    def receipts(self, *indices):
        return "".join(self.house.run("receipt", str(index)) for index in indices).encode()

    def verdicts(self, receipts, trust):
        done = subprocess.run([binary(), "verify", "-", "--trust", trust], input=receipts,
                              timeout=60, capture_output=True, cwd="/", env={}, check=False)
        return done.returncode, done.stdout.decode()

    def test_twice_under_load_and_nothing_breaks(self):
        with Askers(self.house) as askers:
            first = self.rotates()
            second = self.rotates()
            while self.size() < second["from"] + 50 and not askers.wrong:
                time.sleep(0.2)
        self.assertEqual([], askers.wrong)
        self.assertLess(first["from"], second["from"])
        self.assertEqual(first["key"], second["previous"])
        after = self.trust_file("after.json")
        for trust in (self.before, after):
            status, said, err = self.verify_log(trust)
            self.assertEqual((0, "VALID"), (status, said["verdict"]), (said, err))
        at = [index for turn in (first, second) for index in
              (turn["from"] - 1, turn["from"], turn["from"] + 1)]
        receipts = self.receipts(0, *at)
        for trust in (self.before, after):
            status, told = self.verdicts(receipts, trust)
            self.assertEqual((0, len(at) + 1), (status, told.count("\tVALID\t")), told)
        self.house.stop()
        self.house.start()
        request = self.house.asks()
        person = self.house.comes("review", "approve", request, "--json", **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE).result()
        self.assertEqual(0, self.verify_log(self.before)[0])

    def test_shows_both_keys_and_the_entry(self):
        person = self.house.comes("log", "rotate-issuer")
        person.sees("default, roster version 1 to 2").sees("from entry ")
        person.sees("- issuer key ").sees("+ issuer key ").sees("type yes: ").types("no")
        self.assertEqual(5, person.end()[0])
        # What nobody signed here waits nowhere.
        self.assertEqual([], self.house.list("roster", "list"))
        self.assertEqual(1, len(json.loads(Path(self.before).read_text())["issuer"]))

    def test_waits_for_an_owner_where_none_is(self):
        status, out, err = self.house.call("log", "rotate-issuer", "--json")
        self.assertEqual(5, status, err)
        waits = json.loads(out)
        self.assertIn("/settings/roster/" + waits["proposal"], waits["url"])
        [listed] = self.house.list("roster", "list")
        self.assertEqual(("rotate_issuer", waits["key"]), (listed["act"], listed["key"]))
        person = self.house.comes("roster", "sign", waits["proposal"], "--json")
        person.sees("+ issuer key " + waits["key"]).sees("type yes: ").types("yes")
        person.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual(waits["proposal"], person.result()["id"])
        self.assertEqual([], self.house.list("roster", "list"))
        self.grow_to(listed["from"] + 30)
        self.assertEqual(0, self.verify_log(self.before)[0])

    def test_the_monitor_goes_on_with_a_new_trust_file(self):
        turn = self.rotates()
        self.grow_to(turn["from"] + 1)
        auditor = self.house.make_key(role="auditor")["key"]
        state = f"{self.house.home.name}/monitor"
        alarms = []
        for trust in (self.before, self.trust_file("after.json")):
            done = subprocess.run(
                [binary(), "monitor", "--once", "--json", "--trust", trust, "--state", state,
                 "--url", self.house.address], capture_output=True, text=True, timeout=60,
                env={**self.house.environment(), "LETSPING_API_KEY": auditor}, check=False)
            alarms.append("unknown_issuer" in done.stdout)
            self.assertNotIn("INVALID", done.stdout, done.stderr)
        self.assertEqual([True, False], alarms)


if __name__ == "__main__":
    unittest.main()
