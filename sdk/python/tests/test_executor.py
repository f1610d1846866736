"""The executor, against the cases that all SDKs share: what it runs, and what it refuses."""

import importlib.util
import json
import sys
import unittest

from cases import VECTORS

from letsping_open import ConflictError, LetsPingError, MemoryLedger
from letsping_open.executor import Executor, OutcomeError, PermitError
from letsping_verify import Trust

FILE = json.loads((VECTORS / "permits.json").read_text())


class Server:
    """Answers as one case says."""

    def __init__(self, case, outcome=None):
        self.case, self.outcome, self.calls = case, outcome, []

    def call(self, method, path, body=None, **_):
        self.calls.append((method, path.rpartition("/")[2], body))
        if method == "GET":
            told = FILE["told"][self.case["of"]] | self.case.get("told", {})
            return {name: value for name, value in told.items() if value is not None}
        if path.endswith("/outcome"):
            if self.outcome:
                raise self.outcome
            return {}
        if "refused" in self.case:
            raise refusal(**self.case["refused"])
        return self.case["answer"]

    def posted(self, what):
        return [body for method, name, body in self.calls if (method, name) == ("POST", what)]


def refusal(status, reason):
    error = ConflictError("refused", code="conflict", status=status)
    error.reason = reason
    return error


def executor(case, server):
    ledger = MemoryLedger()
    if case.get("used"):
        ledger.use(case["permit"])
    made = Executor(trust=Trust.from_value(FILE["trust"]), executor_id=FILE["executor"],
                    ledger=ledger, base_url="https://vectors.example", api_key="lp_none",
                    encryption_key=",".join(FILE["keys"][name] for name in case["keys"]))
    made._transport = server
    return made


class Vectors(unittest.TestCase):
    def test_what_is_run_and_what_is_refused(self):
        for case in FILE["cases"]:
            with self.subTest(case["name"]):
                self.check(case, Server(case), case["expect"])

    def check(self, case, server, expect):
        ran = []
        try:
            approved = executor(case, server).claim(
                case["permit"], claim_key=FILE["claim_key"], **case["ask"])
            ran.append(approved.text)
        except LetsPingError as refused:
            self.assertEqual(refused.code, expect.get("code"))
            self.assertEqual(bool(server.posted("claim")), expect["claimed"])
        self.assertEqual(ran, [expect["text"]] if "text" in expect else [])

    def test_the_generator_makes_the_same_cases(self):
        sys.path.insert(0, str(VECTORS))
        self.addCleanup(sys.path.remove, str(VECTORS))
        found = importlib.util.spec_from_file_location("made", VECTORS / "permits.py")
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        self.assertTrue(module.make() == FILE, "run sdk/vectors/permits.py")


class Outcomes(unittest.TestCase):
    case = FILE["cases"][0]

    def run_with(self, outcome, tool):
        server = Server(self.case, outcome)
        return executor(self.case, server).run(self.case["permit"], tool, **self.case["ask"],
                                               claim_key=FILE["claim_key"])

    def test_a_refused_outcome_says_that_the_tool_ran_and_keeps_its_result(self):
        with self.assertRaises(OutcomeError) as raised:
            self.run_with(refusal(409, "permit_indeterminate"), lambda _: "refund 4711")
        self.assertNotIsInstance(raised.exception, PermitError)
        self.assertEqual((raised.exception.code, raised.exception.reason,
                          raised.exception.result, raised.exception.approved.permit_id),
                         ("outcome_unreported", "permit_indeterminate", "refund 4711",
                          self.case["permit"]))

    def test_so_does_an_outcome_that_reached_nobody(self):
        with self.assertRaises(OutcomeError) as raised:
            self.run_with(LetsPingError("no answer", code="unreachable"), lambda _: 1)
        self.assertEqual((raised.exception.reason, raised.exception.result), ("unreachable", 1))

    def test_what_the_tool_raises_comes_first(self):
        with self.assertRaises(ZeroDivisionError) as raised:
            self.run_with(refusal(409, "permit_indeterminate"), lambda _: 1 // 0)
        self.assertIsInstance(raised.exception.__cause__, OutcomeError)


if __name__ == "__main__":
    unittest.main()
