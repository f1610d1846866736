"""No receipt survives the change of any of its bytes: of each 11th, with LP_EVERY_BYTE of each."""

import os
import unittest

from cases import BASES, TRUST
from letsping_verify import ERASED, VALID, verify

# Odd: it meets every bit, and every place of a base64 quartet.
STRIDE = 1 if os.environ.get("LP_EVERY_BYTE") else 11


class Flips(unittest.TestCase):
    def survivors(self, name):
        data, trust = BASES[name], [TRUST["full"]]
        self.assertIn(verify(data, trust).verdict, (VALID, ERASED))
        for at in range(0, len(data), STRIDE):
            changed = bytearray(data)
            changed[at] ^= 1 << at % 8
            if verify(bytes(changed), trust).verdict in (VALID, ERASED):
                yield at

    def test_an_ask(self):
        self.assertEqual(list(self.survivors("created")), [])

    def test_a_passkeys_review(self):
        self.assertEqual(list(self.survivors("passkey review")), [])

    def test_an_erased_statement(self):
        self.assertEqual(list(self.survivors("erased")), [])

    def test_every_shorter_file(self):
        data, trust = BASES["review"], [TRUST["full"]]
        for length in range(0, len(data), 7):
            self.assertEqual(verify(data[:length], trust).check, "parse")


if __name__ == "__main__":
    unittest.main()
