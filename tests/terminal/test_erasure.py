"""An owner erases a request at their terminal, and what everybody sees of it afterwards."""

import json
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import binary

ERASED, INVALID = 20, 40
BASIS = "Art. 17 GDPR"
BOBS = "bob's own twelve characters"


class Erasure(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.trust = Path(self.house.home.name, "trust.json")
        self.trust.write_text(self.house.run("trust", "export"), encoding="utf-8")

    def decided(self):
        request = self.house.asks()
        person = self.house.comes("review", "reject", request, "--json", "--reason", "jane doe")
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE)
        person.result()
        return request

    def erase(self, request):
        person = self.house.comes("erase", "--request", request, "--basis", BASIS, "--json")
        person.sees(BASIS).sees("type yes: ").types("yes")
        return person.sees("Passphrase of").types(PASSPHRASE).result()

    def verify(self, receipt, *more):
        done = subprocess.run([binary(), "verify", "-", *more], input=receipt.encode(), timeout=60,
                              capture_output=True, cwd="/", env={}, check=False)
        return done.returncode, done.stdout.decode()

    def log_verify(self):
        status, out, err = self.house.call("log", "verify", "--trust", str(self.trust), "--json")
        return status, out + err

    def test_takes_the_request_and_leaves_the_log_whole(self):
        kept, request = self.decided(), self.decided()
        before = self.house.run("receipt", request)
        done = self.erase(request)
        self.assertEqual((request, 0, True),
                         (done["request"], done["exports"], done["wal_clean"]), done)
        status, out, err = self.house.call("review", "show", request)
        self.assertEqual((1, ""), (status, out))
        self.assertIn("was erased", err)
        with self.assertRaisesRegex(RuntimeError, '^410: .*"reason":"erased"'):
            self.house.status_of(request)
        states = {row["id"]: row["state"] for row in
                  self.house.list("review", "list", "--state", "decided")}
        self.assertEqual({kept: "rejected", request: "erased"}, states)
        status, told = self.log_verify()
        self.assertEqual((0, done["entries"]), (status, json.loads(told)["erased"]), told)
        status, told = self.verify(self.house.run("receipt", request), "--trust", str(self.trust))
        self.assertEqual(ERASED, status, told)
        for receipt in (self.house.run("receipt", kept), before,
                        self.house.run("receipt", str(done["index"]))):
            status, told = self.verify(receipt, "--trust", str(self.trust))
            self.assertEqual(0, status, told)
        exported = self.house.run("audit", "export", "--format", "jsonl", "--output", "-")
        lines = [json.loads(line) for line in exported.splitlines()]
        self.assertEqual(done["entries"], sum("erased" in line for line in lines))
        self.assertNotIn(request.encode(), Path(self.house.data, "letsping.db-wal").read_bytes())

    def exported(self, form, name):
        path = Path(self.house.home.name, name)
        self.house.run("audit", "export", "--format", form, "--output", str(path), "--json")
        return path

    def judged(self, bundle):
        done = subprocess.run([binary(), "audit", "verify", str(bundle), "--json", "--trust",
                               str(self.trust)], capture_output=True, timeout=60, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def test_is_in_a_bundle_by_its_receipts_and_in_views_by_its_place(self):
        self.decided()
        request = self.decided()
        before = self.exported("bundle", "before.tar")
        done = self.erase(request)
        self.assertEqual(1, done["exports"])
        after = self.exported("bundle", "after.tar")
        status, said = self.judged(after)
        self.assertEqual((ERASED, done["entries"]), (status, said["erased"]), said)
        status, said = self.judged(before)
        self.assertEqual((0, 0), (status, said["erased"]), said)
        events = [json.loads(line) for line in
                  self.exported("ocsf", "log.ocsf").read_text(encoding="utf-8").splitlines()]
        gone = [event for event in events if event["metadata"]["event_code"] == "erased"]
        self.assertEqual(done["entries"], len(gone))
        self.assertFalse(any("raw_data" in event for event in gone))
        rows = self.exported("csv", "log.csv").read_text(encoding="utf-8").splitlines()
        self.assertEqual(done["entries"], sum(',"erased",' in row for row in rows))

    def test_is_refused_without_an_owner_who_says_yes(self):
        request = self.decided()
        status, out, err = self.house.call("erase", "--request", request, "--basis", BASIS)
        self.assertEqual(5, status, err)
        self.assertRegex(out, r"^http://localhost:\d+/settings/erasure/ers_[0-9a-z]{26}\n$")
        self.assertIn("Only an owner's signature erases", err)
        person = self.house.comes("erase", "--request", request, "--basis", BASIS)
        person.sees("type yes: ").types("no")
        self.assertEqual(5, person.end()[0])
        self.assertEqual(request, self.house.run("review", "show", request, "--json")["id"])

    def test_waits_for_the_end_of_a_legal_hold(self):
        request = self.decided()
        hold = self.house.run("hold", "add", "--request", request, "--reason", "case 1", "--json")
        self.assertEqual([hold["id"]], [row["id"] for row in self.house.list("hold", "list")])
        status, _, err = self.house.call("erase", "--request", request, "--basis", BASIS)
        self.assertEqual(7, status, err)
        self.assertIn(hold["id"], err)
        self.assertEqual(0, self.log_verify()[0])
        self.house.run("hold", "remove", hold["id"], "--reason", "settled")
        self.assertEqual([], self.house.list("hold", "list"))
        self.erase(request)
        self.assertEqual(0, self.log_verify()[0])

    def test_is_repeated_over_an_older_copy(self):
        request = self.decided()
        self.house.stop()
        older = self.house.data + ".older"
        shutil.copytree(self.house.data, older)
        self.erase(request)  # without a server
        shutil.rmtree(self.house.data)
        shutil.copytree(older, self.house.data)
        status, out, err = self.house.call("review", "show", request)
        self.assertEqual((1, ""), (status, out))
        self.assertIn("was erased", err)
        # Rolled back: the log lacks what was signed.
        self.assertEqual(INVALID, self.log_verify()[0])


class Person(unittest.TestCase):
    """Bob is a member, decides, leaves, and is erased."""

    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.trust = Path(self.house.home.name, "trust.json")
        self.trust.write_text(self.house.run("trust", "export"), encoding="utf-8")

    def signs(self, *command, question="Sign this as the owner? type yes: "):
        person = self.house.comes(*command, "--json").sees(question).types("yes")
        return person.sees("Passphrase of").types(PASSPHRASE).result()

    def bob(self):
        name = "Robert Mustermann-Unverwechselbar"
        bob = self.signs("member", "add", "--name", name, "--role", "reviewer")["id"]
        person = self.house.comes("device", "enroll", "--member", bob, "--json")
        person.sees("New passphrase").types(BOBS).sees("again: ").types(BOBS)
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE).result()
        return bob, name

    def decided_by(self, bob):
        request = self.house.asks()
        person = self.house.comes("review", "approve", request, "--key-file",
                                  self.house.key_file(bob), "--json", **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(BOBS).result()
        return request

    def erase(self, bob):
        return self.signs("erase", "--subject", bob, "--basis", BASIS,
                          question="Erase this for ever, as the owner? type yes: ")

    def human(self, request):
        receipt = self.house.run("receipt", request)
        done = subprocess.run([binary(), "verify", "-", "--json", "--trust", str(self.trust)],
                              input=receipt.encode(), timeout=60, capture_output=True, check=False)
        said = json.loads(done.stdout)
        self.assertEqual((0, "VALID"), (done.returncode, said["verdict"]), said)
        return next(one["result"] for one in said["checks"] if one["check"] == "human")

    def test_goes_with_their_name_and_leaves_what_they_signed(self):
        bob, name = self.bob()
        request = self.decided_by(bob)
        self.assertEqual("ok", self.human(request))
        status, _, err = self.house.call("erase", "--subject", bob, "--basis", BASIS)
        self.assertEqual(7, status, err)
        self.assertIn("Remove them first", err)
        self.signs("member", "remove", bob)
        done = self.erase(bob)
        self.assertEqual((bob, True, 1), (done["subject"], done["wal_clean"],
                                          len(done["entries"])), done)
        row = {one["id"]: one for one in self.house.list("member", "list")}[bob]
        self.assertEqual("", row["name"])
        self.assertIn("erased_at", row)
        # A receipt stands on what is anchored: the next checkpoint, at most a second later.
        deadline = time.monotonic() + 10
        while self.human(request) != "erased":
            self.assertLess(time.monotonic(), deadline, "its receipts do not say so")
            time.sleep(0.2)
        status, out, err = self.house.call("log", "verify", "--trust", str(self.trust), "--json")
        said = json.loads(out)
        self.assertEqual((0, "VALID", 1), (status, said["verdict"], said["erased_people"]), err)
        for path in Path(self.house.data).rglob("*"):
            if path.is_file():
                self.assertNotIn(name.encode(), path.read_bytes(), path)
        status, _, err = self.house.call("erase", "--subject", bob, "--basis", BASIS)
        self.assertEqual(1, status, err)
        self.assertIn("was erased", err)

    def test_waits_for_the_end_of_a_hold_over_them(self):
        bob, _ = self.bob()
        self.signs("member", "remove", bob)
        hold = self.house.run("hold", "add", "--subject", bob, "--reason", "case 1", "--json")
        status, _, err = self.house.call("erase", "--subject", bob, "--basis", BASIS)
        self.assertEqual(7, status, err)
        self.assertIn(hold["id"], err)
        self.house.run("hold", "remove", hold["id"], "--reason", "settled")
        self.assertEqual(bob, self.erase(bob)["subject"])

    def test_may_be_named_or_a_request_and_not_both(self):
        for more in ([], ["--subject", "mem_" + "0" * 26, "--request", "req_" + "0" * 26]):
            status, _, err = self.house.call("erase", "--basis", BASIS, *more)
            self.assertEqual(2, status, err)


if __name__ == "__main__":
    unittest.main()
