"""From a receipt to a verdict, as docs/guide/verify.md goes: its commands and its program."""

import base64
import copy
import hashlib
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import ROOT, binary

GUIDE = ROOT / "docs/guide/verify.md"


def go_environment():
    """Go without a network: what the set-up step fetched, and nothing else."""
    made = subprocess.run(["go", "env", "GOMODCACHE", "GOCACHE"], check=True, capture_output=True,
                          text=True, timeout=60)
    modules, cache = made.stdout.split()
    return {"GOMODCACHE": modules, "GOCACHE": cache, "GOPROXY": f"file://{modules}/cache/download",
            "GOSUMDB": "off", "GOFLAGS": "-mod=readonly -buildvcs=false",
            "GOTOOLCHAIN": "local"}


class Decided(unittest.TestCase):
    """An installation as people have it, with one request that a person approved."""

    @classmethod
    def setUpClass(cls):
        cls.house = cls.enterClassContext(House())
        cls.house.set_up()
        cls.request = cls.house.asks()
        person = cls.house.comes("review", "approve", cls.request, "--json", **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE)
        person.result()
        cls.receipt = json.loads(cls.house.run("receipt", cls.request))
        cls.trust = json.loads(cls.house.run("trust", "export"))
        cls.index = int(re.search("^index ([0-9]+)$", cls.receipt["tlog"]["proof"], re.M)[1])

    def place(self, name):
        """A new empty directory, named after the test."""
        path = Path(self.house.home.name, self.id().rsplit(".", 1)[1], name)
        path.mkdir(parents=True)
        return path


class Guide(Decided):
    def test_every_command_of_the_guide_does_what_the_guide_says(self):
        text = GUIDE.read_text(encoding="utf-8")
        blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)
        self.assertEqual({"sh", "text"}, {language for language, _ in blocks})
        programs = self.place("bin")
        for name, program in (("letsping", binary()),
                              ("letsping-verify", Path(binary()).with_name("letsping-verify"))):
            (programs / name).symlink_to(Path(program).resolve())
        environment = self.house.environment(
            **go_environment(), DATA=self.house.data, REQUEST=self.request,
            SERVER=self.house.address, LOG=self.trust["origin"].rsplit("/", 1)[1],
            INDEX=str(self.index), KEY=self.house.make_key(role="auditor")["key"],
            CHECKOUT=str(ROOT))
        environment["PATH"] = f"{programs}:{environment['PATH']}"
        # One shell for all, for one block goes where the next begins.
        mark = "---- the next block ----"
        script = "".join(f"{block}echo '{mark}'\n" for language, block in blocks
                         if language == "sh")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.place("work"),
                              env=environment, capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        told = done.stdout.split(f"{mark}\n")
        expected, at = [], -1
        for language, block in blocks:
            at += language == "sh"
            if language == "text":
                expected.append(at)
                self.assertRegex(told[at], self.pattern(block))
        silent = [output for number, output in enumerate(told) if number not in expected]
        self.assertEqual([], [output for output in silent if output])

    @staticmethod
    def pattern(block):
        """What the guide shows: … is anything, a line of it is any number of lines."""
        lines = ["(?s:.*)" if line == "…" else re.escape(line).replace("…", "[^\n]*") + "\n"
                 for line in block.splitlines()]
        return re.compile(r"\A" + "".join(lines) + r"\Z")


