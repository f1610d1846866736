"""Watching a log that is not one's own, as docs/guide/monitor.md goes."""

import re
import subprocess
import unittest
from pathlib import Path

from house import House
from server import ROOT, binary
from test_guide import Guide as Verifying

GUIDE = ROOT / "docs/guide/monitor.md"
shown = Verifying.pattern
del Verifying  # or its tests would run again here


class Guide(unittest.TestCase):
    def test_every_command_of_the_guide_does_what_the_guide_says(self):
        house = self.enterContext(House())
        house.set_up()
        blocks = re.findall(r"^```(sh|text)\n(.*?)^```", GUIDE.read_text(encoding="utf-8"),
                            re.M | re.S)
        work = Path(house.home.name, "work")
        programs = Path(house.home.name, "bin")
        for place in (work, programs):
            place.mkdir()
        (programs / "letsping").symlink_to(Path(binary()).resolve())
        environment = house.environment(DATA=house.data, SERVER=house.address,
                                        KEY=house.make_key(role="auditor")["key"])
        environment["PATH"] = f"{programs}:{environment['PATH']}"
        told = []
        for language, block in blocks:
            if language == "text":
                self.assertRegex(told[-1], shown(block))
                continue
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=work,
                                  env=environment, capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            told.append(done.stdout)
        self.assertEqual(2, len([output for output in told if output]),
                         "the key that was made, and the look")


if __name__ == "__main__":
    unittest.main()
