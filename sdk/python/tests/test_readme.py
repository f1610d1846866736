"""What the README shows about asking runs as it stands, over the client that decides by itself."""

import contextlib
import inspect
import io
import os
import re
import tempfile
import unittest
from unittest import mock

import letsping_open
from cases import TOP
from letsping_open.testing import FakeLetsPing, approve

README = (TOP / "sdk/python/README.md").read_text()
SAMPLES = [code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL)
           if "letsping_open" in code or "lp.ask" in code]


def fake(*given, **named):
    """The members must be those of the real client."""
    inspect.signature(letsping_open.LetsPing).bind(*given, **named)
    return FakeLetsPing(approve)


class Readme(unittest.TestCase):
    def test_its_samples_run(self):
        paid = []
        names = {"refund": lambda **given: paid.append(given), "payload": {"amount": 120}}
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        with (tempfile.TemporaryDirectory() as folder, mock.patch("letsping_open.LetsPing", fake),
              contextlib.redirect_stdout(io.StringIO())):
            os.chdir(folder)
            for code in SAMPLES:
                with self.subTest(code):
                    exec(compile(code, "README.md", "exec"), names)
            os.chdir(before)
        self.assertEqual(paid, [{"amount": 120}])
        self.assertEqual(len(SAMPLES), 3)


if __name__ == "__main__":
    unittest.main()
