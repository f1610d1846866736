"""Plays the steps of one test: sends requests, compares replies, keeps captured variables."""

import hmac
import json
import re
import shlex
import socket
import time

from script import unescape

TIMEOUT_S = 70


class Failed(Exception):
    def __init__(self, line, text):
        super().__init__(text)
        self.line = line


class Reply:
    """One HTTP/1.1 reply off a socket."""

    def __init__(self, connection, without_body=False, events=0):
        self.text = b""
        while b"\r\n\r\n" not in self.text:
            self.more(connection)
        head, _, rest = self.text.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = lines[0].split(" ", 2)[1]
        pairs = [line.partition(":") for line in lines[1:]]
        self.headers = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
        length = 0 if without_body else int(self.header("content-length") or 0)
        while len(rest) < length:
            before = len(self.text)
            self.more(connection)
            rest += self.text[before:]
        # Of an event stream, which has no end, so many events.
        while rest.count(b"\n\n") < events:
            before = len(self.text)
            self.more(connection)
            rest += self.text[before:]
        self.body = rest[:length] if events == 0 else rest

    def more(self, connection):
        try:
            piece = connection.recv(65536)
        except OSError as why:
            raise ConnectionError(f"no reply: {why}") from why
        if not piece:
            raise ConnectionError(f"the connection ended after {self.text[:80]!r}")
        self.text += piece

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)

    def told(self):
        """What must be the same where two replies must not differ: all but the time of day."""
        return self.status, [pair for pair in self.headers if pair[0] != "date"], self.body


