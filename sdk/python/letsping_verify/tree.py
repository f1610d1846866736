"""The Merkle tree of RFC 6962 and the texts of c2sp.org: notes, checkpoints, tlog-proofs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .faults import Fault, demand
from .members import decode_base64
from .signatures import sha256, verify_ed25519

HASHES_MAX = 64
LINES_MAX = 16
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
LOG, WITNESS = 1, 4  # the signature types of signed-note


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf)


def check_inclusion(hash_: bytes, index: int, size: int, path: list[bytes], root: bytes,
                    what: str) -> None:
    """RFC 9162 §2.1.3.2. Raises Fault."""
    demand(index < size, f"{what}: the index is not below the size")
    left, last, value = index, size - 1, hash_
    for each in path:
        demand(last > 0, f"{what}: the path is too long")
        if left & 1 or left == last:
            value = sha256(b"\1" + each + value)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            value = sha256(b"\1" + value + each)
        left, last = left >> 1, last >> 1
    demand(last == 0, f"{what}: the path is too short")
    demand(value == root, f"{what}: the path does not lead to the root")


def check_consistency(first: int, first_root: bytes, second: int, second_root: bytes,
                      path: list[bytes]) -> None:
    """RFC 9162 §2.1.4.2: that the first tree is the beginning of the second. Raises Fault."""
    demand(0 < first <= second, "the sizes are not in order")
    if first == second:
        demand(not path and first_root == second_root, "two roots of one size")
        return
    hashes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    demand(hashes != [], "the proof is too short")
    left, last = first - 1, second - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    old = new = hashes[0]
    for each in hashes[1:]:
        demand(last > 0, "the proof is too long")
        if left & 1 or left == last:
            old, new = sha256(b"\1" + each + old), sha256(b"\1" + each + new)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            new = sha256(b"\1" + new + each)
        left, last = left >> 1, last >> 1
    demand(last == 0, "the proof is too short")
    demand(old == first_root and new == second_root, "the proof leads to other roots")


@dataclass(frozen=True)
class VerifierKey:
    """`<name>+<8 hex>+<base64(type ‖ key)>`."""

    name: str
    key_id: bytes
    type: int
    raw: bytes

    @staticmethod
    def parse(vkey: str, where: str, type_: int) -> VerifierKey:
        parts = vkey.split("+", 2)
        demand(len(parts) == 3 and _is_name(parts[0]), f"{where} is no verifier key")
        data = decode_base64(parts[2], where)
        demand(len(data) == 33 and data[0] == type_, f"{where} is of another type")
        key_id = sha256(parts[0].encode() + b"\n" + data)[:4]
        demand(parts[1] == key_id.hex(), f"{where} has the id of another key")
        return VerifierKey(parts[0], key_id, type_, data[1:])


def log_key(value: object, where: str) -> VerifierKey:
    demand(isinstance(value, str), f"{where} is no text")
    return VerifierKey.parse(str(value), where, LOG)


def witness_key(value: object, where: str) -> VerifierKey:
    demand(isinstance(value, str), f"{where} is no text")
    return VerifierKey.parse(str(value), where, WITNESS)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(each.isspace() for each in name)


@dataclass(frozen=True)
class Line:
    """One signature line of a note."""

    name: str
    key_id: bytes
    signature: bytes

    def of(self, key: VerifierKey) -> bool:
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True)
class Checkpoint:
    """A note whose text is exactly origin, size and root."""

    body: bytes
    origin: str
    size: int
    root: bytes
    lines: list[Line]

    @staticmethod
    def parse(text: str, where: str) -> Checkpoint:
        demand(all(each >= " " or each == "\n" for each in text),
               f"{where}: a control character")
        body, separator, rest = text.rpartition("\n\n")
        demand(separator != "" and rest.endswith("\n"), f"{where} is no note")
        head = body.split("\n")
        demand(len(head) == 3, f"{where}: the checkpoint has not three lines")
        demand(_is_name(head[0]), f"{where}: no origin")
        root = decode_base64(head[2], f"{where}: the root")
        demand(len(root) == 32, f"{where}: the root is no hash")
        lines = [_line(each, where) for each in rest[:-1].split("\n")]
        demand(len(lines) <= LINES_MAX, f"{where}: more than {LINES_MAX} signature lines")
        return Checkpoint(f"{body}\n".encode(), head[0], decimal(head[1], f"{where}: the size"),
                          root, lines)

    def check_log_signature(self, line: Line, key: VerifierKey, what: str) -> None:
        verify_ed25519(key.raw, line.signature, self.body, what)

    def check_cosignature(self, line: Line, key: VerifierKey, what: str) -> int:
        """When the witness signed: seconds since 1970."""
        demand(len(line.signature) == 72, f"{what} is not 72 bytes long")
        when = int.from_bytes(line.signature[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % when + self.body
        verify_ed25519(key.raw, line.signature[8:], message, what)
        return when


def _line(text: str, where: str) -> Line:
    parts = text.split(" ")
    demand(len(parts) == 3 and parts[0] == "—" and _is_name(parts[1]),
           f"{where}: not a signature line")
    data = decode_base64(parts[2], f"{where}: a signature")
    demand(len(data) > 4, f"{where}: a signature line without signature")
    return Line(parts[1], data[:4], data[4:])


def decimal(value: str, where: str) -> int:
    demand(_DECIMAL.fullmatch(value) is not None and int(value) < 2**53,
           f"{where} is no decimal number")
    return int(value)


@dataclass(frozen=True)
class Proof:
    """A c2sp.org/tlog-proof@v1 without `extra`."""

    index: int
    path: list[bytes]
    checkpoint: Checkpoint

    @staticmethod
    def parse(value: object, where: str) -> Proof:
        demand(isinstance(value, str), f"{where} is no text")
        head, separator, note = str(value).partition("\n\n")
        lines = head.split("\n")
        demand(separator != "" and lines[0] == "c2sp.org/tlog-proof@v1" and len(lines) >= 2
               and lines[1].startswith("index "), f"{where} is no tlog-proof without extra line")
        demand(len(lines) - 2 <= HASHES_MAX, f"{where}: more than {HASHES_MAX} hashes")
        path = [decode_base64(each, f"{where}: a hash") for each in lines[2:]]
        demand(all(len(each) == 32 for each in path), f"{where}: a hash is not 32 bytes long")
        return Proof(decimal(lines[1][6:], f"{where}: the index"), path,
                     Checkpoint.parse(note, where))

    def check(self, leaf: bytes, what: str) -> None:
        check_inclusion(leaf_hash(leaf), self.index, self.checkpoint.size, self.path,
                        self.checkpoint.root, what)


def only_line_of(checkpoint: Checkpoint, keys: list[VerifierKey],
                 what: str) -> tuple[Line, VerifierKey]:
    """The log's own line and its key; what keys that nobody named have signed is left alone."""
    own = [(line, key) for line in checkpoint.lines for key in keys if line.of(key)]
    if len(own) != 1:
        raise Fault(f"{what} has {len(own)} lines of the log's own, not one")
    return own[0]
