"""The cases are what their generator makes: nobody edited them by hand."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cases import VECTORS


class Generated(unittest.TestCase):
    def test_the_generator_writes_the_same_bytes_again(self):
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "receipts.json"
            subprocess.run([sys.executable, VECTORS / "generate.py", again], check=True,
                           stdout=subprocess.DEVNULL, timeout=240)
            self.assertTrue(again.read_bytes() == (VECTORS / "receipts.json").read_bytes(),
                            "run sdk/vectors/generate.py and look at what changed")


if __name__ == "__main__":
    unittest.main()
