"""What must exist where: the way of a request, a README per folder, a test per refusal."""

import re

from source import without_comments
from tree import module_of

# A request's way, as ARCHITECTURE.md tells it: (file without its ending, a name in it).
WAY = (
    ("src/server/main", "main"),
    ("src/net/session", "Session"),
    ("src/api/routes", "routes"),
    ("src/api/letsping/ingest", "ingest"),
    ("src/core/sequencer", "Sequencer"),
    ("src/approval/request", "Request"),
    ("src/evidence/statement", "Statement"),
    ("src/tlog/tree", "CompactRange"),
    ("src/store/store", "commit"),
    ("src/core/gate", "Gate"),
)
README_IN = re.compile(r"^(src/[a-z]+|tools|setup|demo|fuzz|bench|sim|web|tests)/")
README_LINES_MAX = 60
SETTING = re.compile(r'^ +\{"(\w+(?:\.\w+)+)",', re.M)
REFUSAL = re.compile(r"enum class (\w*(?:Refusal|Fault|Reason))\b[^{;]*\{([^}]*)\}")


def way_of_a_request(tree):
    for stem, name in WAY:
        texts = [tree[stem + end] for end in (".h", ".cpp") if stem + end in tree]
        if not texts:
            yield f"{stem}: a request's way names this file, and it does not exist"
        elif not any(re.search(rf"\b{name}\b", text) for text in texts):
            yield f"{stem}: a request's way names `{name}`, which it does not contain"
    told = tree.get("ARCHITECTURE.md", "")
    for stem, _ in WAY:
        if stem.removeprefix("src/") not in told:
            yield f"ARCHITECTURE.md: does not tell of {stem.removeprefix('src/')}"


def readmes(tree):
    folders = {match.group(1) for path in tree if (match := README_IN.match(path))}
    for folder in sorted(folders):
        text = tree.get(f"{folder}/README.md")
        if text is None:
            yield f"{folder}: no README.md"
        elif len(text.splitlines()) > README_LINES_MAX:
            yield f"{folder}/README.md: more than {README_LINES_MAX} lines; say it in ten"


def documented(tree):
    """README tells of every setting and of every command."""
    told = tree.get("README.md", "")
    for setting in SETTING.findall(tree.get("src/server/config.cpp", "")):
        if f"`{setting}`" not in told:
            yield f"README.md: does not tell of the setting {setting}"
    for path, text in tree.items():
        if path.startswith("src/cli/") and path.endswith(".cpp") and not path.endswith("_test.cpp"):
            for command in re.findall(r'\bapp\.add_subcommand\(\s*"([\w-]+)"', text):
                if not re.search(rf"^\| `{command}\b", told, re.M):
                    yield f"README.md: does not tell of the command {command}"


def refusals(tree):
    """Each value of the enums that say no is reached by a test, in C++ or in a wire case."""
    tests = {path: text for path, text in tree.items()
             if path.endswith(("_test.cpp", ".case", "_test.py"))}
    for path, text in tree.items():
        if module_of(path) is None or not path.endswith(".h"):
            continue
        code = without_comments(text)
        for name, body in REFUSAL.findall(code):
            for value in re.findall(r"^\s*(\w+)\s*[,=]|(\w+)\s*,|(\w+)\s*$", body, re.M):
                word = next(filter(None, value))
                if not any(re.search(rf"\b{word}\b", test) for test in tests.values()):
                    yield f"{path}: no test reaches {name}::{word}"


def suites(tree):
    """A script that tests/suites.txt runs is there, so that a skipped part cannot hide."""
    for line in tree.get("tests/suites.txt", "").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split(None, 5)
        if len(columns) < 6:
            yield f"tests/suites.txt: too few columns: {line}"
            continue
        for word in columns[5].split():
            if word.startswith("tests/") and not any(
                    path == word or path.startswith(word.rstrip("/") + "/") for path in tree):
                yield f"tests/suites.txt: {columns[0]}/{columns[1]} runs {word}, which is missing"


def defines(path, text, name):
    """Whether this file has a test of that name, in the way of its language."""
    if path.endswith(".cpp"):
        suite, _, case = name.partition(".")
        return bool(re.search(rf"\bTEST(_F|_P)?\(\s*{suite},\s*{case}\b", text))
    if re.search(rf"\b(def|func) {re.escape(name)}\(", text):
        return True
    return any(f"{quote}{name}{quote}" in text for quote in "\"'`")


def attacks(tree):
    """Each attack that docs/security/attacks.md tells of has tests, and they are there."""
    page = "docs/security/attacks.md"
    for section in re.split(r"^### ", tree.get(page, ""), flags=re.M)[1:]:
        title = section.splitlines()[0]
        named = re.findall(r"^- `(\S+) ([^`]+)`", section, re.M)
        if not named:
            yield f"{page}: no test shows what catches: {title}"
        for path, name in named:
            if not defines(path, tree.get(path, ""), name):
                yield f"{page}: {path} has no test {name}"


RULES = (way_of_a_request, readmes, documented, refusals, suites, attacks)
