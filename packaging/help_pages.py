#!/usr/bin/env python3
"""Writes the man page and the shell completion of `letsping` from what its --help says.

usage: help_pages.py PROGRAM VERSION man|bash OUTPUT
"""

import gzip
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HEADING = re.compile(r"^([A-Z]\w+):$")
ENTRY = re.compile(r"^ {2}(\S.*?)(?: {2,}(.*))?$")

ABOUT = """\
LetsPing holds what an AI agent is about to do until a person has approved it, and writes every
request and every decision into an append-only log that others can verify. One program is both the
server and the tool that administers it. Commands act on a data directory; while a server runs on it
they speak with it through the socket in the directory.
"""
FILES = (
    ("/etc/letsping/letsping.toml", "The settings of the service, with their defaults."),
    ("/var/lib/letsping/data", "The data directory of the service: database, keys, admin socket."),
    ("/var/lib/letsping/data.signer", "What the signer remembers. Never restore it from a backup."),
)
AS_A_SERVICE = """\
Installed from the package, the server runs as the user letsping. While it runs, root may type
commands on its directory too; while it is stopped only that user may. For example:
letsping setup-link --data /var/lib/letsping/data
"""


@dataclass
class Page:
    """What --help says of one command."""
    words: list
    summary: str
    usage: str
    sections: dict = field(default_factory=dict)  # heading -> [(what, meaning)]
    footer: list = field(default_factory=list)


def read_page(program, words):
    text = subprocess.run([program, *words, "--help"], check=True, capture_output=True,
                          text=True).stdout
    lines = text.splitlines()
    usage = next(line for line in lines if line.startswith("Usage: "))
    page = Page(words, lines[0].rstrip("."), usage.removeprefix("Usage: "))
    section = None
    for line in lines[lines.index(usage) + 1:]:
        if heading := HEADING.match(line):
            section = page.sections.setdefault(heading.group(1), [])
        elif not line.strip():
            section = None
        elif section is None:
            page.footer.append(line)
        elif entry := ENTRY.match(line):
            section.append((entry.group(1), entry.group(2) or ""))
        else:  # the meaning of a long entry stands on the next line
            what, meaning = section[-1]
            section[-1] = (what, f"{meaning} {line.strip()}".strip())
    return page


def read_pages(program, words=()):
    """The page of a command and, after it, of those below it."""
    page = read_page(program, list(words))
    yield page
    for what, _ in page.sections.get("Subcommands", []):
        yield from read_pages(program, (*words, what))


def roff(text):
    """Text in which nothing is a request or an escape to roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line
                     for line in text.splitlines())


def entries(rows):
    for what, meaning in rows:
        yield ".TP"
        yield f"\\fB{roff(what)}\\fR"
        yield roff(meaning) or "\\&"


def man(pages, version):
    top, *commands = pages
    yield f'.TH LETSPING 1 "" "letsping {version}" "User Commands"'
    yield ".SH NAME"
    yield roff(f"letsping - {top.summary.partition(': ')[2]}")
    yield ".SH SYNOPSIS"
    yield f"\\fB{roff(top.usage.split()[0])}\\fR {roff(' '.join(top.usage.split()[1:]))}"
    yield ".SH DESCRIPTION"
    yield roff(ABOUT)
    yield ".SH COMMANDS"
    for page in commands:
        if "Subcommands" in page.sections:
            continue
        yield f".SS {roff(' '.join(page.words))}"
        yield roff(page.summary + ".")
        yield ".PP"
        yield f"\\fB{roff(page.usage)}\\fR"
        for heading in ("Positionals", "Options"):
            yield from entries(row for row in page.sections.get(heading, [])
                               if not row[0].startswith("-h,"))
    yield ".SH EXIT STATUS"
    yield roff("\n".join(top.footer).removeprefix("Exit status: "))
    yield ".SH THE SERVICE"
    yield roff(AS_A_SERVICE)
    yield ".SH FILES"
    yield from entries(FILES)


def options_of(page):
    for what, _ in page.sections.get("Options", []):
        yield from (name for name in what.split()[0].split(",") if name.startswith("--"))


def bash(pages, _version):
    yield "# Completion of letsping(1) for bash; made from its --help."
    yield "_letsping() {"
    yield "  local word=${COMP_WORDS[COMP_CWORD]} path=letsping words= i"
    yield "  for ((i = 1; i < COMP_CWORD; i++)); do"
    yield "    case ${COMP_WORDS[i]} in -*) break ;; *) path+=\" ${COMP_WORDS[i]}\" ;; esac"
    yield "  done"
    yield "  case ${COMP_WORDS[COMP_CWORD - 1]} in"
    for names, what in (("--data | --signer-state | --web-dir", "-d"),
                        ("--config | --edit | --key-file | --trust", "-f")):
        yield f"    {names}) COMPREPLY=($(compgen {what} -- \"$word\")); return ;;"
    yield "  esac"
    yield "  case $path in"
    for page in pages:
        below = [what for what, _ in page.sections.get("Subcommands", [])]
        words = " ".join(below or options_of(page))
        path = " ".join(["letsping", *page.words])
        # After a command come its arguments.
        pattern = f'"{path}"' if below else f'"{path}" | "{path} "*'
        yield f"    {pattern}) words='{words}' ;;"
    yield "  esac"
    yield "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))"
    yield "}"
    yield "complete -F _letsping letsping"


def main():
    program, version, form, output = sys.argv[1:]
    text = "\n".join({"man": man, "bash": bash}[form](list(read_pages(program)), version)) + "\n"
    if output.endswith(".gz"):
        # No name and no time: the same input gives the same bytes.
        Path(output).write_bytes(gzip.compress(text.encode(), mtime=0))
    else:
        Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
