"""An owner changes who decides, at the terminal where their key is."""

import json
import subprocess
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import binary

BOBS = "bob's own twelve characters"


class People(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.owner = self.house.owner

    def changes(self, *command):
        """The owner, asked to sign what was shown."""
        return self.house.comes(*command, "--json").sees("Sign this as the owner? type yes: ")

    def signs(self, person):
        return person.types("yes").sees("Passphrase of").types(PASSPHRASE).result()

    def add(self, name="Bob", role="reviewer"):
        return self.signs(self.changes("member", "add", "--name", name, "--role", role))["id"]

    def enroll(self, member):
        """{id, spki, path} of a new key."""
        person = self.house.comes("device", "enroll", "--member", member, "--json")
        person.sees("New passphrase").types(BOBS).sees("again: ").types(BOBS)
        person.sees("Sign this as the owner? type yes: ")
        return {**self.signs(person), "path": self.house.key_file(member)}

    def decides(self, verdict, request, path):
        return self.house.comes("review", verdict, request, "--key-file", path, "--json",
                                **with_key())

    def members(self):
        return {row["id"]: row for row in self.house.list("member", "list")}

    def devices(self):
        return {row["id"]: row for row in self.house.list("device", "list")}

    def test_adds_a_member_and_a_device_that_decides(self):
        person = self.changes("member", "add", "--name", "Bob", "--role", "reviewer")
        self.assertIn("default, roster version 1 to 2", person.screen)
        self.assertIn("+ Bob (mem_", person.screen)
        self.assertIn("reviewer, no key yet", person.screen)
        bob = self.signs(person)["id"]
        self.assertEqual((["reviewer"], 0), tuple(self.members()[bob][name]
                                                  for name in ("roles", "devices")))
        key = self.enroll(bob)
        self.assertEqual(bob, self.devices()[key["id"]]["member"])
        self.assertEqual(key["spki"], self.devices()[key["id"]]["spki"])
        self.assertEqual(1, self.members()[bob]["devices"])
        request = self.house.asks()
        person = self.decides("approve", request, key["path"])
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(BOBS)
        self.assertEqual(bob, person.result()["decision"]["by"]["id"])

    def test_gives_a_member_other_roles(self):
        bob = self.add()
        key = self.enroll(bob)
        person = self.changes("member", "change", bob, "--role", "auditor", "--group", "finance")
        self.assertIn("auditor, key " + key["id"][:8], " ".join(person.screen.split()))
        self.signs(person)
        self.assertEqual((["auditor"], 1), tuple(self.members()[bob][name]
                                                 for name in ("roles", "devices")))
        person = self.decides("approve", self.house.asks(), key["path"])
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(BOBS)
        self.assertEqual(5, person.end()[0])
        self.assertIn("no place for you", " ".join(person.screen.split()))

    def test_lists_and_ends_sessions(self):
        self.assertEqual([], self.house.list("session", "list"))
        person = self.house.comes("session", "end", "--member", self.owner["member"], "--json")
        self.assertEqual({"ended": 0}, person.result())
        self.assertEqual(2, self.house.comes("session", "end").end()[0])
        person = self.house.comes("session", "end", "ses_00000000000000000000000000")
        self.assertEqual(1, person.end()[0])

    def test_says_when_a_project_becomes_a_team(self):
        bob = self.add()
        person = self.house.comes("device", "enroll", "--member", bob)
        person.sees("New passphrase").types(BOBS).sees("again: ").types(BOBS)
        person.sees("becomes a team").sees("type yes: ").types("no")
        self.assertEqual(5, person.end()[0])
        self.assertEqual({self.owner["key"]}, set(self.devices()))

    def test_revokes_a_device_at_once(self):
        bob = self.add()
        key = self.enroll(bob)
        request = self.house.asks()
        late = self.decides("approve", request, key["path"])
        late.sees("type yes: ").types("yes").sees("Passphrase of")
        self.signs(self.changes("device", "revoke", key["id"]))
        late.types(BOBS)
        self.assertEqual(5, late.end()[0], late.screen)
        self.assertEqual(5, self.decides("approve", request, key["path"]).end()[0])
        self.assertIn("revoked_at", self.devices()[key["id"]])
        self.assertNotIn("removed_at", self.members()[bob])
        self.assertEqual(7, self.house.comes("device", "revoke", self.owner["key"]).end()[0])

    def test_removes_a_member_with_their_devices(self):
        bob = self.add()
        key = self.enroll(bob)
        person = self.changes("member", "remove", bob)
        self.assertIn("- Bob", person.screen)
        self.assertEqual(bob, self.signs(person)["id"])
        self.assertIn("removed_at", self.members()[bob])
        self.assertIn("revoked_at", self.devices()[key["id"]])
        self.assertEqual(5, self.decides("reject", self.house.asks(), key["path"]).end()[0])
        self.assertEqual(1, self.house.comes("member", "remove", bob).end()[0])

    def test_changes_the_rosters_of_all_projects_together(self):
        # Only the projects that are there at set-up have a roster here.
        house = self.enterContext(House())
        house.make_project("second", "encrypted")
        house.set_up()
        person = house.comes("member", "add", "--name", "Bob", "--role", "reviewer", "--json")
        person.sees("roster version 1 to 2").sees("roster version 1 to 2").sees("type yes: ")
        self.signs(person)
        self.assertEqual([2, 2], [project["roster_version"]
                                  for project in house.list("project", "list")])

    def elsewhere(self, *command, **more):
        """Somebody without the owner's key."""
        home = {"XDG_CONFIG_HOME": f"{self.house.home.name}/elsewhere"}
        return self.house.comes(*command, **home, **more)

    def asks_for(self, *command):
        """What a change that waits for an owner prints: {url, proposal, expires_at}."""
        status, printed = self.elsewhere(*command, "--json").end()
        self.assertEqual(5, status, printed)
        return json.loads(printed)

    def test_gives_a_link_where_no_owners_key_is(self):
        before = self.members()
        person = self.elsewhere("member", "add", "--name", "Eve", "--role", "owner")
        status, printed = person.end()
        self.assertEqual(5, status)
        self.assertRegex(printed, r"^http://localhost:\d+/settings/roster/rop_[a-z0-9]{26}\n$")
        self.assertIn("Only an owner's signature", person.screen)
        done = subprocess.run([binary(), "member", "add", "--name", "Eve", "--role", "owner",
                               "--data", self.house.data], env=self.house.environment(),
                              input=f"yes\n{PASSPHRASE}\n", text=True, capture_output=True,
                              timeout=60, check=False)
        self.assertEqual(5, done.returncode, done.stderr)
        self.assertIn("/settings/roster/rop_", done.stdout)
        self.assertEqual(2, len(self.house.list("roster", "list")))
        self.assertEqual(before, self.members())

    def test_lets_the_owner_sign_later_what_somebody_asked_for(self):
        waits = self.asks_for("member", "add", "--name", "Bob", "--role", "reviewer")
        self.assertTrue(waits["url"].endswith(waits["proposal"]))
        person = self.changes("roster", "sign", waits["proposal"])
        self.assertIn("+ Bob (mem_", person.screen)
        self.assertEqual(waits["proposal"], self.signs(person)["id"])
        bob = next(row["id"] for row in self.members().values() if row["name"] == "Bob")
        self.assertEqual([], self.house.list("roster", "list"))
        self.assertEqual(1, self.house.comes("roster", "sign", waits["proposal"]).end()[0])
        gone = self.asks_for("member", "remove", bob)["proposal"]
        self.signs(self.changes("roster", "sign", gone))
        self.assertIn("removed_at", self.members()[bob])

    def test_takes_a_change_back_unsigned(self):
        waits = self.asks_for("member", "add", "--name", "Eve", "--role", "owner")
        self.assertEqual(waits["proposal"],
                         self.house.run("roster", "withdraw", waits["proposal"], "--json")["id"])
        self.assertEqual(1, self.house.comes("roster", "sign", waits["proposal"]).end()[0])
        self.assertEqual([self.owner["member"]], list(self.members()))

    def test_makes_a_key_that_counts_once_an_owner_has_signed(self):
        bob = self.add()
        person = self.elsewhere("device", "enroll", "--member", bob, "--json")
        person.sees("New passphrase").types(BOBS).sees("again: ").types(BOBS)
        status, printed = person.end()
        waits = json.loads(printed)
        self.assertEqual(5, status)
        path = next(Path(self.house.home.name, "elsewhere", "letsping").glob("*.json"))
        request = self.house.asks()
        self.assertEqual(5, self.decides("approve", request, str(path)).end()[0])
        person = self.changes("roster", "sign", waits["proposal"])
        self.assertIn(f"key {waits['id']}", person.screen)
        self.signs(person)
        person = self.decides("approve", request, str(path))
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(BOBS)
        self.assertEqual(bob, person.result()["decision"]["by"]["id"])

    def test_loses_to_another_change_that_was_signed_meanwhile(self):
        slow = self.changes("member", "add", "--name", "Bob", "--role", "reviewer")
        slow.types("yes").sees("Passphrase of")
        self.add("Carol")
        self.assertEqual(7, slow.types(PASSPHRASE).end()[0])
        self.assertEqual({"Ada", "Carol"}, {row["name"] for row in self.members().values()})

    def test_prints_a_login_link_for_a_member_only(self):
        bob = self.add()
        link = self.house.run("login-link", "--member", bob, "--json")["url"]
        self.assertRegex(link, r"^http://localhost:\d+/login#t=[A-Za-z0-9_-]{43}$")
        person = self.house.comes("login-link", "--member", "mem_" + "0" * 26)
        self.assertEqual(1, person.end()[0])

    def test_does_not_take_a_reviewers_key_for_an_owners(self):
        bob = self.add()
        key = self.enroll(bob)
        person = self.house.comes("member", "remove", bob, "--key-file", key["path"])
        self.assertEqual(5, person.end()[0])
        self.assertIn("no owner's key", person.screen)

    def test_keeps_the_owner_who_set_the_server_up(self):
        person = self.elsewhere("member", "remove", self.owner["member"])
        self.assertEqual((1, ""), person.end())
        self.assertIn("stays", person.screen)
        person = self.house.comes("member", "remove", self.owner["member"])
        self.assertEqual(7, person.end()[0])
        self.assertIn("no owner could sign", person.screen)

    def test_signs_nothing_without_a_yes_and_the_passphrase(self):
        person = self.changes("member", "add", "--name", "Bob", "--role", "reviewer")
        self.assertEqual(5, person.types("y").end()[0])
        person = self.changes("member", "add", "--name", "Bob", "--role", "reviewer").types("yes")
        for _ in range(3):
            person.sees("Passphrase of").types("not the passphrase")
        self.assertEqual(5, person.end()[0])
        self.assertEqual([self.owner["member"]], list(self.members()))

    def test_leaves_a_log_that_verifies_from_the_first_roster(self):
        trust = Path(self.house.home.name, "trust.json")
        trust.write_text(self.house.run("trust", "export"), encoding="utf-8")
        bob = self.add()
        key = self.enroll(bob)
        person = self.decides("approve", self.house.asks(), key["path"])
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(BOBS)
        person.result()
        self.signs(self.changes("member", "remove", bob))
        said = self.house.run("log", "verify", "--trust", str(trust), "--json")
        self.assertEqual(("VALID", 1), (said["verdict"], said["decisions"]))
        self.house.stop()
        self.house.start()
        self.assertEqual("VALID", self.house.run("log", "verify", "--trust", str(trust),
                                                 "--json")["verdict"])


if __name__ == "__main__":
    unittest.main()
