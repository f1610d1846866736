"""People decide at the terminal, with the key that their passphrase seals."""

import json
import subprocess
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import E2, binary


class Review(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.owner = self.house.owner

    def decides(self, verdict, request, *more, **variables):
        return self.house.comes("review", verdict, request, "--json", *more,
                                **with_key(**variables))

    def state(self, request):
        return self.house.run("review", "show", request, "--json")["state"]

    def test_approves_what_was_shown_after_a_yes_and_the_passphrase(self):
        request = self.house.asks()
        person = self.decides("approve", request)
        person.sees("Wants       db-agent / sql").sees("its name is not proven")
        person.sees("Payload").sees("Level medium").sees("approve? type yes: ").types("yes")
        person.sees("Passphrase of").types(PASSPHRASE)
        decided = person.result()
        self.assertEqual("approved", decided["state"])
        self.assertEqual("device", decided["decision"]["class"])
        self.assertEqual(self.owner["member"], decided["decision"]["by"]["id"])
        self.assertEqual("APPROVED", self.house.status_of(request)["status"])
        self.assertNotIn(PASSPHRASE, person.screen)

    def test_rejects_with_a_reason_and_without_the_content_key(self):
        request = self.house.asks()
        person = self.house.comes("review", "reject", request, "--reason", "wrong table", "--json")
        person.sees("LETSPING_ENCRYPTION_KEY is not set").sees("reject? type yes: ").types("yes")
        person.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual("rejected", person.result()["state"])
        status = self.house.status_of(request)
        self.assertEqual("REJECTED", status["status"])
        self.assertIn("wrong table", json.dumps(status))

    def test_approves_an_edit_that_was_shown(self):
        request = self.house.asks()
        edit = Path(self.house.home.name, "edit.json")
        edit.write_text('{"amount": 50.0}\n', encoding="utf-8")
        person = self.decides("approve", request, "--edit", str(edit))
        person.sees("Your edit").sees("/amount = 50.0").sees("type yes: ").types("yes")
        person.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual("approved_with_modifications", person.result()["state"])

    def test_signs_nothing_without_the_word_yes(self):
        request = self.house.asks()
        for answer in ("", "y", "Yes", "yes please"):
            person = self.decides("approve", request)
            person.sees("type yes: ").types(answer)
            status, printed = person.end()
            self.assertEqual((5, ""), (status, printed))
            self.assertNotIn("Passphrase", person.screen)
        self.assertEqual("pending", self.state(request))

    def test_throws_away_what_was_typed_too_early(self):
        request = self.house.asks()
        person = self.decides("approve", request)
        person.presses(b"yes\nyes\n")
        person.sees("type yes: ").types("no")
        self.assertEqual(5, person.end()[0])

    def test_gives_up_after_three_wrong_passphrases(self):
        request = self.house.asks()
        person = self.decides("approve", request)
        person.sees("type yes: ").types("yes")
        for _ in range(3):
            person.sees("Passphrase of").types("not the passphrase").sees("does not open")
        self.assertEqual(5, person.end()[0])
        self.assertEqual("pending", self.state(request))

    def test_refuses_a_key_file_that_was_changed(self):
        request = self.house.asks()
        path = Path(self.house.key_file())
        sealed = json.loads(path.read_text(encoding="ascii"))
        flipped = "A" if sealed["ct"][40] != "A" else "B"
        sealed["ct"] = sealed["ct"][:40] + flipped + sealed["ct"][41:]
        path.write_text(json.dumps(sealed, separators=(",", ":"), sort_keys=True) + "\n",
                        encoding="ascii")
        person = self.decides("approve", request)
        person.sees("type yes: ").types("yes")
        for _ in range(3):
            person.sees("Passphrase of").types(PASSPHRASE).sees("does not open")
        self.assertEqual(5, person.end()[0])

    def test_cannot_approve_what_it_cannot_read(self):
        request = self.house.asks()
        person = self.house.comes("review", "approve", request)
        status, _ = person.end()
        self.assertEqual(5, status, person.screen)
        self.assertNotIn("type yes", person.screen)

    def test_says_when_somebody_was_first(self):
        request = self.house.asks()
        first, second = self.decides("approve", request), self.decides("reject", request)
        for person in (first, second):
            person.sees("type yes: ").types("yes")
        first.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual("approved", first.result()["state"])
        second.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual(7, second.end()[0], second.screen)
        self.assertEqual(7, self.decides("approve", request).end()[0])

    def test_names_high_levels_in_words_and_only_rejects_there(self):
        high = self.house.asks(priority="high")
        for request, words in ((high, "HIGH: what runs may do harm"),
                               (self.house.asks(priority="critical"), "CRITICAL: ")):
            person = self.decides("approve", request)
            status, _ = person.end()
            self.assertIn("Level       " + words, person.screen)
            self.assertIn("signed with a passkey: approve it in the dashboard", person.screen)
            self.assertEqual(5, status, person.screen)
        person = self.decides("reject", high)
        person.sees("Level HIGH: ").sees("type yes: ").types("yes")
        person.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual("rejected", person.result()["state"])

    def test_shows_a_request_without_deciding_it(self):
        request = self.house.asks(E2)
        status, page, error = self.house.call("review", "show", request)
        self.assertEqual((0, ""), (status, error))
        self.assertIn("Wants       db-agent / sql", page)
        self.assertIn("\nPayload\n  /", page)
        shown = self.house.run("review", "show", request, "--json")
        self.assertEqual("pending", shown["state"])
        json.loads(shown["plaintext"])
        self.assertEqual(1, self.house.call("review", "show", "req_unknown")[0])

    def test_needs_a_terminal_and_a_key_of_this_installation(self):
        request = self.house.asks()
        done = subprocess.run([binary(), "review", "approve", request, "--data", self.house.data],
                              env=self.house.environment(**with_key()), text=True,
                              input=f"yes\n{PASSPHRASE}\n", capture_output=True, timeout=60,
                              check=False)
        self.assertEqual(5, done.returncode, done.stderr)
        person = self.decides("approve", request, XDG_CONFIG_HOME=self.house.home.name)
        self.assertEqual(5, person.end()[0], person.screen)
        self.assertEqual("pending", self.state(request))

    def test_notices_a_roster_that_is_not_the_one_it_knows(self):
        request = self.house.asks()
        pins = Path(self.house.key_file() + ".pins")
        person = self.decides("approve", request)
        person.sees("type yes: ").types("no")
        person.end()
        known = json.loads(pins.read_text(encoding="ascii"))
        known["rosters"][0]["genesis"] = "0" * 64
        pins.write_text(json.dumps(known), encoding="ascii")
        person = self.decides("approve", request)
        self.assertEqual(6, person.end()[0], person.screen)
        self.assertIn("Nothing is signed", person.screen)

    def test_leaves_a_log_that_verifies(self):
        request = self.house.asks()
        person = self.decides("approve", request)
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE)
        person.result()
        trust = Path(self.house.home.name, "trust.json")
        trust.write_text(self.house.run("trust", "export"), encoding="utf-8")
        said = self.house.run("log", "verify", "--trust", str(trust), "--json")
        self.assertEqual(("VALID", 1), (said["verdict"], said["decisions"]))


if __name__ == "__main__":
    unittest.main()
