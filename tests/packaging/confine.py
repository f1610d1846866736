"""confine.py CALL,CALL… COMMAND…: runs the command, and kills it at any other system call.

What systemd does for SystemCallFilter=, but deadlier: under the unit a refused call fails with
EPERM, which a program may survive unseen.
"""

import ctypes
import os
import sys

KILL_PROCESS, ALLOW, UNKNOWN = 0x80000000, 0x7FFF0000, -1


def main():
    calls, command = sys.argv[1].split(","), sys.argv[2:]
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    filters = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(KILL_PROCESS)))
    for name in calls:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number == UNKNOWN:
            continue  # of a newer kernel than this library knows
        # Negative numbers stand for calls of other machines; the library leaves them out.
        if failed := library.seccomp_rule_add(filters, ctypes.c_uint32(ALLOW), number, 0):
            sys.exit(f"confine: {name}: {os.strerror(-failed)}")
    if failed := library.seccomp_load(filters):
        sys.exit(f"confine: {os.strerror(-failed)}")
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
