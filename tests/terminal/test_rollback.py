"""An owner accepts, at their terminal, that a log was rolled back."""

import json
import shutil
import unittest
from pathlib import Path

from house import PASSPHRASE, House


class Rollback(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        older = self.house.data + ".older"
        self.auditor = self.house.make_key(role="auditor")["key"]
        self.house.asks()
        self.house.stop()
        shutil.copytree(self.house.data, older)
        self.house.start()
        self.house.asks()
        self.house.stop()
        shutil.rmtree(self.house.data)
        shutil.copytree(older, self.house.data)

    def test_an_owner_reads_what_is_lost_and_signs(self):
        self.house.start("--accept-rollback=the disk died")
        self.assertRaises(RuntimeError, self.house.asks)
        person = self.house.comes("log", "reopen", "--json")
        person.sees("Accept this loss for ever, as the owner? type yes: ")
        self.assertIn("The log of project default was closed for ever", person.screen)
        self.assertIn("reason    the disk died", person.screen)
        self.assertIn("are lost", person.screen)
        self.assertIn("Ada (mem_", person.screen)
        opened = person.types("yes").sees("Passphrase of").types(PASSPHRASE).result()["opened"]
        self.assertEqual(1, len(opened))
        self.assertTrue(self.house.asks())
        self.assertEqual(opened[0]["origin"],
                         self.house.run("log", "checkpoint").split("\n")[0])

    def test_a_closed_log_refuses_an_export_it_cannot_record(self):
        self.house.start("--accept-rollback=the disk died")
        for form in ("jsonl", "csv", "ocsf", "bundle"):
            with self.assertRaisesRegex(RuntimeError, '^503: .*"reason":"log_frozen"'):
                self.house.http("GET", f"/api/audit/export?format={form}", key=self.auditor)

    def test_whoever_says_no_signs_nothing(self):
        self.house.start("--accept-rollback=the disk died")
        person = self.house.comes("log", "reopen")
        self.assertEqual((5, ""), person.sees("type yes: ").types("no").end())
        self.assertRaises(RuntimeError, self.house.asks)

    def test_a_terminal_without_a_key_names_the_page(self):
        self.house.start("--accept-rollback=the disk died")
        status, out, err = self.house.call("log", "reopen")
        self.assertEqual(5, status, err)
        self.assertIn("/settings/rollback", out)

    def test_nothing_is_reopened_that_was_not_closed(self):
        self.house.start()
        status, _, err = self.house.call("log", "reopen")
        self.assertEqual(7, status, err)
        self.assertIn("--accept-rollback", err)


class Erased(unittest.TestCase):
    """People who stood in a log that was closed, and are erased behind it."""

    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.left, self.stays = self.joins("Bob"), self.joins("Carol")
        self.signs("member", "remove", self.left)
        self.house.stop()
        self.older = self.house.data + ".older"
        shutil.copytree(self.house.data, self.older)
        self.house.start()

    def signs(self, *command, question="Sign this as the owner? type yes: "):
        person = self.house.comes(*command, "--json").sees(question).types("yes")
        return person.sees("Passphrase of").types(PASSPHRASE).result()

    def joins(self, name):
        return self.signs("member", "add", "--name", name, "--role", "reviewer")["id"]

    def erase(self, member):
        return self.signs("erase", "--subject", member, "--basis", "Art. 17 GDPR",
                          question="Erase this for ever, as the owner? type yes: ")

    def lose_what_came_since(self):
        self.house.asks()
        self.house.stop()
        shutil.rmtree(self.house.data)
        shutil.copytree(self.older, self.house.data)
        self.house.start("--accept-rollback=the disk died")
        self.signs("log", "reopen", question="Accept this loss for ever, as the owner? type yes: ")

    def verified(self):
        """What `log verify` says of each project, by name, and of the root log as ""."""
        trust = Path(self.house.home.name, "trust.json")
        trust.write_text(self.house.run("trust", "export", "--project", "default"),
                         encoding="utf-8")
        logs = {row["name"]: ("--project", row["id"]) for row in self.house.list("project", "list")}
        said = {}
        for name, which in {**logs, "": ("--root",)}.items():
            _, out, err = self.house.call("log", "verify", *which, "--trust", str(trust), "--json")
            said[name] = json.loads(out)
            self.assertEqual("VALID", said[name]["verdict"], f"{name}: {out}{err}")
        return said

    def test_in_the_log_that_is_open(self):
        self.lose_what_came_since()
        self.signs("member", "remove", self.stays)
        for member in (self.left, self.stays):
            self.assertEqual(1, len(self.erase(member)["entries"]))
        for _ in range(2):
            said = self.verified()
            self.assertEqual(2, said.pop("default")["erased_people"])
            self.assertEqual(2, len(said))
            self.assertFalse(any("erased_people" in log for log in said.values()), said)
            self.house.stop()
            self.house.start()

    def test_in_a_log_whose_word_was_lost(self):
        self.assertEqual(1, len(self.erase(self.left)["entries"]))
        self.lose_what_came_since()
        rows = {row["id"]: row for row in self.house.list("member", "list")}
        self.assertEqual(("", "Carol"), (rows[self.left]["name"], rows[self.stays]["name"]))
        self.verified()

    def test_a_request_in_a_log_whose_word_was_lost(self):
        request = self.house.asks()
        person = self.house.comes("review", "reject", request, "--json", "--reason", "jane doe")
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE).result()
        self.house.stop()
        shutil.rmtree(self.older)
        shutil.copytree(self.house.data, self.older)
        self.house.start()
        erased = self.signs("erase", "--request", request, "--basis", "Art. 17 GDPR",
                            question="Erase this for ever, as the owner? type yes: ")
        self.lose_what_came_since()
        for _ in range(2):
            said = self.verified()
            counts = [log["erased"] for log in said.values() if "erased" in log]
            self.assertEqual([erased["entries"]], counts, said)
            self.house.stop()
            self.house.start()


if __name__ == "__main__":
    unittest.main()
