"""Reads a .case file into tests and steps. The format is told in README.md."""

import re
from dataclasses import dataclass, field


class BadCase(Exception):
    """The file is not a case file."""


@dataclass
class Step:
    """One thing to do: `kind` is exchange, command, let, sleep or join."""
    kind: str
    line: int
    text: str = ""
    raw: bytes = b""
    head: list = field(default_factory=list)      # request line and headers
    body: list = field(default_factory=list)      # lines
    status: str = ""
    headers: list = field(default_factory=list)   # expected (name, value)
    expected: list = field(default_factory=list)  # lines of the expected body
    modifiers: dict = field(default_factory=dict)


@dataclass
class Test:
    name: str
    line: int
    steps: list = field(default_factory=list)


MODIFIERS = {"times", "within", "after", "async", "as", "same", "on", "events", "ended", "signed"}
ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


def unescape(text):
    """`\\r \\n \\t \\0 \\\\ \\xNN` in a raw line."""
    out, at = b"", 0
    while at < len(text):
        if text[at] != "\\":
            out += text[at].encode()
            at += 1
        elif text[at + 1] == "x":
            out += bytes([int(text[at + 2:at + 4], 16)])
            at += 4
        else:
            out += ESCAPES[text[at + 1]]
            at += 2
    return out


class Reader:
    def __init__(self, path):
        self.path = path
        self.tests, self.options, self.modifiers = [], {}, {}
        self.step = None
        self.part = ""

    def fail(self, number, why):
        raise BadCase(f"{self.path.name}:{number}: {why}")

    def steps(self, number):
        if not self.tests:
            self.fail(number, "a step before the first test")
        return self.tests[-1].steps

    def begin(self, number):
        self.step = Step("exchange", number, modifiers=self.modifiers)
        self.modifiers = {}
        self.steps(number).append(self.step)
        self.part = "head"

    def request(self, number, text):
        if self.step is None or self.part not in ("head", "body"):
            self.begin(number)
        if self.part == "head" and text == "":
            self.part = "body"
        else:
            getattr(self.step, self.part).append(text)

    def raw(self, number, text):
        if self.step is None or self.part != "raw":
            self.begin(number)
            self.part = "raw"
        self.step.text += text + "\n"

    def reply(self, number, text):
        if self.step is None:
            self.fail(number, "an expectation without a request")
        if self.part in ("head", "body", "raw"):
            self.step.status, self.part = text, "headers"
        elif self.part == "headers" and text == "":
            self.part = "expected"
        elif self.part == "headers":
            name, _, value = text.partition(":")
            self.step.headers.append((name.strip().lower(), value.strip()))
        else:
            self.step.expected.append(text)

    def word(self, number, line):
        self.step = None
        word, _, rest = line.partition(" ")
        if word in MODIFIERS:
            self.modifiers[word] = rest.strip() or "yes"
        elif word == "set":
            name, _, value = rest.partition("=")
            self.options[name.strip()] = value.strip()
        elif word in ("let", "sleep", "join") or re.fullmatch(r"!\d*", word):
            kind = "command" if word.startswith("!") else word
            step = Step(kind, number, text=rest.strip(), modifiers=self.modifiers)
            step.status = word[1:] or "0"
            self.modifiers = {}
            self.steps(number).append(step)
        else:
            self.fail(number, f"what is `{word}`?")

    def take(self, number, line):
        if line.startswith("== "):
            self.step, self.modifiers = None, {}
            self.tests.append(Test(line[3:].strip(), number))
        elif line.startswith(">>"):
            self.raw(number, line[3:])
        elif line.startswith(">"):
            self.request(number, line[2:])
        elif line.startswith("<"):
            self.reply(number, line[2:])
        elif line.strip() == "" or line.startswith("#"):
            self.step = None
        else:
            self.word(number, line)


def read(path):
    """(tests, settings of the server) of a file."""
    reader = Reader(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        reader.take(number, line)
    names = [test.name for test in reader.tests]
    for name in names:
        if names.count(name) > 1:
            raise BadCase(f"{path.name}: two tests are called `{name}`")
    return reader.tests, reader.options
