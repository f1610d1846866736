"""The command: statuses, output, files of many receipts."""

import contextlib
import io
import json
import sys
import tempfile
import tracemalloc
import unittest
from pathlib import Path
from unittest import mock

from cases import BASES, FILE
from letsping_verify.__main__ import main


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.trust = self.file("trust.json", json.dumps(FILE["trust"]["full"]).encode())

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def run_with(self, *words):
        """Status and output."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main(list(words))
            except SystemExit as stopped:
                status = stopped.code
        self.error = err.getvalue()
        return status, out.getvalue()

    def judge(self, data, *words):
        return self.run_with(self.file("receipts", data), "--trust", self.trust, *words)

    def test_a_valid_receipt_ends_with_0(self):
        status, out = self.judge(BASES["approved"])
        self.assertEqual(status, 0)
        self.assertTrue(out.startswith("VALID\n  decision.approved at "))

    def test_an_erased_statement_ends_with_20(self):
        self.assertEqual(self.judge(BASES["erased"])[0], 20)

    def test_no_trust_file_ends_with_30_and_says_why(self):
        status, out = self.run_with(self.file("receipt", BASES["new keys"]))
        self.assertEqual(status, 30)
        self.assertIn("INDETERMINATE at `trust`: self-consistent, keys unconfirmed", out)

    def test_a_wrong_receipt_ends_with_40_and_names_the_check(self):
        status, out = self.judge(BASES["approved"].replace(b"EUR", b"USD"))
        self.assertEqual(status, 40)
        self.assertIn("INVALID at `human`", out)

    def test_the_largest_status_of_many_counts(self):
        lines = [BASES["approved"], BASES["erased"], BASES["created"]]
        self.assertEqual(self.judge(b"\n".join(lines) + b"\n")[0], 20)

    def test_each_line_is_judged_alone(self):
        lines = [BASES["approved"], b"", BASES["created"]]
        status, out = self.judge(b"\n".join(lines) + b"\n", "--json")
        self.assertEqual(status, 40)
        self.assertEqual([json.loads(line)["verdict"] for line in out.splitlines()],
                         ["VALID", "INVALID", "VALID"])

    def test_an_empty_file_is_invalid(self):
        self.assertEqual(self.judge(b"")[0], 40)

    def test_the_report_as_json_has_the_members_of_the_page(self):
        _, out = self.judge(BASES["approved"], "--json")
        report = json.loads(out)
        self.assertEqual(set(report), {"verdict", "human", "log", "type", "origin", "index",
                                       "time", "request_id", "checks", "keys_cosigned"})
        self.assertEqual([each["result"] for each in report["checks"] if
                          each["check"] in ("parse", "agent")], ["ok", "absent"])

    def test_after_the_failed_check_nothing_was_run(self):
        _, out = self.judge(b"{}", "--json")
        self.assertEqual([each["result"] for each in json.loads(out)["checks"]],
                         ["failed"] + ["not run"] * 18)

    def test_demands_are_added_to_those_of_the_trust_file(self):
        self.assertEqual(self.judge(BASES["approved"], "--require", "human=passkey")[0], 40)
        self.assertEqual(self.judge(BASES["approved"], "--require", "log=witnessed")[0], 30)
        self.assertEqual(self.judge(BASES["passkey"], "--require",
                                    "human=passkey,log=logged")[0], 0)

    def test_standard_input_is_read_for_a_dash(self):
        stdin = mock.Mock(buffer=io.BytesIO(BASES["approved"]))
        with mock.patch.object(sys, "stdin", stdin):
            self.assertEqual(self.run_with("-", "--trust", self.trust)[0], 0)

    def test_a_wrong_call_ends_with_2(self):
        receipt = self.file("receipt", BASES["approved"])
        for words in ([], [receipt, "--require", "human=robot"], [receipt, "--require", "log"],
                      [receipt, "--allow"], [receipt, receipt]):
            self.assertEqual(self.run_with(*words)[0], 2, words)

    def test_a_mistyped_trust_file_ends_with_2(self):
        receipt = self.file("receipt", BASES["approved"])
        for change in ({"mim": {}}, {"min": {"human": "robot"}}, {"log_vkeys": []},
                       {"tsa_roots": ["no certificate"]}, {"witness_policy": {
                           "quorum": 9, "witnesses": FILE["trust"]["full"]["witness_policy"][
                               "witnesses"]}}):
            trust = self.file("wrong.json", json.dumps(
                {**FILE["trust"]["full"], **change}).encode())
            self.assertEqual(self.run_with(receipt, "--trust", trust)[0], 2, change)
            self.assertIn("wrong.json", self.error)

    def test_two_trust_files_for_one_origin_end_with_2(self):
        receipt = self.file("receipt", BASES["approved"])
        status, _ = self.run_with(receipt, "--trust", self.trust, "--trust", self.trust)
        self.assertEqual(status, 2)

    def test_an_unreadable_file_ends_with_1(self):
        self.assertEqual(self.run_with(str(self.folder / "missing"))[0], 1)
        receipt = self.file("receipt", BASES["approved"])
        self.assertEqual(self.run_with(receipt, "--trust", str(self.folder / "missing"))[0], 1)

    def test_no_character_of_a_receipt_reaches_the_terminal_raw(self):
        _, out = self.judge(BASES["approved"].replace(b'"v":1}', b'"\x7f\xc2\x9b2J":1,"v":1}'))
        self.assertFalse(any(ord(each) < 32 and each != "\n" or 0x7F <= ord(each) < 0xA0
                             for each in out))

    def test_many_lines_and_a_very_long_one_need_little_memory(self):
        path = self.folder / "many"
        with path.open("wb") as file:
            for _ in range(40):
                file.write(b"{}\n")
            file.write(b"x" * 8_000_000 + b"\n{}\n")
        tracemalloc.start()
        status, out = self.run_with(str(path), "--json")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        self.assertEqual((status, len(out.splitlines())), (40, 42))
        self.assertLess(peak, 2_000_000)


if __name__ == "__main__":
    unittest.main()
