"""What is on the machine, to say what a package left behind."""

import hashlib
import os
import re
import stat

TOPS = ("/etc", "/usr", "/var", "/opt", "/srv")
# Kept by others about any package: dpkg's and apt's own records, logs, caches, the copies that the
# user tools keep of the files before, and the folders in which init-system-helpers keeps its notes.
OTHERS = re.compile(
    r"/var/(lib/dpkg/(?!info/)|log/|cache/|backups/)"
    r"|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$|/etc/\.pwd\.lock$"
    r"|/var/lib/systemd/deb-systemd-helper-\w+(/[\w.-]+\.wants)?$"
    r"|/etc/ld\.so\.cache$")
HASHED = "/etc/"


def entry(path):
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    content = ""
    if stat.S_ISLNK(kind):
        content = os.readlink(path)
    elif stat.S_ISREG(kind) and path.startswith(HASHED):
        with open(path, "rb") as file:
            content = hashlib.sha256(file.read()).hexdigest()
    return oct(status.st_mode), status.st_uid, status.st_gid, content


def listing():
    found = {}
    for top in TOPS:
        for folder, folders, files in os.walk(top):
            for name in folders + files:
                path = os.path.join(folder, name)
                if not OTHERS.match(path):
                    found[path] = entry(path)
    return found


def changes(before, after):
    yield from (f"left behind: {path}" for path in sorted(after.keys() - before.keys()))
    yield from (f"taken away: {path}" for path in sorted(before.keys() - after.keys()))
    yield from (f"changed: {path}: {before[path]} -> {after[path]}"
                for path in sorted(before.keys() & after.keys()) if before[path] != after[path])


def owners_and_modes(top):
    """path -> "user:group mode" of everything below."""
    return {str(path): f"{path.owner()}:{path.group()} {stat.S_IMODE(path.lstat().st_mode):04o}"
            for path in [top, *top.rglob("*")]}