class ByHand(Decided):
    """The program of the guide on receipts that are not what they seem."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = Path(cls.house.home.name, "by-hand")
        subprocess.run(["go", "build", "-o", str(cls.program), "."], check=True, timeout=120,
                       cwd=ROOT / "docs/guide/by-hand", env=dict(os.environ, **go_environment()))
        cls.other = json.loads(cls.house.run("receipt", cls.house.asks()))

    def judge(self, change=lambda receipt, trust: None):
        """(exit status, all that was said, where it was) of changed copies of the two files."""
        receipt, trust = copy.deepcopy(self.receipt), copy.deepcopy(self.trust)
        change(receipt, trust)
        work = Path(tempfile.mkdtemp(dir=self.house.home.name))
        for name, value in (("receipt", receipt), ("trust", trust)):
            # No blank more than there was: parts of the receipt are hashed as they stand.
            text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
            (work / f"{name}.json").write_text(text, encoding="utf-8")
        done = subprocess.run([str(self.program)], cwd=work, capture_output=True, text=True,
                              timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr, work

    def refuses(self, reason, change):
        status, said, _ = self.judge(change)
        self.assertEqual(1, status, said)
        self.assertIn(reason, said)

    def test_accepts_what_the_server_gave(self):
        status, said, _ = self.judge()
        self.assertEqual(0, status, said)
        self.assertIn(f"entry {self.index}: decision.approved", said)
        self.assertIn("(device): approve", said)

    def test_refuses_a_statement_that_is_not_the_leafs(self):
        def change(receipt, _):
            receipt["statement"] = self.other["statement"]
        self.refuses("the leaf is of another statement", change)

    def test_refuses_a_signature_that_is_not_the_leafs(self):
        def change(receipt, _):
            receipt["issuer"]["sig"] = self.other["issuer"]["sig"]
        self.refuses("the leaf is of another signature or key", change)

    def test_refuses_a_leaf_that_is_not_in_the_tree(self):
        def another_index(receipt, _):
            told = receipt["tlog"]
            told["proof"] = told["proof"].replace(f"index {self.index}", f"index {self.index - 1}")

        def another_path(receipt, _):
            lines = receipt["tlog"]["proof"].split("\n")
            lines[2] = base64.b64encode(bytes(32)).decode()
            receipt["tlog"]["proof"] = "\n".join(lines)

        def another_proof(receipt, _):
            receipt["tlog"]["proof"] = self.other["tlog"]["proof"]
        for change in (another_index, another_path, another_proof):
            self.refuses("invalid transparency proof", change)

    def test_refuses_a_checkpoint_that_no_trusted_key_signed(self):
        def another_root(receipt, _):
            told = receipt["tlog"]
            head, note = told["proof"].split("\n\n", 1)
            origin, size, _, rest = note.split("\n", 3)
            root = base64.b64encode(bytes(32)).decode()
            told["proof"] = head + "\n\n" + "\n".join([origin, size, root, rest])
        self.refuses("invalid signature for key", another_root)

        def another_key(_, trust):
            trust["log_vkeys"] = ["example.com/foo+530d903a+"
                                  "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"]
        self.refuses("no verifiable signatures", another_key)

    def test_refuses_a_checkpoint_of_another_log(self):
        def change(_, trust):
            trust["origin"] = trust["origin"].rsplit("/", 1)[0] + "/" + "0" * 32
        self.refuses("the checkpoint is of another log", change)

    def test_refuses_an_issuer_outside_its_range(self):
        def ended(_, trust):
            trust["issuer"][0]["to"] = self.index

        def later(_, trust):
            trust["issuer"][0]["from"] = self.index + 1

        def nobody(_, trust):
            trust["issuer"] = []
        for change in (ended, later, nobody):
            self.refuses("does not list this issuer", change)

    def test_refuses_a_person_of_another_roster(self):
        def another_genesis(_, trust):
            trust["roster_genesis_sha256"] = "0" * 64
        self.refuses("a roster that the trust file does not name", another_genesis)

        def left_out(receipt, _):
            receipt["rosters"] = []
        self.refuses("is not here", left_out)

        def promoted(receipt, _):
            receipt["humans"][0]["entry"]["roles"].append("witness")
        self.refuses("invalid transparency proof", promoted)

    def test_refuses_a_decision_about_another_request_or_of_another_person(self):
        def core(**more):
            def change(receipt, _):
                human = receipt["humans"][0]
                told = json.loads(base64.b64decode(human["core"])) | more
                human["core"] = base64.b64encode(json.dumps(told).encode()).decode()
            return change
        self.refuses("about another request", core(request_id="req_other"))
        self.refuses("as somebody else", core(approver="mem_other"))

    def test_goes_through_several_people_and_through_passkeys(self):
        """Which a server of this version does not make: receipts of the shared vectors."""
        vectors = json.loads((ROOT / "sdk/vectors/receipts.json").read_text(encoding="utf-8"))
        for name, people in (("quorum", 2), ("passkey", 1)):
            def as_in_vectors(receipt, trust, name=name):
                for held, text in ((receipt, base64.b64decode(vectors["bases"][name])),
                                   (trust, json.dumps(vectors["trust"]["issuers"]))):
                    held.clear()
                    held.update(json.loads(text))
                # As `letsping trust export` does once there is a later version.
                heads = [json.dumps(version["head"], separators=(",", ":"), ensure_ascii=False)
                         for version in receipt["rosters"]]
                trust["roster_sha256"] = [hashlib.sha256(head.encode()).hexdigest()
                                          for head in heads]
            status, said, work = self.judge(as_in_vectors)
            self.assertEqual((0, people), (status, said.count(": approve\n")), said)
            for number in range(1, people + 1):
                subprocess.run(["openssl", "dgst", "-sha256", "-verify", f"person-{number}.pem",
                                "-signature", f"decision-{number}.sig", f"decision-{number}"],
                               cwd=work, check=True, capture_output=True, timeout=20)

            def by_another_challenge(receipt, trust, fill=as_in_vectors):
                fill(receipt, trust)
                for human in receipt["humans"]:
                    if human["class"] == "passkey":
                        text = base64.b64decode(human["clientDataJSON"])
                        told = text.replace(b'"challenge":"', b'"challenge":"A')
                        human["clientDataJSON"] = base64.b64encode(told).decode()
            self.refuses("a passkey signed something else", by_another_challenge)

    def test_leaves_to_openssl_signatures_that_it_refuses_when_changed(self):
        _, _, work = self.judge()
        for key, name in (("issuer", "statement"), ("person-1", "decision-1")):
            words = ["openssl", "dgst", "-sha256", "-verify", f"{key}.pem", "-signature",
                     f"{name}.sig", name]
            done = subprocess.run(words, cwd=work, capture_output=True, text=True, timeout=20,
                                  check=False)
            self.assertEqual((0, "Verified OK\n"), (done.returncode, done.stdout), done.stderr)
            text = bytearray((work / name).read_bytes())
            text[-2] ^= 1
            (work / name).write_bytes(text)
            done = subprocess.run(words, cwd=work, capture_output=True, text=True, timeout=20,
                                  check=False)
            self.assertEqual((1, "Verification failure\n"), (done.returncode, done.stdout))


if __name__ == "__main__":
    unittest.main()