class Player:
    def __init__(self, server):
        self.server = server
        self.variables = dict(server.variables())
        self.saved, self.waiting = {}, {}

    # ---- text -------------------------------------------------------------------------------

    def filled(self, text):
        """With variables and the macros of README.md filled in."""
        def variable(match):
            if match.group(0) == "$$":
                return "$"
            name = match.group(1) or match.group(2)
            if name not in self.variables:
                self.variables[name] = self.server.variable(name)
            return self.variables[name]
        text = re.sub(r"\$\$|\$\{(\w+)\}|\$(\w+)", variable, text)
        text = re.sub(r"%repeat\((.*?)\|(\d+)\)", lambda m: m.group(1) * int(m.group(2)), text)
        text = re.sub(r"%swap«(.*?)\|(.*?)\|(.*?)»",
                      lambda m: m.group(1).replace(m.group(2), m.group(3)), text)
        return re.sub(r"%hmac«(.*?)\|(.*?)»", lambda m: hmac.new(
            m.group(1).encode(), m.group(2).encode(), "sha256").hexdigest(), text, flags=re.S)

    # ---- steps ------------------------------------------------------------------------------

    def play(self, steps):
        for step in steps:
            try:
                getattr(self, "play_" + step.kind)(step)
            except (AssertionError, ConnectionError, KeyError, RuntimeError, ValueError) as why:
                raise Failed(step.line, f"{type(why).__name__}: {why}") from why

    def play_let(self, step):
        name, _, value = step.text.partition("=")
        self.variables[name.strip()] = self.filled(value.strip())

    def play_sleep(self, step):
        time.sleep(int(step.text) / 1000)

    def play_command(self, step):
        words = shlex.split(self.filled(step.text))
        status, out, err = self.server.call(*words)
        if str(status) != step.status:
            raise AssertionError(f"letsping {words[0]}: exit status {status}: {err or out}")

    def play_join(self, step):
        exchange, connection, began = self.waiting.pop(step.text)
        exchange.modifiers.update(step.modifiers)
        events = int(exchange.modifiers.get("events", 0))
        self.check(exchange, Reply(connection, events=events), time.monotonic() - began)
        if "ended" in exchange.modifiers:
            assert connection.recv(1) == b"", "the stream goes on"
        connection.close()

    def play_exchange(self, step):
        for _ in range(int(step.modifiers.get("times", 1))):
            connection = socket.create_connection(("127.0.0.1", self.server.port), TIMEOUT_S)
            began = time.monotonic()
            try:
                connection.sendall(self.bytes_of(step))
            except OSError:
                pass  # refused before it was whole; what counts is the reply
            if "async" in step.modifiers:
                self.waiting[step.modifiers["async"]] = step, connection, began
                continue
            if step.status == "closed":
                assert connection.recv(1) == b"", "the connection was not closed"
            else:
                reply = Reply(connection, bool(step.head) and step.head[0].startswith("HEAD "),
                              int(step.modifiers.get("events", 0)))
                self.check(step, reply, time.monotonic() - began)
            connection.close()

    def bytes_of(self, step):
        if step.text:
            lines = self.filled(step.text).split("\n")[:-1]
            return b"".join(unescape(line) for line in lines)
        head = [self.filled(line) for line in step.head]
        body = self.filled("\n".join(step.body)).encode()
        names = {line.partition(":")[0].lower() for line in head[1:]}
        method, target = head[0].split(" ", 1)
        head[0] = f"{method} {target.removeprefix(self.server.address)} HTTP/1.1"
        if "host" not in names:
            head.append(f"Host: {self.variables['host']}")
        if "signed" in step.modifiers:
            words = self.filled(step.modifiers["signed"]).split()
            head += self.server.signing_keys.headers(words, method, target,
                                                     self.variables["host"], body)
        if step.body or method in ("POST", "PUT"):
            head.append(f"Content-Length: {len(body)}")
            if "content-type" not in names:
                head.append("Content-Type: application/json")
        head.append("Connection: close")
        return ("\r\n".join(head) + "\r\n\r\n").encode() + body

    # ---- expectations -----------------------------------------------------------------------

    def check(self, step, reply, seconds):
        expected = self.filled(step.status)
        said = reply.body[:300].decode(errors="replace")
        assert self.matches(expected, reply.status), \
            f"status {reply.status} instead of {expected}: {said}"
        if "within" in step.modifiers:
            limit = int(step.modifiers["within"])
            assert seconds * 1000 <= limit, f"took {seconds * 1000:.0f} ms, more than {limit}"
        if "after" in step.modifiers:
            least = int(step.modifiers["after"])
            assert seconds * 1000 >= least, f"took {seconds * 1000:.0f} ms, less than {least}"
        for name, value in step.headers:
            self.check_header(reply, name, self.filled(value))
        if step.expected:
            self.check_body(step.expected, reply.body)
        if "as" in step.modifiers:
            self.saved[step.modifiers["as"]] = reply.told()
        if "same" in step.modifiers:
            other = self.saved[step.modifiers["same"]]
            assert reply.told() == other, f"differs: {reply.told()} and {other}"

    def check_header(self, reply, name, value):
        if name.startswith("!"):
            found = reply.header(name[1:])
            assert found is None, f"header {name[1:]}: {found}"
            return
        found = reply.header(name)
        assert found is not None and self.matches(value, found), f"header {name}: {found}"

    def matches(self, pattern, text):
        """Exact, /regex/, or $name=/regex/, which captures."""
        if len(pattern) > 1 and pattern[0] == pattern[-1] == "/":
            return re.fullmatch(pattern[1:-1], text, re.S) is not None
        return pattern == text

    def check_body(self, lines, body):
        text = body.decode("utf-8", errors="replace")
        for line in lines:
            if line.startswith("~ "):
                part = self.filled(line[2:])
                assert part in text, f"no {part} in {text[:600]}"
            elif line.startswith("!~ "):
                part = self.filled(line[3:])
                assert part not in text, f"there is {part} in {text[:600]}"
            elif line.startswith("= "):
                assert text == self.filled(line[2:]), f"body {text[:600]}"
        document = [line for line in lines if not line.startswith(("~ ", "!~ ", "= "))]
        if document:
            self.compare(json.loads("\n".join(document)), json.loads(text), "")

    def compare(self, expected, found, pointer):
        """Every expected member must be there; more may be."""
        if isinstance(expected, dict):
            assert isinstance(found, dict), f"{pointer}: no object but {found!r}"
            for name, value in expected.items():
                if value == "(absent)":
                    assert name not in found, f"{pointer}/{name} is there: {found[name]!r}"
                    continue
                assert name in found, f"{pointer}/{name} is absent from {found}"
                self.compare(value, found[name], f"{pointer}/{name}")
        elif isinstance(expected, list):
            assert isinstance(found, list) and len(found) == len(expected), f"{pointer}: {found!r}"
            for index, (one, other) in enumerate(zip(expected, found)):
                self.compare(one, other, f"{pointer}/{index}")
        elif isinstance(expected, str):
            self.compare_text(expected, found, pointer)
        else:
            assert type(expected) is type(found) and expected == found, f"{pointer}: {found!r}"

    def compare_text(self, expected, found, pointer):
        capture = re.fullmatch(r"\$(\w+)=(.*)", expected, re.S)
        if expected == "(any)":
            return
        assert isinstance(found, str), f"{pointer}: no text but {found!r}"
        pattern = capture.group(2) or "/.*/" if capture else self.filled(expected)
        assert self.matches(pattern, found), f"{pointer}: {found!r}"
        if capture:
            self.variables[capture.group(1)] = found
