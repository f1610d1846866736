"""The log as a file: read by programs of others, and written whole or not at all."""

import base64
import csv
import hashlib
import io
import json
import os
import signal
import subprocess
import time
import unittest
import urllib.request
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import binary

NASTY = ['=cmd|"/C calc"!A0', "+1", "-1", "@SUM(A1)", "\ttab", "\rreturn", "a;=1+1", 'q"uo"te,s',
         "two\nlines", "\u202egnp.exe", "\uff1d1", "Zoë 😀", " =1"]


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def tree_hash(hashes):
    """RFC 6962 §2.1, from the definition."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(hashes[:half]) + tree_hash(hashes[half:])).digest()


class Export(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())
        self.path = Path(self.house.home.name, "export")

    def export(self, form, *more, output=None):
        return self.house.run("audit", "export", "--format", form, "--output",
                              output or str(self.path), *more)

    def lines(self):
        """The entries and the last line of a JSON Lines file."""
        *entries, last = [json.loads(line) for line in self.path.read_text("utf-8").splitlines()]
        return entries, last

    def records(self):
        with open(self.path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))

    def asks_nastily(self):
        return [self.house.asks(service=text, action=text) for text in NASTY]

    def reject(self, request, reason):
        person = self.house.comes("review", "reject", request, "--reason", reason, **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual(0, person.end()[0], person.screen)

    def left_over(self):
        return [name for name in os.listdir(self.house.home.name) if name.startswith("export")]

    def test_lets_a_stranger_compute_the_tree_from_the_file_alone(self):
        self.asks_nastily()
        self.export("jsonl")
        entries, last = self.lines()
        self.assertEqual(list(range(len(entries))), [entry["index"] for entry in entries])
        hashes = []
        for entry in entries:
            leaf = json.loads(entry["leaf"])
            data = (leaf["spec"].get("hashedRekordV002") or leaf["spec"])["data"]
            statement = entry["statement"].encode()
            self.assertEqual(base64.b64decode(data["digest"]), hashlib.sha256(statement).digest())
            self.assertEqual(entry["time"], json.loads(statement)["predicate"]["time"])
            hashes.append(leaf_hash(entry["leaf"].encode()))
            self.assertEqual(entry["leaf_hash"], hashes[-1].hex())
        origin, size, root = last["checkpoint"].splitlines()[:3]
        self.assertEqual((origin, int(size)), (last["manifest"]["origin"], len(entries)))
        self.assertEqual(base64.b64decode(root), tree_hash(hashes))
        self.assertEqual(root, base64.b64encode(bytes.fromhex(last["manifest"]["root"])).decode())

    def test_names_the_leaves_that_the_tiles_hold(self):
        self.house.asks()
        self.export("jsonl")
        entries, last = self.lines()
        key = self.house.make_key(role="auditor")["key"]
        log = last["manifest"]["origin"].rsplit("/", 1)[1]
        call = urllib.request.Request(
            f"{self.house.address}/log/{log}/tile/0/000.p/{len(entries)}",
            headers={"Authorization": "Bearer " + key})
        with urllib.request.urlopen(call, timeout=30) as reply:
            self.assertEqual(reply.read().hex(), "".join(entry["leaf_hash"] for entry in entries))

    def test_gives_texts_of_others_back_as_they_were(self):
        requests = self.asks_nastily()
        self.reject(requests[0], NASTY[0])
        self.export("jsonl")
        entries, _ = self.lines()
        created = {entry["request"]: entry for entry in entries
                   if entry["type"] == "request.created"}
        self.assertEqual(NASTY, [created[one]["service"] for one in requests])
        self.assertEqual(NASTY, [created[one]["action"] for one in requests])
        for entry in created.values():
            sha256 = json.loads(entry["statement"])["predicate"]["request"]["sha256"]
            self.assertEqual(sha256, hashlib.sha256(entry["descriptor"].encode()).hexdigest())
        rejected = [entry for entry in entries if entry["type"] == "decision.rejected"]
        self.assertEqual([(NASTY[0], "rejected")],
                         [(entry["reason"], entry["outcome"]) for entry in rejected])

    def test_makes_a_table_in_which_nothing_is_a_formula(self):
        requests = self.asks_nastily()
        self.reject(requests[0], NASTY[0])
        self.export("csv")
        view, *entries, checkpoint = self.records()
        self.assertEqual(("view", "checkpoint"), (view["type"], checkpoint["type"]))
        self.assertIn("not evidence", view["note"])
        self.assertEqual(len(entries), int(checkpoint["note"].split("⟨U+000A⟩")[1]))
        services = {entry["request"]: entry["service"] for entry in entries}
        shown = [text.replace("\t", "⟨U+0009⟩").replace("\r", "⟨U+000D⟩").replace("\n", "⟨U+000A⟩")
                 .replace("\u202e", "⟨U+202E⟩") for text in NASTY]
        self.assertEqual([text.replace("'", "") for text in shown],
                         [services[one].replace("'", "") for one in requests])
        raw = self.path.read_text("utf-8")
        # However the file is cut into cells, none starts a formula.
        for separator in ",;\t|":
            for row in csv.reader(io.StringIO(raw), delimiter=separator):
                for cell in row:
                    self.assertNotRegex(cell, "^[\\s\"]*[=+@\uff1d\uff0b\uff0d\uff20\t\r-]",
                                        (separator, row))

    def test_puts_itself_into_the_log_first(self):
        self.export("csv", "--from", "2020-01-01")
        last = self.house.list("log", "show")[-1]["statement"]["predicate"]
        self.assertEqual(("export.made", "local_operator"), (last["type"], last["actor"]["id"]))
        said = self.house.run("log", "verify", "--trust", self.trust(), "--json")
        self.assertEqual("VALID", said["verdict"])

    def trust(self):
        path = Path(self.house.home.name, "trust.json")
        path.write_text(self.house.run("trust", "export"), encoding="utf-8")
        return str(path)

    def test_says_the_same_with_and_without_a_server(self):
        self.house.asks()
        said = self.export("jsonl", "--json")
        running, _ = self.lines()
        self.house.stop()
        self.export("jsonl", "--force")
        stopped, _ = self.lines()
        self.assertEqual(said["entries"], len(running))
        self.assertEqual(running, stopped[:len(running)])
        self.assertEqual("export.made", stopped[-1]["type"])
        self.assertIn("export", stopped[-1]["object"])

    def test_writes_to_a_pipe_without_a_word(self):
        status, out, err = self.house.call("audit", "export", "--format", "jsonl", "--output", "-")
        self.assertEqual((0, ""), (status, err))
        self.assertIn("checkpoint", json.loads(out.splitlines()[-1]))

    def test_goes_over_no_file_unless_told(self):
        self.path.write_text("mine", encoding="ascii")
        status, _, err = self.house.call("audit", "export", "--format", "csv", "--output",
                                         str(self.path))
        self.assertEqual(7, status)
        self.assertIn("--force", err)
        self.assertEqual("mine", self.path.read_text(encoding="ascii"))
        events = [line["statement"]["predicate"]["type"] for line in
                  self.house.list("log", "show")]
        self.assertNotIn("export.made", events)
        self.export("csv", "--force")
        self.assertTrue(self.path.read_text("utf-8").startswith("index,time,"))
        self.assertEqual(["export"], self.left_over())

    def test_refuses_times_that_are_none(self):
        status, _, err = self.house.call("audit", "export", "--format", "csv", "--output",
                                         str(self.path), "--from", "yesterday")
        self.assertEqual(2, status, err)
        self.assertEqual([], self.left_over())

    def test_shows_a_terminal_how_far_it_is(self):
        self.house.asks()
        person = self.house.comes("audit", "export", "--format", "jsonl", "--output",
                                  str(self.path), "--json")
        person.sees(" entries  0%").sees("[####################]").sees("100%").sees("\x1b[K")
        said = person.result()
        self.assertEqual(said["entries"], len(self.lines()[0]))

    def stops_the_server(self):
        """Also those of its threads that the signal has yet to reach."""
        pid = self.house.process.pid
        os.kill(pid, signal.SIGSTOP)
        end = time.monotonic() + 20
        for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
            while stat.read_text("utf-8").rsplit(") ", 1)[1][0] != "T":
                self.assertLess(time.monotonic(), end, "the server does not stop")
                time.sleep(0.01)

    def test_leaves_no_file_when_interrupted(self):
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.stops_the_server()
            try:
                run = subprocess.Popen(
                    [binary(), "audit", "export", "--format", "jsonl", "--output", str(self.path),
                     "--data", self.house.data], env=self.house.environment(),
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                end = time.monotonic() + 20
                while not self.left_over() and time.monotonic() < end:
                    time.sleep(0.01)
                self.assertRegex(self.left_over()[0], r"^export\..{6}$")
                time.sleep(0.2)  # by now it waits for the server, which says nothing
                run.send_signal(stop)
                _, err = run.communicate(timeout=30)
            finally:
                os.kill(self.house.process.pid, signal.SIGCONT)
            self.assertEqual(130, run.returncode, err)
            self.assertEqual([], self.left_over())


if __name__ == "__main__":
    unittest.main()
