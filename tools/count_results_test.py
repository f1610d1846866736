#!/usr/bin/env python3
"""count_results.py against what the runners really print, good and bad."""

import unittest

from count_results import KINDS, count

CTEST = """
1: Running main() from gtest_main.cc
1: [==========] 12 tests from 3 test suites ran. (4 ms total)
1: [  PASSED  ] 12 tests.
1/5 Test #1: unit.base ........................   Passed    0.02 sec
2: [==========] 5 tests from 1 test suite ran. (4 ms total)
2: [  PASSED  ] 3 tests.
2: [  SKIPPED ] 1 test, listed below:
2: [  FAILED  ] 1 test, listed below:
2/5 Test #2: unit.json ........................***Failed    0.02 sec
3: Segmentation fault
3/5 Test #3: unit.tlog ........................***Exception: SegFault  0.10 sec
4: Ran 19 tests in 0.014s
4: OK
4/5 Test #4: unit.tidy ........................   Passed    0.30 sec
5/5 Test #5: unit.fuzz_json ...................   Passed    1.00 sec
"""


class Counts(unittest.TestCase):
    def expect(self, kind, text, status, passed, failed, skipped=0):
        self.assertEqual(count(kind, text, status), (passed, failed, skipped))

    def test_ctest_sums_what_each_test_says(self):
        self.expect("ctest", CTEST, 8, 12 + 3 + 19 + 1, 1 + 1, 1)

    def test_gtest(self):
        self.expect("gtest", "[  PASSED  ] 1 test.\n", 0, 1, 0)

    def test_pytest(self):
        self.expect("pytest", "..F\n1 failed, 2 passed, 1 skipped in 0.52s\n", 1, 2, 1, 1)
        self.expect("pytest", "==== 41 passed, 1 error in 62.01s (0:01:02) ====\n", 1, 41, 1)

    def test_vitest(self):
        text = "\x1b[2m Test Files \x1b[22m 3 passed (3)\n      Tests  1 failed | 41 passed (42)\n"
        self.expect("vitest", text, 1, 41, 1)

    def test_node(self):
        text = "# tests 7\n# pass 5\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n"
        self.expect("node", text, 1, 5, 1, 1)
        self.expect("node", "ℹ pass 7\nℹ fail 0\n", 0, 7, 0)

    def test_go(self):
        text = "--- PASS: TestA (0.00s)\n    --- FAIL: TestA/b (0.00s)\n--- SKIP: TestC (0.00s)\n"
        self.expect("go", text, 1, 1, 1, 1)

    def test_plain_takes_the_last_line_that_says_it(self):
        self.expect("plain", "1 passed, 0 failed\nwire: 9 passed, 2 failed, 0 skipped\n", 1, 9, 2)

    def test_check(self):
        text = "check init ok\ncheck serve FAILED no port\ncheck failed\n"
        self.expect("check", text, 1, 1, 1)

    def test_unittest(self):
        self.expect("unittest", "Ran 9 tests in 0.1s\n\nOK\n", 0, 9, 0)
        text = "Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=1)\n"
        self.expect("unittest", text, 1, 5, 3, 1)

    def test_silence_is_a_failure(self):
        for kind in KINDS:
            self.expect(kind, "everything is fine\n", 0, 0, 1)

    def test_a_bad_end_is_a_failure_whatever_was_counted(self):
        self.expect("plain", "9 passed, 0 failed, 0 skipped\n", 124, 9, 1)


if __name__ == "__main__":
    unittest.main()
