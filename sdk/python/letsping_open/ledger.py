"""An approval is for one execution: the ledger of those that were used.

Written before the tool runs. A process that dies in between has not run the tool, or has: nobody
can tell, so the approval stays used and a person is asked anew.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Protocol

__all__ = ["DirectoryLedger", "Ledger", "MemoryLedger"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Ledger(Protocol):
    def use(self, request_id: str) -> bool:
        """True once for each id, and then never again."""


class MemoryLedger:
    """Within this process."""

    def __init__(self) -> None:
        self._used, self._lock = set[str](), threading.Lock()

    def use(self, request_id: str) -> bool:
        with self._lock:
            if request_id in self._used:
                return False
            self._used.add(request_id)
            return True


class DirectoryLedger:
    """Also after a crash, and between the processes of one machine: a file for each."""

    def __init__(self, directory: str | os.PathLike[str]):
        self._directory = Path(directory)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def use(self, request_id: str) -> bool:
        if not _NAME.fullmatch(request_id):
            raise ValueError("this is no id of a request")
        try:
            made = os.open(self._directory / request_id,
                           os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return False
        os.close(made)
        folder = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True
