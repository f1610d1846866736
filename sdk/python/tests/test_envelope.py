"""Envelopes, against the cases that all readers share."""

import json
import subprocess
import sys
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path

from cases import VECTORS
from letsping_envelope import (ContentKey, EnvelopeFault, context, open_envelope, seal_v1,
                               seal_v2)

FILE = json.loads((VECTORS / "envelopes.json").read_text("utf-8"))
KEYS = {name: ContentKey.from_base64(text) for name, text in FILE["keys"].items()}
BOUND = context("lp.example/p/00", "stripe", "refund", now=datetime(2026, 3, 1, 12, tzinfo=UTC))


def said(envelope, names):
    try:
        return {"plaintext": open_envelope(envelope, [KEYS[name] for name in names])}
    except EnvelopeFault as fault:
        return {"fault": fault.code}


class Envelopes(unittest.TestCase):
    def test_each_case_is_read_as_all_readers_read_it(self):
        for case in FILE["cases"]:
            with self.subTest(case["name"]):
                self.assertEqual(said(case["envelope"], case["keys"]), case["expect"], case["why"])

    def test_what_is_sealed_opens_with_its_key_and_no_other(self):
        text = '{"amount":5000.00}'
        for sealed in (seal_v1(text, KEYS["one"]), seal_v2(text, KEYS["one"], BOUND)):
            self.assertEqual(said(sealed, ["two", "one"]), {"plaintext": text})
            self.assertIn("fault", said(sealed, ["two"]))
        self.assertNotEqual(seal_v2(text, KEYS["one"], BOUND), seal_v2(text, KEYS["one"], BOUND))

    def test_a_context_says_where_a_payload_belongs(self):
        self.assertEqual(BOUND["created"], "2026-03-01T12:00:00.000Z")
        self.assertNotIn("schema_sha256", BOUND)
        self.assertIn("schema_sha256", context("o", "s", "a", schema_sha256="ab" * 32))

    def test_a_key_is_32_bytes_and_is_not_printed(self):
        with self.assertRaises(ValueError):
            ContentKey(bytes(16))
        self.assertNotIn("raw", repr(KEYS["one"]))

    def test_the_generator_writes_the_same_bytes_again(self):
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "envelopes.json"
            subprocess.run([sys.executable, VECTORS / "envelopes.py", again], check=True,
                           stdout=subprocess.DEVNULL, timeout=60)
            self.assertEqual(again.read_bytes(), (VECTORS / "envelopes.json").read_bytes())


if __name__ == "__main__":
    unittest.main()
