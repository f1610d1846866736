#!/usr/bin/env python3
"""Divides source files into few that include them. FILES are paths below ROOT.

together.py count ROOT SIZE FILES…     says how many are needed, of at most about SIZE files each
together.py write ROOT TO COUNT FILES… writes TO_0.cpp … TO_<COUNT-1>.cpp, if not the same already

Files go into different ones if both give a name to something of their own (in an unnamed
namespace), or one to what the other means by that word, or takes it from elsewhere with `using`.
"""

import pathlib
import re
import sys

DEFINITION = re.compile(
    r"(?:struct|class|enum class|enum|union|using) (\w+)[^;]*$|using (\w+) ="
    r"|(?!template|using|namespace|TEST|INSTANTIATE)"
    r"(?:[\w:<>,&*\[\]. ]|\(\*\))+?[ &*](\w+)(?:\(|\[|\{| =|;)")
FURTHER = re.compile(r", (\w+) = ")  # constexpr int ONE = 1, TWO = 2;


USING = re.compile(r"^using ([\w:]+)::(\w+);", re.M)
PUBLIC = re.compile(r"^(?:\[\[nodiscard\]\] |inline )*(?:struct|class|enum class|enum|using) (\w+)"
                    r"|^[\w:<>,&*\[\] ]+[ &*](\w+)\(", re.M)
# A word that is not a member of something, or qualified.
WORD = re.compile(r"(?<![\w:.>\"])[A-Za-z_]\w+")


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


class File:
    """What of a file may mean something else beside another."""

    def __init__(self, root: str, name: str, public: set[str]):
        text = pathlib.Path(root, name).read_text(encoding="utf-8")
        self.name = name
        self.own = own_names(text)
        self.hiding = self.own & public
        self.using = {word: whose for whose, word in USING.findall(text)}
        self.words = set(WORD.findall(text))

    def clashes(self, other: "File") -> bool:
        return bool(self.own & other.own) or self.spoils(other) or other.spoils(self)

    def spoils(self, other: "File") -> bool:
        """Whether a name of this file's own, or from elsewhere, is another's there."""
        return bool(self.hiding & other.words) or any(
            word in other.words and other.using.get(word) != whose
            for word, whose in self.using.items())


def divided(files: list[File], count: int) -> list[list[str]] | None:
    """Into `count` groups: each file into the smallest in which it clashes with none; None if one
    finds no such group.
    """
    groups: list[list[File]] = [[] for _ in range(count)]
    # Who clashes most comes first, while there is most choice.
    clashes = {file.name: sum(file.clashes(other) for other in files) for file in files}
    for file in sorted(files, key=lambda file: (-clashes[file.name], file.name)):
        free = [group for group in groups if not any(file.clashes(other) for other in group)]
        if not free:
            return None
        min(free, key=len).append(file)
    return [sorted(file.name for file in group) for group in groups]


def main() -> None:
    action, root, *rest = sys.argv[1:]
    files = rest[1:] if action == "count" else rest[2:]
    public = {name for header in pathlib.Path(root, "src").rglob("*.h")
              for found in PUBLIC.findall(header.read_text(encoding="utf-8"))
              for name in found if name}
    known = [File(root, file, public) for file in files]
    if action == "count":
        count = -(-len(files) // int(rest[0]))
        while divided(known, count) is None:
            count += 1
        print(count)
        return
    groups = divided(known, int(rest[1]))
    if groups is None:
        sys.exit("More files than before give the same name to different things: configure anew "
                 "(cmake --preset release).")
    for n, group in enumerate(groups):
        path = pathlib.Path(f"{rest[0]}_{n}.cpp")
        text = "".join(f'#include "{file}"\n' for file in group)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
