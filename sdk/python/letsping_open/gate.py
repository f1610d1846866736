"""A function or a block that runs only after an approval, with what was approved."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .decision import Decision
from .errors import ConfigurationError

if TYPE_CHECKING:
    from .client import LetsPing


def require_approval(client: LetsPing, service: str, action: str | None = None, *,
                     when: Callable[[dict[str, Any]], bool] | None = None,
                     leave_out: tuple[str, ...] = ("self", "cls"),
                     **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Wraps a function, coroutine, generator or method. The payload is its arguments by name, all
    but `leave_out`; it is called with those that were approved. `when` says of which calls a person
    is asked. An edit may change arguments and leave out none."""
    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        signature, name = inspect.signature(function), action or function.__name__

        def bound(args: Any, named: Any) -> inspect.BoundArguments:
            call = signature.bind(*args, **named)
            call.apply_defaults()
            return call

        def payload_of(call: inspect.BoundArguments) -> dict[str, Any]:
            return {key: value for key, value in call.arguments.items() if key not in leave_out}

        def needed(call: inspect.BoundArguments) -> bool:
            return when is None or when(payload_of(call))

        def with_approved(call: inspect.BoundArguments, decision: Decision) -> Any:
            asked, approved = payload_of(call), decision.approved
            if set(asked) != set(approved):
                raise ConfigurationError("the approved arguments are not those of the function",
                                         code="edit_unfit", request_id=decision.request_id)
            for key in asked:
                call.arguments[key] = approved[key]
            return function(*call.args, **call.kwargs)

        def ask(call: inspect.BoundArguments) -> Decision:
            return client.ask(service, name, payload_of(call), **options)

        async def aask(call: inspect.BoundArguments) -> Decision:
            return await client.aask(service, name, payload_of(call), **options)

        if inspect.isasyncgenfunction(function):
            @functools.wraps(function)
            async def async_generator(*args: Any, **named: Any) -> Any:
                call = bound(args, named)
                made = (with_approved(call, await aask(call)) if needed(call)
                        else function(*args, **named))
                async for item in made:
                    yield item
            return async_generator
        if inspect.iscoroutinefunction(function):
            @functools.wraps(function)
            async def coroutine(*args: Any, **named: Any) -> Any:
                call = bound(args, named)
                if not needed(call):
                    return await function(*args, **named)
                return await with_approved(call, await aask(call))
            return coroutine
        if inspect.isgeneratorfunction(function):
            @functools.wraps(function)
            def generator(*args: Any, **named: Any) -> Any:
                call = bound(args, named)
                yield from (with_approved(call, ask(call)) if needed(call)
                            else function(*args, **named))
            return generator

        @functools.wraps(function)
        def plain(*args: Any, **named: Any) -> Any:
            call = bound(args, named)
            return with_approved(call, ask(call)) if needed(call) else function(*args, **named)
        return plain
    return wrap


class gate:  # noqa: N801 - it reads as a statement: `with lp.gate(…)`
    """`with` and `async with`: entering asks and waits, and raises unless it was approved."""

    def __init__(self, client: LetsPing, service: str, action: str, payload: Any, **options: Any):
        self._client, self._ask, self._options = client, (service, action, payload), options

    def __enter__(self) -> Decision:
        return self._client.ask(*self._ask, **self._options)

    def __exit__(self, *_: Any) -> None:
        return None

    async def __aenter__(self) -> Decision:
        return await self._client.aask(*self._ask, **self._options)

    async def __aexit__(self, *_: Any) -> None:
        return None
