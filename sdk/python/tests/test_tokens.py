"""Time tokens of chance: they are refused, and nothing but refused."""

import base64
import json
import random
import unittest
import warnings

from cryptography.utils import CryptographyDeprecationWarning

from cases import BASES, TRUST
from letsping_verify.faults import Fault
from letsping_verify.timestamp import check_token, read_token

TOKEN = base64.b64decode(json.loads(BASES["time-stamped"])["time"][0])
ROOTS = TRUST["full"].tsa_roots


def accepted(data):
    try:
        check_token(read_token(data), ROOTS)
    except Fault:
        return False
    return True


class Tokens(unittest.TestCase):
    def test_the_token_itself_is_accepted(self):
        self.assertTrue(accepted(TOKEN))

    def test_every_cut_is_refused(self):
        self.assertFalse(any(accepted(TOKEN[:length]) for length in range(len(TOKEN))))

    def test_changed_bytes_never_raise_anything_else(self):
        chance = random.Random(3161)
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # of odd serial numbers
        for _ in range(2000):
            data = bytearray(TOKEN)
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            accepted(bytes(data))


if __name__ == "__main__":
    unittest.main()
