"""The package and dpkg."""

import os
import subprocess
import tempfile
from pathlib import Path

from place import INIT

# Stand in for systemd's commands while dpkg runs: they note what the maintainer scripts ask for. Of
# systemctl, what works on unit files alone is done too.
STAND_INS = {
    "deb-systemd-invoke": "",
    "systemctl": 'case $* in *preset*) SYSTEMD_OFFLINE=1 exec /usr/bin/systemctl "$@" ;; esac\n',
}


def run(*words, **more):
    """What the command says; its failure with what it said is a failure of ours."""
    done = subprocess.run([str(word) for word in words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, **more)
    if done.returncode != 0:
        said = " ".join(map(str, words))
        raise AssertionError(f"{said}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def with_init(*words):
    """Runs a command as on a machine with systemd; returns what was asked of systemd."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        notes.touch()
        for name, more in STAND_INS.items():
            program = Path(folder) / name
            program.write_text(f'#!/bin/sh\necho "{name} $*" >>{notes}\n{more}', encoding="utf-8")
            program.chmod(0o755)
        INIT.mkdir(parents=True)
        try:
            run(*words, env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"})
        finally:
            INIT.rmdir()
        return notes.read_text(encoding="utf-8").splitlines()


def field(package, name):
    return run("dpkg-deb", "--field", package, name).strip()


def next_version(package, folder):
    """The same package with a higher version."""
    tree = Path(folder) / "tree"
    run("dpkg-deb", "--raw-extract", package, tree)
    control = tree / "DEBIAN/control"
    version = field(package, "Version")
    text = control.read_text(encoding="utf-8")
    control.write_text(text.replace(f"Version: {version}\n", f"Version: {version}+next\n"),
                       encoding="utf-8")
    result = Path(folder) / "next.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, result)
    return result


def modes_of(package):
    """path -> "owner/group mode", as the archive has it."""
    rows = (line.split(None, 5) for line in run("dpkg-deb", "--contents", package).splitlines())
    return {row[5].removeprefix("."): f"{row[1]} {row[0]}" for row in rows}
