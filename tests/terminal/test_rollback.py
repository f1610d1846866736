"""An owner accepts, at their terminal, that a log was rolled back."""

import shutil
import unittest

from house import PASSPHRASE, House


class Rollback(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House())
        self.house.set_up()
        older = self.house.data + ".older"
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


if __name__ == "__main__":
    unittest.main()
