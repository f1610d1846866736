"""An owner lets another key sign the log, at their terminal, while agents ask."""

import json
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import binary
from test_rotation import Askers
from test_witnessed import Witness


class LogRotation(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.before = self.trust_file("before.json")

    def trust_file(self, name):
        path = Path(self.house.home.name, name)
        path.write_text(self.house.run("trust", "export"), encoding="utf-8")
        return str(path)

    def trust(self, path):
        return json.loads(Path(path).read_text(encoding="utf-8"))

    def rotates(self):
        """What the command prints; the owner signs at once."""
        person = self.house.comes("log", "rotate-key", "--json")
        person.sees("Sign this as the owner? type yes: ")
        return person.types("yes").sees("Passphrase of").types(PASSPHRASE).result()

    def head(self):
        return self.house.run("log", "checkpoint", "--json")

    def grow_to(self, size):
        while self.head()["size"] < size:
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

    def destroyed(self):
        key = Path(self.house.data, "secrets", "log.key")
        return key.read_bytes().count(b" -\n")

    def test_twice_under_load_and_nothing_breaks(self):
        eras = [self.receipts(0, 1)]
        turns = []
        with Askers(self.house) as askers:
            for _ in range(2):
                turns.append(self.rotates())
                while self.head()["size"] < turns[-1]["from"] + 20 and not askers.wrong:
                    time.sleep(0.2)
                eras.append(self.receipts(0, turns[-1]["from"] - 1, turns[-1]["from"]))
        self.assertEqual([], askers.wrong)
        first, second = turns
        self.assertLess(first["from"], second["from"])
        self.assertEqual(first["vkey"], second["previous"])
        self.assertEqual(self.head()["vkey"], second["vkey"])
        self.assertEqual(2, self.destroyed())
        after = self.trust_file("after.json")
        listed = [(key["from"], key.get("to")) for key in self.trust(after)["log"]]
        self.assertEqual([(0, first["from"]), (first["from"], second["from"]),
                          (second["from"], None)], listed)
        self.house.stop()
        self.house.start()
        request = self.house.asks()
        person = self.house.comes("review", "approve", request, "--json", **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE).result()
        status, said, err = self.verify_log(after)
        self.assertEqual((0, "VALID"), (status, said["verdict"]), (said, err))
        # What was made in each era, and what is made now.
        made = b"".join(eras) + self.receipts(0, first["from"], self.head()["size"] - 1)
        status, told = self.verdicts(made, after)
        self.assertEqual((0, made.count(b"\n")), (status, told.count("\tVALID\t")), told)
        # A file of before judges what was made before, and nothing that a later key signed.
        self.assertEqual(0, self.verdicts(eras[0], self.before)[0])
        status, told = self.verdicts(eras[-1], self.before)
        self.assertEqual(40, status, told)
        self.assertIn("checkpoint", told)
        status, said, _ = self.verify_log(self.before)
        self.assertEqual((40, "INVALID"), (status, said["verdict"]))

    def test_shows_both_keys_and_the_size(self):
        person = self.house.comes("log", "rotate-key")
        person.sees("default, roster version 1 to 2").sees("once it has ")
        person.sees("- log key ").sees("+ log key ").sees("type yes: ").types("no")
        self.assertEqual(5, person.end()[0])
        # What nobody signed here waits nowhere.
        self.assertEqual([], self.house.list("roster", "list"))
        self.assertEqual(1, len(self.trust(self.before)["log_vkeys"]))
        self.assertNotIn("log", self.trust(self.before))

    def test_waits_for_an_owner_where_none_is(self):
        status, out, err = self.house.call("log", "rotate-key", "--json")
        self.assertEqual(5, status, err)
        waits = json.loads(out)
        self.assertIn("/settings/roster/" + waits["proposal"], waits["url"])
        [listed] = self.house.list("roster", "list")
        self.assertEqual(("rotate_log_key", waits["vkey"]), (listed["act"], listed["vkey"]))
        person = self.house.comes("roster", "sign", waits["proposal"], "--json")
        person.sees("+ log key " + waits["vkey"]).sees("type yes: ").types("yes")
        person.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual(waits["proposal"], person.result()["id"])
        self.assertEqual([], self.house.list("roster", "list"))
        self.grow_to(listed["from"] + 30)
        self.assertEqual(waits["vkey"], self.head()["vkey"])
        self.assertEqual(0, self.verify_log(self.trust_file("after.json"))[0])

    def test_the_monitor_goes_on_with_a_new_trust_file(self):
        auditor = self.house.make_key(role="auditor")["key"]

        def looks(trust, state="monitor"):
            state = f"{self.house.home.name}/{state}"
            done = subprocess.run(
                [binary(), "monitor", "--once", "--json", "--trust", trust, "--state", state,
                 "--url", self.house.address], capture_output=True, text=True, timeout=60,
                env={**self.house.environment(), "LETSPING_API_KEY": auditor}, check=False)
            return done.returncode, done.stdout + done.stderr

        self.assertEqual(0, looks(self.before)[0], looks(self.before)[1])
        turn = self.rotates()
        # Signed for and not in force yet: the file names both keys already.
        after = self.trust_file("after.json")
        self.assertLess(self.head()["size"], turn["from"])
        self.assertEqual(0, looks(after)[0], looks(after)[1])
        self.grow_to(turn["from"] + 1)
        status, said = looks(after)
        self.assertEqual(0, status, said)
        status, said = looks(self.before, "another")
        self.assertEqual(40, status, said)
        self.assertIn("bad_signature", said)

    def test_a_witness_that_was_told_of_the_new_key_goes_on(self):
        status, out, err = self.house.call("log", "rotate-key", "--json")
        self.assertEqual(5, status, err)
        waits, trust = json.loads(out), self.trust(self.before)
        home = self.enterContext(tempfile.TemporaryDirectory(prefix="letsping-"))
        witness = Witness(home, trust["log_vkeys"] + [waits["vkey"]] + trust["root"]["log_vkeys"])
        self.addCleanup(witness.stop)
        policy = Path(home, "policy")
        policy.write_text(f"witness w1 {witness.vkey} {witness.url}\nquorum w1\n")
        self.house.stop()
        self.house.settings["LETSPING_WITNESS__POLICY"] = str(policy)
        self.house.start()
        self.until_cosigned(self.head()["size"])
        person = self.house.comes("roster", "sign", waits["proposal"], "--json")
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE).result()
        self.grow_to(self.trust(self.trust_file("after.json"))["log"][1]["from"] + 1)
        self.until_cosigned(self.head()["size"])
        self.assertEqual(waits["vkey"], self.head()["vkey"])
        after = self.trust_file("after.json")
        status, told = self.verdicts(self.receipts(0, self.head()["size"] - 1), after)
        self.assertEqual((0, 2), (status, told.count("\tL2\t")), told)

    def until_cosigned(self, size):
        """Until the witness stands behind a checkpoint of so many entries."""
        for _ in range(300):
            lines = self.head()["checkpoint"].split("\n")
            if int(lines[1]) >= size and any("witness.example" in line for line in lines):
                return
            time.sleep(0.1)
        self.fail(f"not cosigned: {lines}")


if __name__ == "__main__":
    unittest.main()
