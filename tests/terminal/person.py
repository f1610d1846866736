"""A person at a terminal: runs the program in a pseudo-terminal, reads its screen, types.

What the program prints as data goes into a pipe, as in `letsping … | jq`; questions and talk go to
the screen.
"""

import json
import os
import pty
import select
import signal
import time

PATIENCE_S = 60


class Lost(Exception):
    """The screen did not show what was awaited."""


class Person:
    """One run of the program. `environment` replaces that of the test."""

    def __init__(self, command, environment):
        self.screen = ""
        self.unread = 0
        self.status = None
        out, stdout = os.pipe()
        self.pid, self.tty = pty.fork()
        if self.pid == 0:
            os.dup2(stdout, 1)
            os.closerange(3, 64)
            os.execve(command[0], command, environment)
        os.close(stdout)
        self.out = os.fdopen(out, "rb")

    def read(self, until):
        """Adds to the screen what comes before `until`; False at its end."""
        ready, _, _ = select.select([self.tty], [], [], max(0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        try:
            piece = os.read(self.tty, 65536)
        except OSError:  # The program has gone, and its side of the terminal with it.
            return False
        self.screen += piece.decode(errors="replace")
        return bool(piece)

    def sees(self, text):
        """Waits until `text` is on the screen, after what was awaited before."""
        end = time.monotonic() + PATIENCE_S
        while (at := self.screen.find(text, self.unread)) < 0:
            try:
                if self.read(end):
                    continue
            except TimeoutError:
                self.leave()
            raise Lost(f"no {text!r} in {self.screen[self.unread:]!r}")
        self.unread = at + len(text)
        return self

    def types(self, line):
        os.write(self.tty, line.encode() + b"\n")
        return self

    def presses(self, keys):
        os.write(self.tty, keys)
        return self

    def leave(self):
        """Goes away before the program has ended."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.end()

    def end(self):
        """Waits until the program ends: (exit status, what it printed as data)."""
        end = time.monotonic() + PATIENCE_S
        try:
            while self.read(end):
                pass
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
        printed = self.out.read().decode()
        self.out.close()
        os.close(self.tty)
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status, printed

    def result(self):
        """The object that the program printed with --json; it must have succeeded."""
        status, printed = self.end()
        if status != 0:
            raise Lost(f"exit {status}: {self.screen!r}")
        return json.loads(printed)
