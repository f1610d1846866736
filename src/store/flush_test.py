#!/usr/bin/env python3
"""An acknowledgement means that the disk was flushed: flush_test.py LP_STORE_TEST.

Runs its FlushProbe (flush_probe_test.cpp) under strace and reads what it did in order. Before each word `committed` the
write-ahead log, and before each `signed` the signer's journal, must have been written, and then
flushed with nothing written after the flush. Exit status 77, skipped, where tracing is not
permitted.
"""

import os
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
FILES = {"committed": "letsping.db-wal", "signed": "checkpoints"}
CALL = re.compile(r"(?P<call>\w+)\(\d+<(?P<file>[^>]*)>(?P<rest>.*)\s=\s(?P<result>-?\d+)")


def trace(program, directory):
    log = directory + "/trace"
    command = ["strace", "-f", "-y", "-s", "16", "-o", log,
               "-e", "trace=write,pwrite64,fdatasync,fsync", program, "--gtest_filter=FlushProbe.*"]
    environment = dict(os.environ, TMPDIR=directory)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                              env=environment)
    except FileNotFoundError:
        sys.exit("strace is not installed")
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        print(done.stderr)
        sys.exit(SKIPPED)
    if done.returncode != 0:
        sys.exit(f"the probe ended with {done.returncode}: {done.stdout}{done.stderr}")
    with open(log, encoding="utf-8", errors="replace") as lines:
        return lines.readlines()


def main(program):
    with tempfile.TemporaryDirectory() as directory:
        lines = trace(program, directory)
    state = dict.fromkeys(FILES.values(), "untouched")
    acknowledged = dict.fromkeys(FILES, 0)
    for line in lines:
        found = CALL.search(line)
        if not found:
            continue
        name = found["file"].rsplit("/", 1)[-1]
        word = re.match(r', "(\w+)', found["rest"])
        if found["call"] == "write" and word and word[1] in FILES:
            file = FILES[word[1]]
            if state[file] != "flushed":
                sys.exit(f"`{word[1]}` was said while {file} was {state[file]}:\n{line}")
            state[file] = "untouched"
            acknowledged[word[1]] += 1
        elif name in state and "sync" in found["call"]:
            if int(found["result"]) == 0 and state[name] == "written":
                state[name] = "flushed"
        elif name in state:
            state[name] = "written"
    if list(acknowledged.values()) != [5, 5]:
        sys.exit(f"expected five of each: {acknowledged}")
    print("5 commits and 5 signatures, each flushed before it was acknowledged")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
