"""What the commands about the log say when there is nothing good to say."""

import shutil
import unittest

from house import House


class Log(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House())

    def test_no_checkpoint_is_printed_of_a_log_that_was_rolled_back(self):
        self.house.stop()
        older = self.house.data + ".older"
        shutil.copytree(self.house.data, older)
        self.house.make_key()
        self.assertIn("/p/", self.house.run("log", "checkpoint"))
        shutil.rmtree(self.house.data)
        shutil.copytree(older, self.house.data)
        for form in ([], ["--json"]):
            status, out, err = self.house.call("log", "checkpoint", *form)
            self.assertEqual((6, ""), (status, out), err)
            self.assertIn("rolled back", err)
        status, _, err = self.house.call("audit", "export", "--format", "jsonl", "--output", "-")
        self.assertEqual(1, status, err)

    def test_a_trust_file_is_of_one_project(self):
        status, out, err = self.house.call("trust", "export")
        self.assertEqual((1, ""), (status, out))
        self.assertIn("Nobody has signed a roster", err)
        self.house.set_up()
        self.house.run("trust", "export")
        self.house.make_project("payments", "encrypted")
        status, out, err = self.house.call("trust", "export")
        self.assertEqual((2, ""), (status, out), err)
        self.assertIn("default, payments", err)
        self.house.run("trust", "export", "--project", "default")

    def test_the_secret_of_callbacks_is_told_until_a_webhook_has_one(self):
        secret = self.house.run("webhook", "secret", "--json")["secret"]
        self.assertRegex(secret, "^lp_whk_[A-Za-z0-9_-]{43}$")
        self.assertEqual(secret, self.house.run("webhook", "secret", "--json")["secret"])
        self.house.run("webhook", "add", "--url", "https://hooks.example/x")
        status, out, err = self.house.call("webhook", "secret")
        self.assertEqual((7, ""), (status, out), err)
        self.assertIn("whk_", err)


if __name__ == "__main__":
    unittest.main()
