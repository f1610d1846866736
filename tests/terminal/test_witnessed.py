"""A log that a witness cosigns: its bundle says so, and a monitor says how long ago it was."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from house import Server, binary
from test_bundle import members, packed, summed

VALID, INDETERMINATE, INVALID = 0, 30, 40


class Witness:
    """On another machine, as it were: `letsping witness` for the logs of one server."""

    def __init__(self, home, logs):
        self.key = str(Path(home) / "witness.key")
        self.vkey = subprocess.run(
            [binary(), "witness", "--init", "--key", self.key, "--name", "witness.example/w1"],
            check=True, capture_output=True, text=True, timeout=20).stdout.strip()
        command = [binary(), "witness", "--key", self.key, "--state", str(Path(home) / "witnessed"),
                   "--listen", "127.0.0.1:0"]
        for vkey in logs:
            command += ["--origin", f"{vkey.split('+')[0]}={vkey}"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        self.url = self.process.stdout.readline().split()[1]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()


class Witnessed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="letsping-")))
        cls.server = cls.enterClassContext(Server())
        cls.key = cls.server.make_key(role="auditor", name="auditor")["key"]
        trust = json.loads(cls.server.run("trust", "export"))
        cls.witness = Witness(cls.place, trust["log_vkeys"] + trust["root"]["log_vkeys"])
        cls.addClassCleanup(cls.witness.stop)
        policy = cls.place / "policy"
        policy.write_text(f"witness w1 {cls.witness.vkey} {cls.witness.url}\nquorum w1\n")
        cls.server.stop()
        cls.server.settings["LETSPING_WITNESS__POLICY"] = str(policy)
        cls.server.start()
        cls.until_witnessed()
        cls.trust = cls.place / "trust.json"
        cls.trust.write_text(cls.server.run("trust", "export"))
        cls.bundle = cls.place / "log.tar"
        cls.server.run("audit", "export", "--format", "bundle", "--output", str(cls.bundle))
        cls.found = members(cls.bundle.read_bytes())

    @classmethod
    def until_witnessed(cls):
        """Once the newest head of the project is anchored, and both heads are cosigned."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            head = cls.server.run("log", "checkpoint", "--json")
            root = cls.server.run("log", "checkpoint", "--root", "--json")
            entries = cls.server.list("log", "show", "--root")
            if entries and entries[-1]["size"] == head["size"] and all(
                    "— witness.example/w1 " in one["checkpoint"] for one in (head, root)):
                return
            time.sleep(0.2)
        raise RuntimeError("no witness cosigns: " + cls.server.log_tail())

    def verify(self, data, *more, trust=None):
        done = subprocess.run(
            [binary(), "audit", "verify", "-", "--json", "--allow-test", "--trust",
             str(trust or self.trust), *more], input=data, capture_output=True, timeout=60,
            check=False)
        return done.returncode, json.loads(done.stdout)

    def other_trust(self, **changed):
        trust = {**json.loads(self.trust.read_text()), **changed}
        path = self.place / "other.json"
        path.write_text(json.dumps({name: value for name, value in trust.items()
                                    if value is not None}))
        return path

    def changed(self, name, change):
        return packed(summed([(one, change(content) if one == name else content)
                              for one, content in self.found]))

    def test_a_bundle_is_as_strong_as_its_checkpoint(self):
        names = [name for name, _ in self.found]
        self.assertEqual(names.index("checkpoint") + 1, names.index("anchor.json"))
        self.assertIn(b"witness.example/w1", dict(self.found)["checkpoint"])
        status, said = self.verify(self.bundle.read_bytes(), "--require", "log=witnessed")
        self.assertEqual((VALID, "L2"), (status, said["log"]), said)

    def test_only_witnesses_that_the_trust_file_names_count(self):
        # Without the root log the anchor says nothing; the project's own head is cosigned too.
        for changed, level in (({"witness_policy": None}, "L1"), ({"root": None}, "L2")):
            status, said = self.verify(self.bundle.read_bytes(),
                                       trust=self.other_trust(**changed))
            self.assertEqual((INDETERMINATE, level), (status, said["log"]), said)

    def test_an_anchor_or_cosignature_that_was_changed_is_named(self):
        def another_byte(content):
            at = re.search(rb"\xe2\x80\x94 witness.example/w1 (.{20})", content).end()
            return content[:at] + (b"A" if content[at:at + 1] != b"A" else b"B") + content[at + 1:]

        for name in ("checkpoint", "anchor.json"):
            status, said = self.verify(self.changed(name, another_byte))
            self.assertEqual((INVALID, name), (status, said["member"]), said)
        status, said = self.verify(self.changed(
            "anchor.json", lambda content: content.replace(b'"entry":"b', b'"entry":"c')))
        self.assertEqual((INVALID, "anchor.json"), (status, said["member"]), said)
        without = packed(summed([one for one in self.found if one[0] != "anchor.json"]))
        self.assertEqual(INVALID, self.verify(without)[0])

    def monitor(self, *more):
        done = subprocess.run(
            [binary(), "monitor", "--trust", str(self.trust), "--url", self.server.address,
             "--state", str(self.place / "seen"), "--once", "--json", *more],
            env=dict(os.environ, LETSPING_API_KEY=self.key), capture_output=True, text=True,
            timeout=60, check=False)
        self.assertEqual("", done.stderr)
        return done.returncode, json.loads(done.stdout)

    def test_a_monitor_says_when_the_witnesses_last_stood_behind_it(self):
        status, report = self.monitor()
        self.assertEqual((VALID, []), (status, report["findings"]), report)
        self.assertLessEqual(report["witnessed_s"], 120)
        # A head that nobody had time to cosign is newer than one that is.
        self.server.make_key()
        self.assertEqual(VALID, self.monitor()[0])
        self.witness.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(2.5)
            status, report = self.monitor("--max-age", "1")
        finally:
            self.witness.process.send_signal(signal.SIGCONT)
        self.assertEqual((INDETERMINATE, ["stale"]),
                         (status, [finding["alarm"] for finding in report["findings"]]), report)


if __name__ == "__main__":
    unittest.main()
