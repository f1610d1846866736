"""The files that the rules look at: path from the top of the checkout -> text."""

import re
import subprocess
from pathlib import Path

TEXT = re.compile(
    r"(\.(h|cpp|S|py|go|sh|ts|tsx|mjs|js|css|html|json|ya?ml|toml|md|txt|apt|case|sql|cmake|svg)"
    r"|/(run|test|field)|^(run|test))$")


def read_tree(top):
    """What git tracks or would track: a file is judged before it is added, too."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=top, check=True, capture_output=True).stdout.decode().split("\0")
    tree = {}
    for name in sorted(filter(None, names)):
        path = Path(top, name)
        if path.is_file() and TEXT.search(name):
            tree[name] = path.read_text(encoding="utf-8", errors="replace")
    return tree


def lines(tree, *suffixes, under=""):
    """(path, line number, line) of every line in files with one of the suffixes."""
    for path, text in tree.items():
        if path.startswith(under) and path.endswith(suffixes):
            for number, line in enumerate(text.splitlines(), 1):
                yield path, number, line


def module_of(path):
    """`net` for src/net/session.cpp; None outside src/. The program's main is above them all."""
    if path == "src/server/main.cpp":
        return "main"
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "src" else None


def is_test(path):
    """Also `testing.h`, what a module offers to tests, and `x_testing.h`, which some share."""
    return (path.endswith(("_test.cpp", "/testing.h", "/testing.cpp", "_testing.h"))
            or path.startswith(("tests/", "fuzz/", "bench/", "sim/")))
