#!/usr/bin/env python3
"""Counts the tests that a suite's log tells of: count_results.py KIND LOG EXIT-STATUS.

Prints `passed failed skipped`. A suite that ended badly has at least one failure, and so has one
that ended well but ran no test: silence is not success.
"""

import re
import sys

ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def last(pattern, text):
    """The named groups of the pattern's last match as numbers; absent ones are 0."""
    groups = None
    for match in re.finditer(pattern, text, re.MULTILINE):
        groups = match.groupdict()
    return None if groups is None else {name: int(value or 0) for name, value in groups.items()}


def total(found):
    if found is None:
        return 0, 0, 0
    return found.get("passed", 0), found.get("failed", 0), found.get("skipped", 0)


def plain(text):
    return total(last(r"^(?:\S+: )?(?P<passed>\d+) passed, (?P<failed>\d+) failed"
                      r"(?:, (?P<skipped>\d+) skipped)?$", text))


def gtest(text):
    def of(word):
        return sum(map(int, re.findall(rf"^\[ +{word} +\] (\d+) tests?(?:\.|,)", text, re.M)))
    return of("PASSED"), of("FAILED"), of("SKIPPED")


def unittest(text):
    ran = last(r"^Ran (?P<n>\d+) tests? in", text)
    if ran is None:
        return 0, 0, 0
    end = last(r"^(?:FAILED|OK) \((?:failures=(?P<failures>\d+))?(?:, )?(?:errors=(?P<errors>\d+))?"
               r"(?:, )?(?:skipped=(?P<skipped>\d+))?\)$", text) or {}
    failed, skipped = end.get("failures", 0) + end.get("errors", 0), end.get("skipped", 0)
    return ran["n"] - failed - skipped, failed, skipped


def ctest(text):
    """Sums what each test's own output says; a test that says nothing counts as one."""
    outputs, passed, failed, skipped = {}, 0, 0, 0
    for number, line in re.findall(r"^(\d+): ?(.*)$", text, re.M):
        outputs.setdefault(number, []).append(line)
    ends = re.findall(r"^ *\d+/\d+ Test +#(\d+): \S+ \.* *(.*?) +[\d.]+ sec", text, re.M)
    for number, verdict in ends:
        own = "\n".join(outputs.get(number, []))
        p, f, s = (sum(three) for three in zip(gtest(own), unittest(own), plain(own)))
        if verdict.strip() != "Passed" and f + s == 0:
            f = 1
        elif p + f + s == 0:
            p = 1
        passed, failed, skipped = passed + p, failed + f, skipped + s
    return passed, failed, skipped


def pytest(text):
    for line in reversed(text.splitlines()):
        if re.search(r"\b(passed|failed|error|errors|skipped|no tests ran)\b.* in [\d.]+s", line):
            def of(word):
                return sum(map(int, re.findall(rf"(\d+) {word}\b", line)))
            return (of("passed"), of("failed") + of("errors?"),
                    of("skipped") + of("xfailed") + of("xpassed"))
    return 0, 0, 0


def vitest(text):
    for line in reversed(text.splitlines()):
        if re.match(r"^ *Tests +", line):
            def of(word):
                return sum(map(int, re.findall(rf"(\d+) {word}", line)))
            return of("passed"), of("failed"), of("skipped") + of("todo")
    return 0, 0, 0


def node(text):
    def of(word):
        found = last(rf"^(?:#|ℹ) {word} (?P<n>\d+)$", text)
        return found["n"] if found else 0
    return of("pass"), of("fail") + of("cancelled"), of("skipped") + of("todo")


def go(text):
    """The output of `go test -v`."""
    def of(word):
        return len(re.findall(rf"^ *--- {word}: ", text, re.M))
    return of("PASS"), of("FAIL"), of("SKIP")


def check(text):
    """The lines of `./run --check`."""
    return (len(re.findall(r"^check \S+ ok\b", text, re.M)),
            len(re.findall(r"^check \S+ FAILED\b", text, re.M)), 0)


KINDS = {kind.__name__: kind
         for kind in (plain, gtest, unittest, ctest, pytest, vitest, node, go, check)}


def count(kind, text, status):
    passed, failed, skipped = KINDS[kind](ESCAPES.sub("", text))
    if (status != 0 and failed == 0) or passed + failed + skipped == 0:
        failed += 1
    return passed, failed, skipped


if __name__ == "__main__":
    kind_name, log, exit_status = sys.argv[1:]
    with open(log, encoding="utf-8", errors="replace") as file:
        print(*count(kind_name, file.read(), int(exit_status)))
