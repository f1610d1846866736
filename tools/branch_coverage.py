#!/usr/bin/env python3
"""Holds the pure modules to their promise: every branch was taken both ways by their own tests.

usage: tools/branch_coverage.py BUILD_DIRECTORY MODULE…

Needs a build of the coverage preset. Runs each module's test, reads llvm-cov's branch records of
the module's sources (tests excluded), and prints one line a module and one a branch not taken.
Not counted: the implicit default of a switch over an enum and the comparisons that `= default`
writes, which no input can reach. Exit 0 when every branch was taken, 1 otherwise.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GENERATED = re.compile(r"\bswitch \(|= default;")


def exported(test, profile):
    """llvm-cov's records of what `test` covered, by file name relative to the top."""
    raw = profile / "test.profraw"
    subprocess.run([test], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env={"LLVM_PROFILE_FILE": raw})
    data = profile / "test.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-o", data, raw], check=True)
    report = subprocess.run(["llvm-cov-19", "export", test, f"-instr-profile={data}"],
                            check=True, capture_output=True)
    files = json.loads(report.stdout)["data"][0]["files"]
    return {file["filename"].lstrip("/"): file for file in files}


def branches_of(files, module):
    """(place, taken) of each branch of the module's own sources."""
    for name, file in sorted(files.items()):
        if not name.startswith(f"src/{module}/") or name.endswith("_test.cpp"):
            continue
        lines = (ROOT / name).read_text().splitlines()
        for line, column, _, _, true_count, false_count, *_ in file["branches"]:
            if not GENERATED.search(lines[line - 1]):
                yield f"{name}:{line}:{column}", true_count > 0 and false_count > 0


def check(build, module):
    with tempfile.TemporaryDirectory() as folder:
        files = exported(build / "src" / module / f"lp_{module}_test", pathlib.Path(folder))
    branches = list(branches_of(files, module))
    missed = [place for place, taken in branches if not taken]
    for place in missed:
        print(f"*** not taken both ways: {place}")
    print(f"{module}: {len(branches) - len(missed)} of {len(branches)} branches")
    return bool(branches) and not missed


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(arguments[0]).resolve()
    results = [check(build, module) for module in arguments[1:]]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
