"""What stands in the lines: banned calls, sizes, leftovers, places and hosts."""

import re

from tree import is_test, lines, module_of

NUMBERS = "std::from_chars: no locale, no exception, no silent prefix"
# (pattern, why, where it is allowed); the pattern is looked for in C++ without comments.
BANNED = (
    (r"std::w?regex|<regex>", "std::regex dies on hostile input; use RE2 or a hand-written parser",
     ()),
    (r"(?<![\w.>:])([dlm]?rand48|s?rand|rand_r)\s*\(|std::s?rand\b|std::random_device",
     "randomness enters as Entropy&", ()),
    (r"\bsto(i|l|ll|ul|ull|f|d|ld)\s*\(|\bstrto\w+\s*\(|(?<!\w)ato(i|l|ll|f)\s*\(|\bs?scanf\s*\(",
     NUMBERS, ()),
    (r"\bstrftime\b|\bsetlocale\b|std::locale\b|\basctime\b|\blocaltime|std::put_time",
     "locale or zone of the machine", ()),
    (r"system_clock::now|CLOCK_REALTIME|\bgettimeofday\b|(?<![\w.>])time\s*\(\s*(nullptr|NULL|0)",
     "the time enters as Clock&", ("src/base/time.cpp",)),
)
IN_SECRETS = (r"\bmemcmp\s*\(", "constant_time_equal: memcmp tells where bytes differ")
PRINTS = re.compile(r"(printf|log::|fmt::print|std::c(out|err|log)|<<).*\breveal\(\)")

CODE = (".h", ".cpp", ".py", ".sh", ".ts", ".tsx", ".mjs", ".cmake", "CMakeLists.txt")
COLUMNS_MAX, LINES_MAX = 100, 500
GENERATED = re.compile(r"(^|/)(vendor|third_party|generated|gen|vectors|testdata)/")

LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
PLACES = re.compile(
    r"(?<![\w.])/(work|root)/\w"
    r"|registry\.npm" r"js\.org|pypi\.o" r"rg|files\.python" r"hosted|proxy\.golang\.o" r"rg"
    r"|deb\.debian\.o" r"rg|index\.crates\.i" r"o"
    r'|"resolved": "ht' r'tp')
VAGUE = re.compile(r"(^|[/_-])(utils?|common|helpers?|manager|misc)(_test)?\.\w+$|/(utils|common|"
                   r"helpers|misc)/")


def without_comments(text):
    """C++ text with comments blanked, line for line; string contents stay."""
    def blank(match):
        kept = match.group(0)
        return kept if kept[0] in "\"'" else "\n" * kept.count("\n")
    return re.sub(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|//[^\n]*|/\*.*?\*/', blank, text,
                  flags=re.S)


def banned_calls(tree):
    sources = {path: without_comments(text) for path, text in tree.items()
               if path.endswith((".h", ".cpp")) and path.startswith(("src/", "sim/", "fuzz/"))}
    for path, number, line in lines(sources, ".h", ".cpp"):
        for pattern, why, allowed in BANNED:
            # A test may end by the exception of a number that it wrote itself.
            if why == NUMBERS and is_test(path):
                continue
            if path not in allowed and re.search(pattern, line):
                yield f"{path}:{number}: banned: {why}"
        if module_of(path) in ("crypto", "identity") and not path.endswith("_test.cpp"):
            if re.search(IN_SECRETS[0], line):
                yield f"{path}:{number}: banned: {IN_SECRETS[1]}"
        if PRINTS.search(line):
            yield f"{path}:{number}: prints a Secret"


def sizes(tree):
    for path, text in tree.items():
        if not path.endswith(CODE) or GENERATED.search(path):
            continue
        rows = text.splitlines()
        if len(rows) > LINES_MAX:
            yield f"{path}: {len(rows)} lines, more than {LINES_MAX}"
        for number, line in enumerate(rows, 1):
            if len(line) > COLUMNS_MAX:
                yield f"{path}:{number}: {len(line)} columns, more than {COLUMNS_MAX}"
            if "\t" in line and path.endswith((".h", ".cpp")):
                yield f"{path}:{number}: a tab"


def leftovers(tree):
    for path, number, line in lines(tree, ""):
        if LEFTOVER.search(line) and not path.endswith("package-lock.json"):
            yield f"{path}:{number}: unfinished: {line.strip()[:80]}"
        if PLACES.search(line):
            yield f"{path}:{number}: names a path of one machine or a registry's host"


def headers(tree):
    """Guarded once, free of what would leak into every file that includes them, and first in their
    own source file, which shows that they compile alone (the others: tools/CMakeLists.txt)."""
    for path, text in tree.items():
        if path.startswith("src/") and path.endswith(".h"):
            if "#pragma once" not in text:
                yield f"{path}: no #pragma once"
            if not text.startswith("//"):
                yield f"{path}: does not open with what it is and the promise it keeps"
            if re.search(r"^\s*using namespace", text, re.M):
                yield f"{path}: using namespace in a header"
            own = tree.get(path.removesuffix(".h") + ".cpp", "")
            first = re.search(r'^#include (["<].*)', own, re.M)
            if own and (not first or first[1] != f'"{path.removeprefix("src/")}"'):
                yield f"{path}: not the first include of its own source file"


def names(tree):
    for path in tree:
        if path.startswith(("src/", "web/src/", "sim/")):
            if VAGUE.search(path):
                yield f"{path}: a name that says nothing; name the concept"
            if path.endswith((".h", ".cpp")) and not re.fullmatch(r"[a-z0-9_/]+\.(h|cpp)", path):
                yield f"{path}: C++ files are snake_case"


RULES = (banned_calls, sizes, leftovers, headers, names)
