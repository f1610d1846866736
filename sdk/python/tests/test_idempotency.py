"""Idempotency keys and content marks, against the cases that all SDKs share."""

import importlib.util
import json
import sys
import unittest

from cases import VECTORS

from letsping_open.payloads import Sealer, ask_key

FILE = json.loads((VECTORS / "idempotency.json").read_text())


class Idempotency(unittest.TestCase):
    def test_every_sdk_sends_these(self):
        sealer = Sealer.of(FILE["key"], None)
        for case in FILE["cases"]:
            ask = (FILE["service"], FILE["action"], case["payload"])
            with self.subTest(case["name"]):
                self.assertEqual(ask_key(FILE["run_id"], *ask), case["idempotency_key"])
                self.assertEqual(sealer.content_mac(*ask), case["idem"])

    def test_without_a_content_key_nothing_is_said_of_the_content(self):
        self.assertIsNone(Sealer.of("", None).content_mac("s", "a", "{}"))

    def test_the_generator_makes_the_same_cases(self):
        sys.path.insert(0, str(VECTORS))
        self.addCleanup(sys.path.remove, str(VECTORS))
        found = importlib.util.spec_from_file_location("made", VECTORS / "idempotency.py")
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        self.assertEqual(module.make(), FILE)


if __name__ == "__main__":
    unittest.main()
