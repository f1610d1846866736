#!/usr/bin/env python3
"""Divides source files into few that include them. FILES are paths below ROOT.

together.py count ROOT SIZE FILES…     says how many are needed, of at most about SIZE files each
together.py write ROOT TO COUNT FILES… writes TO_0.cpp … TO_<COUNT-1>.cpp, if not the same already

Files that give the same name to something of their own (in an unnamed namespace) go into different
ones.
"""

import pathlib
import re
import sys

DEFINITION = re.compile(
    r"(?:struct|class|enum class|enum|union|using) (\w+)[^;]*$|using (\w+) ="
    r"|(?!template|using|namespace|TEST|INSTANTIATE)"
    r"(?:[\w:<>,&*\[\]. ]|\(\*\))+?[ &*](\w+)(?:\(|\[|\{| =|;)")
FURTHER = re.compile(r", (\w+) = ")  # constexpr int ONE = 1, TWO = 2;


def own_names(text: str) -> set[str]:
    """The names at the first column of unnamed namespaces: the formatter indents all others."""
    names, unnamed = set(), False
    for line in text.splitlines():
        if line == "namespace {":
            unnamed = True
        elif line.startswith("}  // namespace"):
            unnamed = False
        elif unnamed and line and line[0] not in " }/#)":
            found = DEFINITION.match(line)
            if found:
                names.add(next(name for name in found.groups() if name))
                names.update(FURTHER.findall(line))
    return names


def divided(names: dict[str, set[str]], count: int) -> list[list[str]] | None:
    """Into `count` groups: each file into the smallest in which nothing has a name of its own;
    None if one finds no such group.
    """
    groups: list[list[str]] = [[] for _ in range(count)]
    taken: list[set[str]] = [set() for _ in range(count)]
    # Who shares most comes first, while there is most choice.
    shares = {file: sum(bool(own & other) for other in names.values())
              for file, own in names.items()}
    for file in sorted(names, key=lambda file: (-shares[file], file)):
        free = [n for n in range(count) if not names[file] & taken[n]]
        if not free:
            return None
        at = min(free, key=lambda n: len(groups[n]))
        groups[at].append(file)
        taken[at] |= names[file]
    return [sorted(group) for group in groups]


def main() -> None:
    action, root, *rest = sys.argv[1:]
    files = rest[1:] if action == "count" else rest[2:]
    names = {file: own_names(pathlib.Path(root, file).read_text(encoding="utf-8"))
             for file in files}
    if action == "count":
        count = -(-len(files) // int(rest[0]))
        while divided(names, count) is None:
            count += 1
        print(count)
        return
    groups = divided(names, int(rest[1]))
    if groups is None:
        sys.exit("More files than before share a name in their unnamed namespaces: configure anew "
                 "(cmake --preset release).")
    for n, group in enumerate(groups):
        path = pathlib.Path(f"{rest[0]}_{n}.cpp")
        text = "".join(f'#include "{file}"\n' for file in group)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
