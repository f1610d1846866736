"""Blocking calls for asyncio, each in a daemon thread: a wait of hours must not keep a program
from ending, as the threads of asyncio's own executor do."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_background(call: Callable[..., T], *args: Any, **named: Any) -> T:
    """Cancelling the task sets the event that `call` takes as `stop`, so that it ends soon."""
    loop, context = asyncio.get_running_loop(), contextvars.copy_context()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def work() -> None:
        result, error = None, None
        try:
            result = context.run(call, *args, **named)
        except BaseException as raised:  # noqa: BLE001 - it is raised again, where it is awaited
            error = raised
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            pass  # The loop has ended, and with it whoever waited.

    threading.Thread(target=work, name="letsping", daemon=True).start()
    try:
        return await done
    except asyncio.CancelledError:
        stop = named.get("stop")
        if stop is not None:
            stop.set()
        raise
