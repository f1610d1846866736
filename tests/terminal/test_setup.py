"""The owner is made at the terminal, with a key that a passphrase seals."""

import json
import os
import shutil
import stat
import subprocess
import unittest

from house import PASSPHRASE, House
from server import binary


class Setup(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House())

    def test_makes_the_owner_with_a_sealed_key(self):
        made = self.house.set_up()
        self.assertRegex(made["member"], "^mem_[0-9a-z]{26}$")
        self.assertRegex(made["key"], "^[0-9a-f]{64}$")
        devices = self.house.list("device", "list")
        self.assertEqual([made["key"]], [device["key"] for device in devices])
        self.assertEqual([made["member"]], [device["member"] for device in devices])
        path = self.house.key_file()
        self.assertEqual(0o600, stat.S_IMODE(os.stat(path).st_mode))
        with open(path, encoding="ascii") as file:
            sealed = json.load(file)
        self.assertEqual((1 << 17, 8, 1), tuple(sealed["kdf"][name] for name in "nrp"))

    def test_works_without_a_running_server(self):
        self.house.stop()
        made = self.house.set_up()
        self.assertEqual(made["key"], self.house.list("device", "list")[0]["key"])

    def test_happens_once(self):
        self.house.set_up()
        person = self.house.comes("setup", "--name", "Mallory")
        status, printed = person.end()
        self.assertEqual((7, ""), (status, printed), person.screen)
        self.assertIn("already", person.screen)

    def test_never_shows_the_passphrase_and_takes_only_a_long_one_typed_twice(self):
        person = self.house.comes("setup", "--name", "Ada", "--json")
        person.sees("New passphrase").types("too short").sees("at least 12 characters")
        person.sees("New passphrase").types(PASSPHRASE).sees("again: ").types(PASSPHRASE + "!")
        person.sees("differ")
        person.sees("New passphrase").presses(b"wrong start\x15correct horsx\x7fe battery\r")
        person.sees("again: ").types(PASSPHRASE)
        person.result()
        for secret in ("too short", PASSPHRASE, "horsx"):
            self.assertNotIn(secret, person.screen)

    def test_makes_nothing_when_the_person_gives_up(self):
        person = self.house.comes("setup", "--name", "Ada")
        person.sees("New passphrase").presses(b"half a passphrase\x03")
        status, _ = person.end()
        self.assertEqual(5, status, person.screen)
        self.assertEqual([], self.house.list("device", "list"))
        with self.assertRaises(StopIteration):
            self.house.key_file()
        self.house.set_up()

    def test_goes_on_with_the_key_of_an_interrupted_setup(self):
        self.house.stop()
        empty = f"{self.house.home.name}/empty"
        for suffix in ("", ".signer"):
            shutil.copytree(self.house.data + suffix, empty + suffix)
        made = self.house.set_up()
        self.house.data = empty
        person = self.house.comes("setup", "--name", "Ada", "--json")
        person.sees("is there already").sees("Passphrase of").types("not the passphrase")
        person.sees("does not open").sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual(made["key"], person.result()["key"])

    def test_needs_a_terminal_whatever_a_pipe_says(self):
        done = subprocess.run([binary(), "setup", "--name", "Ada", "--data", self.house.data],
                              env=self.house.environment(), text=True, capture_output=True,
                              input=f"{PASSPHRASE}\n{PASSPHRASE}\n", timeout=60, check=False)
        self.assertEqual(5, done.returncode, done.stderr)
        self.assertIn("no terminal", done.stderr)
        self.assertEqual([], self.house.list("device", "list"))


if __name__ == "__main__":
    unittest.main()
