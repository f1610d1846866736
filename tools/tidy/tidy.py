#!/usr/bin/env python3
"""Holds the checkout against the rules that a machine can hold: tidy.py [TOP].

Prints what breaks them, one finding a line, then a line per rule and the count; exit status 1 if
anything was found. Each rule is a function from the tree of files to findings, and each has
planted files in tidy_test.py that it must find.
"""

import sys
from pathlib import Path

import includes
import layout
import source
from tree import read_tree

RULES = includes.RULES + source.RULES + layout.RULES


def main(top):
    tree = read_tree(top)
    failed = 0
    for rule in RULES:
        found = list(rule(tree))
        for finding in found:
            print(finding)
        print(f"{'FAILED' if found else 'ok':6} {rule.__name__}")
        failed += bool(found)
    print(f"{len(RULES) - failed} passed, {failed} failed, 0 skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]))
