"""A person decides at the terminal with a security key, which here is one in software: the command
line is the same but for what is plugged in (tests/security_key)."""

import json
import subprocess
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key
from person import Person
from server import binary

PIN = "2468"
INVALID, VALID = 40, 0
NOT_AUTHORISED, USAGE, CONFLICT = 5, 2, 7
# {"amount":12.50,"host":"db-1"}, under the content key of the cases.
PAID = ('{"_lp_enc":true,"iv":"sLGys7S1tre4ubq7",'
        '"ct":"4nc7xoO41StlwqaQ42i47qZUJqFhDLUXOqyvwH7/9EfdnNzuJAze0UGRUKdlDQ=="}')
SOFT_KEYS = Path(binary()).parent / "tests/security_key/letsping_soft_keys"


class SecurityKeys(unittest.TestCase):
    """One installation, one key enrolled for its owner, another one for nobody."""

    @classmethod
    def setUpClass(cls):
        cls.house = cls.enterClassContext(House())
        cls.owner = cls.house.set_up()
        cls.drawer = Path(cls.house.home.name, "keys")
        cls.drawer.mkdir()
        cls.plugged(mine={"pin": PIN})
        cls.enrolled = cls.enrols().result()

    @classmethod
    def plugged(cls, **keys):
        """These and no others are plugged in; what is on those that were here stays."""
        before = {path.stem: json.loads(path.read_text()) for path in cls.drawer.iterdir()}
        for path in cls.drawer.iterdir():
            path.unlink()
        for name, changes in keys.items():
            cls.drawer.joinpath(f"{name}.json").write_text(
                json.dumps({**before.get(name, {}), **changes}))

    @classmethod
    def comes(cls, *arguments):
        """A person with the keys of the drawer."""
        return Person([str(SOFT_KEYS), *arguments, "--data", cls.house.data],
                      cls.house.environment(**with_key(), SOFT_KEYS=str(cls.drawer)))

    @classmethod
    def enrols(cls):
        person = cls.comes("device", "enroll", "--fido2", "--member", cls.owner["member"], "--json")
        person.sees("shall decide for Ada").sees("PIN of the security key: ").types(PIN)
        person.sees("Touch the security key").sees("passkey of letsping-cli://")
        person.sees("Sign this as the owner? type yes: ").types("yes")
        return person.sees("Passphrase of").types(PASSPHRASE)

    def setUp(self):
        kept = json.loads(self.drawer.joinpath("mine.json").read_text())
        self.addCleanup(lambda: self.plugged(mine=kept))

    def decides(self, request, verdict="approve", *more):
        return self.comes("review", verdict, request, "--fido2", "--json", *more)

    def agrees(self, request, *more, pin=PIN):
        person = self.decides(request, "approve", *more).sees("approve? type yes: ").types("yes")
        return person.sees("PIN of the security key: ").types(pin)

    def refuses(self, person, *words, status=NOT_AUTHORISED):
        ended, _ = person.end()
        self.assertEqual(status, ended, person.screen)
        for word in words:
            self.assertIn(word, " ".join(person.screen.split()))

    def still_waits(self, request):
        self.assertEqual("PENDING", self.house.status_of(request)["status"])

    def test_approves_at_high_what_every_verifier_calls_class_a(self):
        request = self.house.asks(priority="high")
        decision = self.agrees(request).sees("Touch").result()["decision"]
        self.assertEqual((self.owner["member"], "fido2", "passkey"),
                         (decision["by"]["id"], decision["method"], decision["class"]))
        trust = Path(self.house.home.name, "trust.json")
        trust.write_text(self.house.run("trust", "export"), encoding="utf-8")
        log_name = json.loads(trust.read_text())["origin"].split("/p/")[0]
        place = f"letsping-cli://{log_name}"
        self.assertEqual([{"rpId": place, "origins": [place]}],
                         json.loads(trust.read_text())["rp"])
        receipt = self.house.run("receipt", request).encode()
        strict = ["--require", "human=passkey", "--json"]
        done = subprocess.run([binary(), "verify", "-", "--trust", str(trust), *strict],
                              input=receipt, capture_output=True, timeout=60, check=False)
        self.assertEqual((VALID, "A"), (done.returncode, json.loads(done.stdout)["human"]))
        self.house.run("log", "verify", "--trust", str(trust), "--json")
        # Whoever trusts other terminals does not take it.
        other = {**json.loads(trust.read_text()),
                 "rp": [{"rpId": place, "origins": ["letsping-cli://other"]}]}
        trust.write_text(json.dumps(other), encoding="utf-8")
        done = subprocess.run([binary(), "verify", "-", "--trust", str(trust), *strict],
                              input=receipt, capture_output=True, timeout=60, check=False)
        self.assertEqual(INVALID, done.returncode, done.stdout)

    def test_approves_at_critical_with_a_reason_and_a_value_typed(self):
        # Its client shows numbers, and nobody waits there.
        request = self.house.asks(PAID, priority="critical", capabilities=["number_match"])
        self.refuses(self.decides(request), "--reason with at least 12", status=USAGE)
        reason = ("--reason", "the month is closed")
        person = self.decides(request, "approve", *reason)
        self.refuses(person.sees("approve? type the value of amount: ").types("12.5"),
                     "nothing was signed")
        person = self.decides(request, "approve", *reason)
        person.sees("approve? type the value of amount: ").types("12.50")
        person.sees("PIN of the security key: ").types(PIN)
        self.assertEqual("approved", person.result()["decision"]["state"])

    def test_approves_at_critical_by_the_number_while_the_program_shows_one(self):
        request = self.house.asks(PAID, priority="critical", capabilities=["number_match"])
        shown = self.house.status_of(request)["number_match"]
        reason = ("--reason", "the month is closed")

        def types(number):
            person = self.decides(request, "approve", *reason).sees("Tries left: ")
            person.sees("approve? type the number: ").types(number)
            return person

        self.refuses(types("12a"), "nothing was signed")
        wrong = types("000" if shown["number"] != "000" else "001")
        self.refuses(wrong.sees("PIN of the security key: ").types(PIN), "one try less",
                     status=CONFLICT)
        person = types(self.house.status_of(request)["number_match"]["number"])
        person.sees("PIN of the security key: ").types(PIN)
        self.assertEqual("approved", person.result()["decision"]["state"])

    def test_rejects_and_takes_the_pin_again_after_a_wrong_one(self):
        request = self.house.asks(priority="high")
        person = self.decides(request, "reject").sees("reject? type yes: ").types("yes")
        person.sees("PIN of the security key: ").types("0000")
        person.sees("7 more wrong ones block the key").sees("PIN of the security key: ").types(PIN)
        decision = person.result()["decision"]
        self.assertEqual(("rejected", "fido2"), (decision["state"], decision["method"]))

    def test_signs_nothing_with_a_key_that_gives_nothing(self):
        request = self.house.asks(priority="high")
        person = self.agrees(request, pin="1")
        person.sees("PIN of the security key: ").types("2")
        person.sees("PIN of the security key: ").types("3")
        self.refuses(person, "pull the security key out", "Nothing was signed")
        self.plugged(mine={"tries_left": 1})
        self.refuses(self.agrees(request, pin="1"), "blocked", "Nothing was signed")
        self.plugged(mine={"tries_left": 8, "touched": False})
        self.refuses(self.agrees(request), "not touched in time")
        # The pin alone makes no signature: gone between the PIN and the touch.
        self.plugged(mine={"touched": True, "tells_unverified": False, "verifies_nobody": True})
        self.refuses(self.agrees(request), "Nothing was signed")
        self.plugged(mine={"verifies_nobody": False, "tells_unverified": True,
                           "pulled_out_at": "sign"})
        self.refuses(self.decides(request), "does not answer")
        self.plugged(mine={"pulled_out_at": "", "pin": ""})
        self.refuses(self.decides(request), "neither a PIN nor a fingerprint")
        self.still_waits(request)

    def test_finds_the_key_that_is_meant(self):
        request = self.house.asks(priority="high")
        kept = self.drawer.joinpath("mine.json").read_text()
        self.plugged()
        self.refuses(self.decides(request), "no security key here")
        self.plugged(stranger={"pin": "1111"})
        self.refuses(self.decides(request), "not enrolled here")
        self.drawer.joinpath("mine.json").write_text(kept)
        person = self.decides(request).sees("2  Soft Key").sees("Which security key?")
        self.refuses(person.types("3"), "Given up")
        person = self.decides(request).sees("Which security key? type its number: ").types("1")
        person.sees("approve? type yes: ").types("yes").sees("PIN").types(PIN)
        self.assertEqual("approved", person.result()["decision"]["state"])

    def test_enrols_a_key_once_and_only_with_the_owner(self):
        member = ("--member", self.owner["member"])
        person = self.comes("device", "enroll", "--fido2", *member)
        person.sees("PIN of the security key: ").types(PIN)
        self.refuses(person, "decides for this member already")
        self.refuses(self.comes("device", "enroll", "--fido2", "--out", "x", *member),
                     "excludes", status=USAGE)
        self.plugged(mine={}, second={"pin": "1357"})
        person = self.comes("device", "enroll", "--fido2", *member)
        person.sees("type its number: ").types("2").sees("PIN").types("1357")
        person.sees("Sign this as the owner? type yes: ").types("no")
        self.refuses(person, "nothing was signed")
        self.assertEqual([], self.house.list("roster", "list"))
        rows = [row for row in self.house.list("device", "list") if row["class"] == "passkey"]
        self.assertEqual([self.enrolled["id"]], [row["id"] for row in rows])

    def test_gives_up_when_nobody_is_at_the_terminal(self):
        request = self.house.asks(priority="high")
        done = subprocess.run([str(SOFT_KEYS), "review", "approve", request, "--fido2", "--data",
                               self.house.data], input=f"yes\n{PIN}\n", text=True, timeout=60,
                              capture_output=True, check=False, start_new_session=True,
                              env=self.house.environment(**with_key(), SOFT_KEYS=str(self.drawer)))
        self.assertEqual(NOT_AUTHORISED, done.returncode, done.stderr)
        self.assertIn("no terminal here", done.stderr)
        self.still_waits(request)


if __name__ == "__main__":
    unittest.main()
