"""Says what it likes to a signer, in the words of spec/signer-protocol.md."""

import socket
import struct

ASK_KEYS, EXTEND, BEGIN, KEEP, HOLD, DRAFT, FOLLOW = 3, 4, 5, 7, 8, 9, 10
DONE, KEYS, SIGNED, REFUSED = 0x81, 0x83, 0x84, 0x85
UNKNOWN, NOT_AN_EXTENSION, CLOSED, NOT_ALLOWED = b"\2", b"\3", b"\4", b"\5"
NOT_HOLDER, NOT_OWNERS = b"\7", b"\10"


def say(house, frame):
    """What the signer answers to these bytes, of which nothing comes after."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(house.signer.socket)
        client.sendall(frame)
        client.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while piece := client.recv(100):
                got += piece
        except ConnectionResetError:
            pass
        return got


class Asker:
    """One connection, on which answers are waited for."""

    def __init__(self, house):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(house.signer.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, kind, members=b""):
        """The kind of the answer and what follows it."""
        body = bytes([2, kind]) + members
        self.socket.sendall(struct.pack(">I", len(body)) + body)
        size, = struct.unpack(">I", self.read(4))
        body = self.read(size)
        return body[1], body[2:]

    def read(self, size):
        got = b""
        while len(got) < size:
            piece = self.socket.recv(size - len(got))
            assert piece, "the connection ended"
            got += piece
        return got


def name(text):
    return struct.pack(">H", len(text)) + text.encode()


def text(content):
    return struct.pack(">I", len(content)) + content.encode()


def follow(origin, *versions):
    """Of (head, signatures)."""
    return (name(origin) + struct.pack(">H", len(versions))
            + b"".join(text(part) for version in versions for part in version))


def keys(members):
    """((vkey, from), …) and the vkey that waits, of what KEYS has."""
    def word(at):
        size, = struct.unpack_from(">H", members, at)
        return members[at + 2:at + 2 + size].decode(), at + 2 + size

    count, = struct.unpack_from(">H", members)
    turns, at = [], 2
    for _ in range(count):
        vkey, at = word(at)
        turns.append((vkey, *struct.unpack_from(">Q", members, at)))
        at += 8
    return tuple(turns), word(at)[0]


def head(origin, size, root):
    return name(origin) + struct.pack(">Q", size) + root


def step(origin, size, root, old_size, proof=()):
    return (b"\0\1" + head(origin, size, root) + struct.pack(">QH", old_size, len(proof))
            + b"".join(proof))
