"""The newest checkpoint of each log that was seen: a log that shows another past is refused.

In memory this holds within a process; in a directory also across restarts.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Protocol

from .errors import IntegrityError

__all__ = ["DirectoryPins", "MemoryPins", "Pins"]


class Pins(Protocol):
    def read(self, origin: str) -> tuple[int, bytes] | None:
        """Size and root of the largest tree seen of this log."""

    def write(self, origin: str, size: int, root: bytes) -> None:
        """Keeps it, unless a larger one is kept already."""


class MemoryPins:
    def __init__(self) -> None:
        self._kept, self._lock = dict[str, tuple[int, bytes]](), threading.Lock()

    def read(self, origin: str) -> tuple[int, bytes] | None:
        return self._kept.get(origin)

    def write(self, origin: str, size: int, root: bytes) -> None:
        with self._lock:
            if size > self._kept.get(origin, (0, b""))[0]:
                self._kept[origin] = size, root


class DirectoryPins:
    """A file for each log, replaced as a whole. Of two processes at once the later write stays:
    an older checkpoint of the same log, which the next one is compared with all the same."""

    def __init__(self, directory: str | os.PathLike[str]):
        self._directory = Path(directory)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _path(self, origin: str) -> Path:
        return self._directory / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"

    def read(self, origin: str) -> tuple[int, bytes] | None:
        try:
            kept = json.loads(self._path(origin).read_bytes())
            size, root = kept["size"], bytes.fromhex(kept["root"])
            if kept["origin"] == origin and type(size) is int and size > 0 and len(root) == 32:
                return size, root
        except FileNotFoundError:
            return None
        except (KeyError, TypeError, ValueError):
            pass  # Refused below: to begin anew would forget what was seen.
        raise IntegrityError(f"the kept checkpoint {self._path(origin)} cannot be read",
                             code="pin_unreadable")

    def write(self, origin: str, size: int, root: bytes) -> None:
        kept = self.read(origin)
        if kept is not None and kept[0] >= size:
            return
        with tempfile.NamedTemporaryFile("w", dir=self._directory, delete=False) as file:
            json.dump({"origin": origin, "size": size, "root": root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self._path(origin))
