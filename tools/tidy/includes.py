"""Who includes whom: the table of includes.txt, no cycles, no dead header."""

import re
from pathlib import Path

from tree import is_test, module_of

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)
# Headers of the system that have a dot in their name; the C++ library's have none.
SYSTEM = re.compile(
    r"(sys|netinet|arpa|linux|bits)/|(errno|fcntl|grp|immintrin|ifaddrs|netdb|poll|pthread|pwd"
    r"|sched|signal|stdlib|string|spawn|termios|time|unistd|dirent|ftw|cpuid|limits|stdint|stdio"
    r"|x86intrin|wmmintrin|nmmintrin|smmintrin|dlfcn)\.h$")


class Table:
    """The parsed includes.txt."""

    def __init__(self, text):
        self.ours, self.third, self.prefixes, self.faults = {}, {}, [], []
        above = []
        for line in filter(None, (raw.split("#")[0].strip() for raw in text.splitlines())):
            if line.startswith("="):
                library, *prefixes = line[1:].split()
                self.prefixes += [(prefix, library) for prefix in prefixes]
                continue
            module, rest = line.split(":")
            ours, third = (part.split() for part in rest.split("|"))
            self.faults += [f"includes.txt: {module} names {name}, which is not above it"
                            for name in ours if name != "*" and name not in above]
            self.ours[module] = set(above) if ours == ["*"] else set(ours)
            self.third[module] = set(third)
            above.append(module)

    def granted(self, path):
        """Our modules that the file may name beside its own."""
        return self.ours[module_of(path)] | (self.ours["test"] if is_test(path) else set())

    def library(self, header):
        """The library of a <header>; None for the language's and the system's own."""
        for prefix, library in self.prefixes:
            if header.startswith(prefix):
                return library
        return None if "." not in header or SYSTEM.match(header) else f"unknown ({header})"


def default_table():
    return Table(Path(__file__).with_name("includes.txt").read_text(encoding="utf-8"))


def included(tree):
    """path -> (our headers as paths, system and third-party headers)."""
    found = {}
    for path, text in tree.items():
        if path.endswith((".h", ".cpp")):
            pairs = INCLUDE.findall(text)
            found[path] = ([f"src/{ours}" for ours, _ in pairs if ours],
                           [other for _, other in pairs if other])
    return found


def closure(path, graph):
    """All of our headers that `path` reaches."""
    reached, todo = set(), list(graph[path][0])
    while todo:
        header = todo.pop()
        if header not in reached:
            reached.add(header)
            todo += graph.get(header, ([], []))[0]
    return reached


def direction(tree, table=None):
    """A module includes only what the table grants it, of ours and of third parties."""
    table = table or default_table()
    graph = included(tree)
    found = list(table.faults)
    for path, (ours, _) in graph.items():
        module = module_of(path)
        if module is None:
            continue
        if module not in table.ours:
            found.append(f"{path}: module {module} has no line in tools/tidy/includes.txt")
            continue
        for header in ours:
            other = module_of(header)
            if header not in tree:
                found.append(f"{path}: includes {header}, which does not exist")
            elif other != module and other not in table.granted(path):
                found.append(f"{path}: {module} may not include {other} ({header})")
            elif is_test(header) and not is_test(path):
                found.append(f"{path}: {header} is for tests only")
        found += third_party(path, module, graph, table)
    return found


def third_party(path, module, graph, table):
    """Third-party headers that the file reaches, itself or through one of our headers."""
    allowed = table.third[module] | table.third["everywhere"]
    if is_test(path):
        allowed = allowed | table.third["test"]
    for file in sorted({path} | closure(path, graph)):
        for header in graph.get(file, ([], []))[1]:
            library = table.library(header)
            if library is not None and library not in allowed:
                through = "" if file == path else f" through {file}"
                yield f"{path}: {module} may not include <{header}> of {library}{through}"


def cycles(tree):
    """No header reaches itself."""
    graph = included(tree)
    return [f"{path}: includes itself, in a circle" for path in graph
            if path.endswith(".h") and path in closure(path, graph)]


def dead_headers(tree):
    """A header that only its own .cpp and its own test include serves nobody."""
    users = {}
    for path, (ours, _) in included(tree).items():
        own = re.sub(r"(_test)?\.(h|cpp)$", "", path)
        for header in ours:
            if header[:-2] != own:
                users.setdefault(header, set()).add(path)
    return [f"{path}: no other file includes it" for path in tree
            if path.startswith("src/") and path.endswith(".h") and path not in users]


RULES = (direction, cycles, dead_headers)
