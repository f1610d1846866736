"""Where the package is installed: this machine behind overlays, or a container as it is."""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

# What dpkg and a service write to.
WRITTEN = ("/etc", "/usr", "/var")
OURS = ("/etc/letsping", "/var/lib/letsping", "/usr/bin/letsping",
        "/lib/systemd/system/letsping.service")
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
INIT = Path("/run/systemd/system")  # what tells maintainer scripts that systemd runs


def refuse(why):
    sys.exit(f"tests/packaging: {why}; nothing was touched")


def refuse_if_used():
    """Somebody's LetsPing is not for a test to install over, and purge."""
    known = subprocess.run(["dpkg-query", "-W", "letsping"], capture_output=True, check=False)
    there = [path for path in OURS if os.path.lexists(path)]
    if known.returncode == 0 or there:
        refuse(f"LetsPing is on this machine already ({', '.join(there) or 'dpkg knows it'})")
    for command in (["getent", "passwd", "letsping"], ["getent", "group", "letsping"]):
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            refuse("there is a user or group `letsping` on this machine")


def lift_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def lay_overlays():
    """In a mount namespace of our own: what is written goes into memory."""
    mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run")
    top = Path("/run/letsping-overlays")
    for path in WRITTEN:
        upper, work = top / path[1:] / "upper", top / path[1:] / "work"
        for folder in (upper, work):
            folder.mkdir(parents=True)
        os.chmod(upper, os.stat(path).st_mode & 0o7777)
        mount("-t", "overlay", "-o", f"lowerdir={path},upperdir={upper},workdir={work}",
              "overlay", path)


def take(mode):
    """Makes the place; ends the program where there is none."""
    refuse_if_used()
    if mode == "apart":
        lift_loopback()
        lay_overlays()
    elif INIT.exists():
        refuse("namespaces cannot be had, and this is no container to install into: systemd runs")
    else:
        for port in (8400, 443):
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    refuse(f"something listens on port {port}")
