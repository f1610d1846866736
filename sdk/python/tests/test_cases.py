"""Every shared case, one test each, and that they cover what they must."""

import re
import unittest
from collections import Counter

from cases import FILE, TOP, TRUST, bytes_of
from letsping_verify import verify
from letsping_verify.report import CHECKS


class Cases(unittest.TestCase):
    """Filled below."""


def judge(case):
    def test(self):
        report = verify(bytes_of(case), [TRUST[name] for name in case["trust"]],
                        allow_test=case.get("allow_test", False), **case.get("require", {}))
        said = {"verdict": report.verdict, "human": report.human, "log": report.log}
        if report.check:
            said["check"] = report.check
        self.assertEqual(said, case["expect"], f"{case['why']}; said: {report.why}")
        if "keys_cosigned" in case:
            self.assertEqual(case["keys_cosigned"], report.keys_cosigned)
        if "marks" in case:
            self.assertEqual(case["marks"], report.marks)
        erased = any(each["result"] == "erased" for each in report.checks)
        self.assertEqual(erased, case.get("human_check") == "erased")
    return test


for number, each in enumerate(FILE["cases"]):
    words = re.sub(r"\W+", "_", each["name"]).strip("_")
    setattr(Cases, f"test_{number:03d}_{words}", judge(each))


class Coverage(unittest.TestCase):
    def setUp(self):
        self.ends = Counter(case["expect"].get("check") for case in FILE["cases"])

    def test_every_check_ends_several_cases(self):
        for check in (*CHECKS, "erasure"):
            self.assertGreaterEqual(self.ends[check], 3, check)

    def test_every_verdict_class_and_level_occurs(self):
        said = [case["expect"] for case in FILE["cases"]]
        self.assertEqual({each["verdict"] for each in said},
                         {"VALID", "ERASED", "INDETERMINATE", "INVALID"})
        self.assertEqual({each["human"] for each in said}, {"A", "B", "C", "none"})
        self.assertEqual({each["log"] for each in said}, {"none", "L0", "L1", "L2", "L3"})

    def test_most_cases_are_wrong_and_say_why(self):
        wrong = [case for case in FILE["cases"] if case["expect"]["verdict"] == "INVALID"]
        self.assertGreater(len(wrong), 120)
        self.assertTrue(all(case["why"] for case in FILE["cases"]))

    def test_the_attacks_are_there_by_name(self):
        names = [case["name"] for case in FILE["cases"] if case["name"].startswith("attack: ")]
        self.assertGreaterEqual(len(names), 14)

    def test_no_two_cases_have_one_name(self):
        names = [case["name"] for case in FILE["cases"]]
        self.assertEqual(len(names), len(set(names)))

    def test_the_checks_are_those_of_the_page_in_its_order(self):
        page = (TOP / "spec/receipt-format.md").read_text()
        section = page.split("\n## 4.")[1].split("\n## 5.")[0]
        self.assertEqual(tuple(re.findall(r"^\| `(\w+)` \|", section, re.M)), CHECKS)


if __name__ == "__main__":
    unittest.main()
