"""A receipt from the decision to the verdict, as somebody gets it who trusts nobody here."""

import json
import subprocess
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import binary

INVALID, INDETERMINATE, VALID = 40, 30, 0


class Receipt(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.trust = Path(self.house.home.name, "trust.json")
        self.trust.write_text(self.house.run("trust", "export"), encoding="utf-8")

    def decided(self, verdict="approve"):
        request = self.house.asks()
        person = self.house.comes("review", verdict, request, "--json", *(
            ["--reason", "wrong table"] if verdict == "reject" else []), **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE)
        person.result()
        return request

    def verify(self, receipt, *more):
        """(exit status, standard output) of `letsping verify`, which is given it on standard input;
        it may neither reach the server nor see the data directory."""
        done = subprocess.run([binary(), "verify", "-", *more], input=receipt, timeout=60,
                              capture_output=True, cwd="/", env={}, check=False)
        return done.returncode, done.stdout.decode()

    def of(self, what, *more):
        return self.house.run("receipt", what, *more).encode()

    def test_proves_decisions_and_what_came_before_them(self):
        approved, rejected, pending = (self.decided(), self.decided("reject"), self.house.asks())
        for request, kind in ((approved, "decision.approved"), (rejected, "decision.rejected"),
                              (pending, "request.created")):
            receipt = self.of(request)
            status, told = self.verify(receipt, "--trust", str(self.trust), "--json")
            said = json.loads(told)
            self.assertEqual((VALID, kind, request),
                             (status, said["type"], said["request_id"]), said)
            self.assertEqual("none" if kind == "request.created" else "B", said["human"])
            status, told = self.verify(receipt)
            self.assertEqual(INDETERMINATE, status, told)

    def test_proves_every_event_of_a_log(self):
        self.decided()
        size = len(self.house.run("log", "show").splitlines())
        receipts = b"".join(self.of(str(index)) for index in range(size))
        status, told = self.verify(receipts, "--trust", str(self.trust))
        self.assertEqual((VALID, size), (status, told.count("\tVALID\t")), told)

    def test_a_changed_byte_is_never_valid(self):
        receipt = self.of(self.decided()).rstrip(b"\n")
        changed = bytearray()
        for at in range(0, len(receipt), 7):
            copy = bytearray(receipt)
            copy[at] ^= 1 << at % 7
            changed += copy.replace(b"\n", b" ") + b"\n"
        status, told = self.verify(bytes(changed), "--trust", str(self.trust))
        self.assertEqual(INVALID, status)
        self.assertNotIn("\tVALID\t", told)
        self.assertEqual(len(range(0, len(receipt), 7)), len(told.splitlines()))

    def test_says_what_it_means_in_words(self):
        status, told = self.verify(self.of(self.decided()), "--trust", str(self.trust))
        self.assertEqual(VALID, status)
        self.assertIn("human             ok", told)
        self.assertIn("VALID: this happened as stated", told)

    def test_holds_to_what_was_demanded(self):
        receipt = self.of(self.decided())
        trust = ("--trust", str(self.trust))
        self.assertEqual(INVALID, self.verify(receipt, *trust, "--require", "human=passkey")[0])
        self.assertEqual(INDETERMINATE,
                         self.verify(receipt, *trust, "--require", "log=witnessed")[0])
        self.assertEqual(2, self.verify(receipt, *trust, "--require", "human=passkeys")[0])
        self.assertEqual(1, self.verify(receipt, "--trust", "/nonexistent")[0])

    def test_an_agent_gets_those_of_its_own_requests(self):
        request = self.decided()
        own = json.loads(self.of(request))
        log = json.loads(self.trust.read_text(encoding="utf-8"))["origin"].rpartition("/")[2]
        index = own["tlog"]["proof"].splitlines()[1].removeprefix("index ")
        self.assertEqual(200, self.http(f"/log/{log}/receipt/{index}", self.house.made["agent"])[0])
        other = self.house.make_key()["key"]
        for key, path in ((other, index), (self.house.made["agent"], "0"),
                          (self.house.made["agent"], "9999")):
            status, body = self.http(f"/log/{log}/receipt/{path}", key)
            self.assertEqual(404, status)
            self.assertEqual("not_found", json.loads(body)["reason"])

    def http(self, path, key):
        call = urllib.request.Request(self.house.address + path)
        call.add_header("Authorization", "Bearer " + key)
        try:
            with urllib.request.urlopen(call, timeout=30) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


if __name__ == "__main__":
    unittest.main()
