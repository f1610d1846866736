"""Runs a unit's service as the unit says, where no systemd does: its user, environment, limits, no
capabilities, no new privileges, and its filter of system calls, under which a refused call kills.
"""

import json
import os
import pwd
import re
import resource
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

UNIT = Path("/usr/lib/systemd/system/letsping.service")
CONFINE = Path(__file__).with_name("confine.py").read_text(encoding="utf-8")
PATIENCE_S = 15


def read_unit(path):
    """section -> key -> values in order."""
    sections, section = {}, None
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if heading := re.match(r"\[(\w+)\]$", line):
            section = sections.setdefault(heading.group(1), {})
        elif line and line[0] not in "#;":
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return sections


def calls_of(group):
    """The system calls of a name as SystemCallFilter= has it."""
    if not group.startswith("@"):
        return {group}
    told = subprocess.run(["systemd-analyze", "syscall-filter", group], check=True,
                          capture_output=True, text=True).stdout
    names = [line.strip() for line in told.splitlines()[1:]]
    return set().union(*(calls_of(name) for name in names if name and name[0] != "#"))


def allowed_calls(filters):
    allowed = set()
    for value in filters:
        named = set().union(*(calls_of(name) for name in value.removeprefix("~").split()))
        allowed = allowed - named if value.startswith("~") else allowed | named
    # systemd lets these pass by itself, so that the service can be started at all.
    return allowed | calls_of("@default") | {"execve"}


class Service:
    """One run of the unit's ExecStart."""

    def __init__(self, log):
        self.service = read_unit(UNIT)["Service"]
        self.log = log
        self.user = pwd.getpwnam(self.one("User"))
        self.state = Path("/var/lib") / self.one("StateDirectory")
        self.notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notes.bind(f"\0letsping-packaging-{os.getpid()}-{id(self)}")
        self.notes.settimeout(PATIENCE_S)
        self.process = None

    def one(self, key):
        (value,) = self.service[key]
        return value

    def environment(self):
        user = self.user
        return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8",
                "USER": user.pw_name, "LOGNAME": user.pw_name, "HOME": user.pw_dir,
                "SHELL": user.pw_shell, "INVOCATION_ID": "0" * 32,
                "STATE_DIRECTORY": str(self.state),
                "NOTIFY_SOCKET": "@" + self.notes.getsockname()[1:].decode()}

    def make_state_directory(self):
        self.state.mkdir(exist_ok=True)
        os.chmod(self.state, int(self.one("StateDirectoryMode"), 8))
        os.chown(self.state, self.user.pw_uid, self.user.pw_gid)

    def limits(self):
        os.umask(int(self.one("UMask"), 8))
        resource.setrlimit(resource.RLIMIT_CORE, (int(self.one("LimitCORE")),) * 2)
        # A container may be forbidden to raise what it was given.
        files = int(self.one("LimitNOFILE"))
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, most),) * 2)

    def start(self):
        """Returns when the service says that it is ready."""
        self.make_state_directory()
        calls = ",".join(sorted(allowed_calls(self.service["SystemCallFilter"])))
        assert self.one("CapabilityBoundingSet") == "" and self.one("NoNewPrivileges") == "yes"
        bare = ["setpriv", f"--reuid={self.user.pw_name}", f"--regid={self.one('Group')}",
                "--init-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        self.process = subprocess.Popen(
            # By its text: the service's user need not be able to read this checkout.
            [*bare, "/usr/bin/python3", "-c", CONFINE, calls,
             *shlex.split(self.one("ExecStart"))],
            cwd="/", env=self.environment(), preexec_fn=self.limits, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT)
        self.expect("READY=1")
        return self

    def expect(self, state):
        """Waits until the service tells its manager so."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                self.notes.settimeout(0.1)
                if state in self.notes.recv(4096).decode().split("\n"):
                    return
            except TimeoutError:
                if self.process.poll() is not None:
                    raise AssertionError(f"it ended with {self.process.returncode}") from None
        raise AssertionError(f"it did not say {state}")

    def reload(self):
        """The unit's ExecReload."""
        line = self.one("ExecReload").replace("$MAINPID", str(self.process.pid))
        subprocess.run(shlex.split(line), check=True)

    def reload_certificates(self):
        self.reload()
        self.expect("RELOADING=1")
        self.expect("READY=1")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.expect("STOPPING=1")
        status = self.process.wait(int(self.one("TimeoutStopSec")))
        if status == -signal.SIGSYS:
            raise AssertionError("it made a system call that the unit refuses")
        assert status == 0, f"it ended with {status}"

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def expect_logged(self, event):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            lines = Path(self.log.name).read_text(encoding="utf-8").splitlines()
            if any(json.loads(line)["event"] == event for line in lines if line[:1] == "{"):
                return
            time.sleep(0.05)
        raise AssertionError(f"it did not log {event}")
