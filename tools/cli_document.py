#!/usr/bin/env python3
"""Holds docs/reference/cli.md against `letsping --help`: cli_document.py LETSPING [--write].

For every subcommand, however deep, the document has a heading `letsping PATH`, under it a block
```help PATH with what --help says, without the exit statuses that every page of it repeats, and at
least two examples: lines that begin with `$ letsping PATH`. With --write the blocks are made anew.
"""

import re
import subprocess
import sys
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs/reference/cli.md"
BLOCK = re.compile(r"```help(?: ([a-z -]+))?\n(.*?)```\n", re.S)
SUBCOMMAND = re.compile(r"^  ([a-z][a-z-]*) {2,}\S", re.M)
EXAMPLES_MIN = 2


def help_of(program, path):
    """What --help prints, up to the exit statuses."""
    done = subprocess.run([program, *path, "--help"], capture_output=True, text=True, check=True,
                          timeout=20)
    return done.stdout.split("\nExit status")[0].rstrip() + "\n"


def commands(program, path=()):
    """(path, help) of the program and of all its subcommands, in the order of --help."""
    text = help_of(program, path)
    found = [(" ".join(path), text)]
    _, mark, listed = text.partition("\nSubcommands:\n")
    if mark:
        for name in SUBCOMMAND.findall(listed):
            found += commands(program, (*path, name))
    return found


def findings(document, told):
    """What is wrong with the document, one sentence each."""
    shown = {match[1] or "": match[2] for match in BLOCK.finditer(document)}
    lines = document.splitlines()
    for path, text in told:
        command = f"letsping {path}".strip()
        if path not in shown:
            yield f"{command}: no block ```help {path}"
        elif shown[path] != text:
            yield f"{command}: --help says something else; run tools/cli_document.py --write"
        if f"## {command}" not in lines and f"### {command}" not in lines:
            yield f"{command}: no heading"
        leaf = "\nSubcommands:\n" not in text
        examples = sum(f"{line} ".startswith(f"$ {command} ") for line in lines)
        if leaf and examples < EXAMPLES_MIN:
            yield f"{command}: {examples} examples of at least {EXAMPLES_MIN}"
    for path in sorted(set(shown) - {path for path, _ in told}):
        yield f"letsping {path}: there is no such command"


def main(program, write):
    told = commands(program)
    document = DOCUMENT.read_text(encoding="utf-8")
    if write:
        texts = dict(told)
        document = BLOCK.sub(
            lambda match: f"```help {match[1]}\n{texts.get(match[1], match[2])}```\n"
            if match[1] else f"```help\n{texts['']}```\n", document)
        DOCUMENT.write_text(document, encoding="utf-8")
    found = list(findings(document, told))
    for finding in found:
        print(f"docs/reference/cli.md: {finding}")
    print(f"{len(told)} commands, {len(found)} findings")
    return bool(found)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], "--write" in sys.argv[2:]))
