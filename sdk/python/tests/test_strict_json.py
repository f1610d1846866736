"""Strict JSON and its canonical form, against a public suite, the RFC's numbers and chance."""

import base64
import json
import math
import random
import struct
import unittest

from cases import TOP
from letsping_verify.faults import Fault
from letsping_verify.strict_json import canonical, parse

SUITE = TOP / "src/json/testdata/json_test_suite.txt"


def suite():
    for line in SUITE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, verdict, text = line.split(" ")
            yield name, verdict, b"" if text == "-" else base64.b64decode(text)


def accepted(data):
    try:
        parse(data)
    except Fault:
        return False
    return True


class Parse(unittest.TestCase):
    def test_agrees_with_the_public_suite(self):
        for name, verdict, data in suite():
            with self.subTest(name):
                self.assertEqual(accepted(data), verdict in ("accepted", "lossy"))

    def test_refuses_65_levels_and_takes_64(self):
        self.assertTrue(accepted(b"[" * 64 + b"]" * 64))
        self.assertFalse(accepted(b"[" * 65 + b"]" * 65))

    def test_tells_integers_of_the_formats_from_other_numbers(self):
        for text in (b"0", b"1", b"9007199254740991"):
            self.assertIs(type(parse(text)), int)
        for text in (b"-1", b"1.0", b"1e0", b"-0", b"9007199254740992"):
            self.assertIsNot(type(parse(text)), int)


class Canonical(unittest.TestCase):
    # RFC 8785 appendix B: the bits of a double and its text.
    NUMBERS = """0000000000000000 0; 8000000000000000 0; 0000000000000001 5e-324;
        8000000000000001 -5e-324; 7fefffffffffffff 1.7976931348623157e+308;
        ffefffffffffffff -1.7976931348623157e+308; 4340000000000000 9007199254740992;
        c340000000000000 -9007199254740992; 4430000000000000 295147905179352830000;
        44b52d02c7e14af5 9.999999999999997e+22; 44b52d02c7e14af6 1e+23;
        44b52d02c7e14af7 1.0000000000000001e+23; 444b1ae4d6e2ef4e 999999999999999700000;
        444b1ae4d6e2ef4f 999999999999999900000; 444b1ae4d6e2ef50 1e+21;
        3eb0c6f7a0b5ed8c 9.999999999999997e-7; 3eb0c6f7a0b5ed8d 0.000001;
        41b3de4355555553 333333333.3333332; 41b3de4355555554 333333333.33333325;
        41b3de4355555555 333333333.3333333; 41b3de4355555556 333333333.3333334;
        41b3de4355555557 333333333.33333343; becbf647612f3696 -0.0000033333333333333333;
        43143ff3c1cb0959 1424953923781206.2"""

    def test_writes_the_numbers_of_the_rfc(self):
        for row in self.NUMBERS.split(";"):
            bits, text = row.split()
            number = struct.unpack(">d", bytes.fromhex(bits))[0]
            self.assertEqual(canonical(number).decode(), text)

    def test_any_double_is_read_again_from_its_text(self):
        chance = random.Random(8785)
        for _ in range(20000):
            number = struct.unpack(">d", chance.randbytes(8))[0]
            if math.isfinite(number):
                text = canonical(number)
                self.assertEqual(float(parse(text)), number)
                self.assertEqual(canonical(parse(text)), text)

    def test_sorts_by_utf_16_code_units(self):
        text = '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\U0001f600":5,"\\u0080":6,"\u00f6":7}'
        self.assertEqual(canonical(parse(text.encode())).decode(),
                         '{"\\r":2,"1":4,"\x80":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}')

    def test_the_canonical_form_of_anything_is_its_own(self):
        chance = random.Random(1)
        for _ in range(500):
            text = json.dumps(value_of(chance, 4), ensure_ascii=chance.random() < 0.5)
            once = canonical(parse(text.encode("utf-8")))
            self.assertEqual(canonical(parse(once)), once)


def value_of(chance, depth):
    kind = chance.randrange(7 if depth else 5)
    if kind == 0:
        return chance.choice([None, True, False])
    if kind == 1:
        return chance.randrange(-2**60, 2**60)
    if kind == 2:
        return chance.uniform(-1, 1) * 10.0 ** chance.randrange(-300, 300)
    if kind in (3, 4):
        return "".join(chance.choice('a"\\/\x00\x1f\x7f\u00e9\ufb33\U0001f600')
                       for _ in range(chance.randrange(6)))
    if kind == 5:
        return [value_of(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {str(chance.random())[:4]: value_of(chance, depth - 1)
            for _ in range(chance.randrange(4))}


if __name__ == "__main__":
    unittest.main()
