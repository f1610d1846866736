"""An owner takes a demo live, at their terminal."""

import json
import subprocess
import unittest
from pathlib import Path

from house import PASSPHRASE, House, binary, with_key

ADDRESS = "https://letsping.example"


class GoLive(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House())
        self.house.set_up()

    def comes(self, *more):
        return self.house.comes("go-live", "--public-url", ADDRESS, *more)

    def approve(self, request):
        person = self.house.comes("review", "approve", request, "--json", **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE).result()

    def judged(self, request, trust):
        """What `letsping verify` says of the receipt of the request."""
        receipt = Path(self.house.home.name, "receipt.json")
        receipt.write_text(self.house.run("receipt", request), encoding="utf-8")
        done = subprocess.run([binary(), "verify", str(receipt), "--trust", trust, "--json"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)

    def trust(self):
        path = Path(self.house.home.name, "trust.json")
        path.write_text(self.house.run("trust", "export", "--project", "default"),
                        encoding="utf-8")
        return str(path)

    def test_a_fresh_log_without_the_mark(self):
        house = self.house
        before = house.asks()
        # Nothing that waits goes along.
        person = self.comes()
        status, _ = person.end()
        self.assertEqual(7, status, person.screen)
        self.assertIn("Requests wait for a decision", person.screen)
        self.approve(before)
        said = self.judged(before, self.trust())
        self.assertEqual("VALID", said["verdict"], said)
        self.assertIn("demo", said["marks"])

        for wrong in ("http://letsping.example", "https://localhost", "letsping.example"):
            person = house.comes("go-live", "--public-url", wrong)
            self.assertNotEqual(0, person.end()[0])
            self.assertIn("public_url must", person.screen)
        person = self.comes().sees("Go live, as the owner? type yes: ")
        self.assertEqual((5, ""), person.types("no").end())

        person = self.comes("--json").sees("Go live, as the owner? type yes: ")
        self.assertIn("This server goes live at https://letsping.example", person.screen)
        self.assertIn("Ada (mem_", person.screen)
        live = person.types("yes").sees("Passphrase of").types(PASSPHRASE).result()
        self.assertEqual(ADDRESS, live["public_url"])
        self.assertEqual(["Ada"], [link["name"] for link in live["links"]])
        self.assertTrue(live["links"][0]["url"].startswith(ADDRESS + "/login#t="))

        # The same agent asks, the same key in a file decides, and the mark is gone.
        after = house.asks()
        self.approve(after)
        trust = self.trust()
        said = self.judged(after, trust)
        self.assertEqual("VALID", said["verdict"], said)
        self.assertNotIn("demo", said["marks"])
        self.assertNotEqual(said["origin"], self.judged(before, trust)["origin"])
        self.assertEqual("VALID", self.judged(before, trust)["verdict"])
        for name in (row["id"] for row in house.list("project", "list")):
            _, out, err = house.call("log", "verify", "--project", name, "--trust", trust, "--json")
            self.assertEqual("VALID", json.loads(out)["verdict"], out + err)

        status, _, err = self.end_of(self.comes())
        self.assertEqual(7, status)
        self.assertIn("live already", err)
        # It starts under no other address.
        house.stop()
        status, _, err = house.call("serve", "--listen", "127.0.0.1:0")
        self.assertEqual(1, status)
        for words in (ADDRESS, "would be lost", "Ada (mem_", "--accept-lost-credentials"):
            self.assertIn(words, err)

    @staticmethod
    def end_of(person):
        status, out = person.end()
        return status, out, person.screen

    def test_on_a_server_that_is_stopped(self):
        self.house.stop()
        person = self.comes("--json").sees("Go live, as the owner? type yes: ")
        live = person.types("yes").sees("Passphrase of").types(PASSPHRASE).result()
        self.assertEqual(1, len(live["opened"]))
        heads = [row["origin"] for row in self.house.list("project", "list")]
        self.assertIn(live["opened"][0]["origin"], heads)
        self.assertIn(live["opened"][0]["predecessor"], heads)

    def test_a_terminal_without_a_key_names_the_page(self):
        status, out, err = self.house.call("go-live", "--public-url", ADDRESS)
        self.assertEqual(5, status, err)
        self.assertIn("/settings/go-live", out)


if __name__ == "__main__":
    unittest.main()
