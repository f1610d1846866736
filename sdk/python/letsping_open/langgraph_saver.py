"""A LangGraph checkpointer that keeps threads on the LetsPing server, encrypted.

Checkpoints, pending writes, metadata and names of threads leave this process sealed under the
content key; the server keeps what it cannot read. One process writes a thread at a time.
"""

from __future__ import annotations

import base64
import json
import threading
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langgraph.checkpoint.base import (WRITES_IDX_MAP, BaseCheckpointSaver, CheckpointTuple,
                                       get_checkpoint_id, get_checkpoint_metadata)

from .background import in_background
from .client import LetsPing
from .errors import ConfigurationError, DecryptionError, LetsPingError

__all__ = ["LetsPingSaver"]

_PATH = "/langgraph/checkpoints"


class LetsPingSaver(BaseCheckpointSaver):
    """`client` needs a content key. `list` follows a thread from its newest checkpoint back."""

    def __init__(self, client: LetsPing):
        super().__init__()
        if not client.sealer.encrypts:
            raise ConfigurationError("the checkpointer needs LETSPING_ENCRYPTION_KEY",
                                     code="encryption_key")
        self._client, self._lock = client, threading.RLock()

    # ---- one row of the server ------------------------------------------------------------------

    def _name(self, kind: str, *words: str) -> str:
        return f"{kind}-{self._client.sealer.hidden_name('langgraph', kind, *words)}"

    def _write(self, row: str, key: str, value: Any) -> None:
        sealed = self._client.sealer.seal_for(f"{row}/{key}", json.dumps(value))
        # The name stands in the envelope's context, which is authenticated: rows cannot be swapped.
        self._client.transport.call("POST", _PATH, {
            "thread_id": row, "checkpoint_id": key, "checkpoint": sealed, "metadata": {}})

    def _read(self, row: str, key: str | None) -> Any:
        query = {"thread_id": row} | ({"checkpoint_id": key} if key else {"latest": "1"})
        try:
            found = self._client.transport.call("GET", f"{_PATH}?{urllib.parse.urlencode(query)}")
        except LetsPingError as refused:
            if refused.status == 404:
                return None
            raise
        sealed = found.get("checkpoint") if isinstance(found, dict) else None
        if sealed is None:
            return None
        if key is None:
            key = str((sealed.get("ctx") or {}).get("origin", "")).removeprefix(f"{row}/")
        return json.loads(self._client.sealer.open_for(f"{row}/{key}", sealed))

    def _forget(self, row: str) -> None:
        query = urllib.parse.urlencode({"thread_id": row})
        self._client.transport.call("DELETE", f"{_PATH}?{query}")

    # ---- what LangGraph calls -------------------------------------------------------------------

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        thread, space, parent = _where(config)
        row, key = self._name("thread", thread, space), checkpoint["id"]
        with self._lock:
            self._write(row, key, {
                "id": key, "parent": parent, "checkpoint": self._dump(checkpoint),
                "metadata": self._dump(get_checkpoint_metadata(config, metadata))})
            self._remember(thread, space)
        return _config(thread, space, key)

    def put_writes(self, config: Any, writes: Sequence[tuple[str, Any]], task_id: str,
                   task_path: str = "") -> None:
        thread, space, key = _where(config)
        row = self._name("writes", thread, space, str(key))
        with self._lock:
            kept = self._read(row, "writes") or []
            known = {(one["task"], one["index"]): at for at, one in enumerate(kept)}
            for index, (channel, value) in enumerate(writes):
                place = WRITES_IDX_MAP.get(channel, index)
                made = {"task": task_id, "index": place, "channel": channel, "path": task_path,
                        "value": self._dump(value)}
                at = known.get((task_id, place))
                if at is None:
                    kept.append(made)
                elif place < 0:  # Errors and interrupts are replaced; a task's results are not.
                    kept[at] = made
            self._write(row, "writes", kept)

    def get_tuple(self, config: Any) -> CheckpointTuple | None:
        thread, space, _ = _where(config)
        found = self._read(self._name("thread", thread, space), get_checkpoint_id(config))
        if found is None:
            return None
        writes = self._read(self._name("writes", thread, space, found["id"]), "writes") or []
        parent = found["parent"]
        return CheckpointTuple(
            config=_config(thread, space, found["id"]),
            checkpoint=self._load(found["checkpoint"]), metadata=self._load(found["metadata"]),
            parent_config=_config(thread, space, parent) if parent else None,
            pending_writes=[(one["task"], one["channel"], self._load(one["value"]))
                            for one in writes])

    def list(self, config: Any, *, filter: Any = None, before: Any = None,  # noqa: A002
             limit: int | None = None) -> Iterator[CheckpointTuple]:
        if config is None:
            raise NotImplementedError("threads are listed one at a time: their names are hidden")
        oldest = get_checkpoint_id(before) if before else None
        found = self.get_tuple(config)
        while found is not None and (limit is None or limit > 0):
            name = found.config["configurable"]["checkpoint_id"]
            told = filter is None or all(found.metadata.get(key) == value
                                         for key, value in filter.items())
            if told and (oldest is None or name < oldest):
                limit = None if limit is None else limit - 1
                yield found
            if get_checkpoint_id(config) or found.parent_config is None:
                return
            found = self.get_tuple(found.parent_config)

    def delete_thread(self, thread_id: str) -> None:
        with self._lock:
            spaces = self._read(self._name("spaces", thread_id), "spaces") or []
            for space in spaces:
                at: Any = _config(thread_id, space, None)
                for found in self.list(at):
                    name = found.config["configurable"]["checkpoint_id"]
                    self._forget(self._name("writes", thread_id, space, name))
                self._forget(self._name("thread", thread_id, space))
            self._forget(self._name("spaces", thread_id))

    def _remember(self, thread: str, space: str) -> None:
        row = self._name("spaces", thread)
        spaces = self._read(row, "spaces") or []
        if space not in spaces:
            self._write(row, "spaces", [*spaces, space])

    def get_next_version(self, current: Any, channel: None) -> int:
        return (current or 0) + 1

    async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
        return await in_background(self.get_tuple, config)

    async def aput(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        return await in_background(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(self, config: Any, writes: Any, task_id: str,
                          task_path: str = "") -> None:
        await in_background(self.put_writes, config, writes, task_id, task_path)

    async def alist(self, config: Any, **more: Any) -> AsyncIterator[CheckpointTuple]:
        for found in await in_background(lambda: [*self.list(config, **more)]):
            yield found

    async def adelete_thread(self, thread_id: str) -> None:
        await in_background(self.delete_thread, thread_id)

    def _dump(self, value: Any) -> list[str]:
        kind, data = self.serde.dumps_typed(value)
        return [kind, base64.b64encode(data).decode()]

    def _load(self, kept: Any) -> Any:
        try:
            kind, data = kept
            return self.serde.loads_typed((kind, base64.b64decode(data, validate=True)))
        except ValueError:
            raise DecryptionError("what was kept is no checkpoint", code="malformed") from None


def _where(config: Any) -> tuple[str, str, str | None]:
    given = config["configurable"]
    return str(given["thread_id"]), str(given.get("checkpoint_ns", "")), get_checkpoint_id(config)


def _config(thread: str, space: str, name: str | None) -> Any:
    given = {"thread_id": thread, "checkpoint_ns": space}
    return {"configurable": given if name is None else {**given, "checkpoint_id": name}}
