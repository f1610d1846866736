#!/usr/bin/env python3
"""An acknowledgement means that the disk has it: flush_test.py LP_STORE_TEST flushes | faults.

Runs its FlushProbe (flush_probe_test.cpp) under strace and reads what it did in order.

flushes: before each word `committed` the write-ahead log, and before each `signed` the signer's
journal, must have been written, and then flushed with nothing written after the flush.
faults: one write or flush after the other is made to fail; nothing may be acknowledged after it.

Exit status 77, skipped, where tracing is not permitted.
"""

import os
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
FILES = {"committed": "letsping.db-wal", "signed": "checkpoints"}
CALL = re.compile(r"(?P<call>\w+)\(\d+<(?P<file>[^>]*)>(?P<rest>.*)\s=\s(?P<result>-?\d+)")
WORD = re.compile(r'write\(\d+<[^>]*>, "(committed|signed)')


def trace(program, inject=None):
    """The lines of the trace, and whether the probe ended well."""
    with tempfile.TemporaryDirectory() as directory:
        log = directory + "/trace"
        command = ["strace", "-f", "-y", "-s", "16", "-o", log,
                   "-e", "trace=write,pwrite64,fdatasync,fsync"]
        if inject:
            command += ["-e", "inject=" + inject]
        try:
            done = subprocess.run(command + [program, "--gtest_filter=FlushProbe.*"],
                                  env=dict(os.environ, TMPDIR=directory), capture_output=True,
                                  text=True, errors="replace", timeout=60, check=False)
        except FileNotFoundError:
            sys.exit("strace is not installed")
        if "PTRACE" in done.stderr or "ptrace" in done.stderr:
            print(done.stderr)
            sys.exit(SKIPPED)
        with open(log, encoding="utf-8", errors="replace") as lines:
            return lines.readlines(), done.returncode == 0


def flushes(program):
    lines, well = trace(program)
    if not well:
        sys.exit("the probe failed")
    state = dict.fromkeys(FILES.values(), "untouched")
    acknowledged = dict.fromkeys(FILES, 0)
    for line in lines:
        word = WORD.search(line)
        call = CALL.search(line)
        if word:
            file = FILES[word[1]]
            if state[file] != "flushed":
                sys.exit(f"`{word[1]}` was said while {file} was {state[file]}")
            state[file] = "untouched"
            acknowledged[word[1]] += 1
        elif call and (name := call["file"].rsplit("/", 1)[-1]) in state:
            if "sync" not in call["call"]:
                state[name] = "written"
            elif call["result"] == "0" and state[name] == "written":
                state[name] = "flushed"
    if list(acknowledged.values()) != [5, 5]:
        sys.exit(f"expected five of each: {acknowledged}")
    print("5 commits and 5 signatures, each flushed before it was acknowledged")


def faults(program):
    kinds = ("fdatasync", "EIO", 1), ("fsync", "EIO", 1), ("pwrite64", "ENOSPC", 7)
    for call, error, step in kinds:
        nth, fatal = 1, 0
        while True:
            lines, well = trace(program, f"{call}:error={error}:when={nth}")
            failed = [at for at, line in enumerate(lines) if "(INJECTED)" in line]
            if not failed:
                break
            # SQLite does not mind when it cannot flush the directory; open_sqlite does that again.
            directory = re.search(r"fdatasync\(\d+<[^>]*/lp_store_\w+>", lines[failed[0]])
            if not directory and any(WORD.search(line) for line in lines[failed[0]:]):
                sys.exit(f"acknowledged after {call} number {nth} failed:\n{lines[failed[0]]}")
            fatal += not well
            nth += step
        if fatal < 3:
            sys.exit(f"only {fatal} failures of {call} came before the last acknowledgement")
        print(f"nothing was acknowledged after any of {nth // step} failures of {call}", flush=True)


if __name__ == "__main__":
    {"flushes": flushes, "faults": faults}[sys.argv[2]](sys.argv[1])
