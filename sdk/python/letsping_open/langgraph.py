"""LangGraph: a gate before tools that pauses the thread while a person thinks.

    node = ToolNode([refund], wrap_tool_call=pausing(gate))     # or approval(gate, …) in a node
    graph = builder.compile(checkpointer=saver)
    graph.invoke(inputs, config)                                # pauses: nothing holds a process
    resume(graph, config, gate)                                 # in any process, after the decision

What resumes a thread proves nothing: the gate asks the server for the decision itself, and runs
what it approved. Without a checkpointer the call waits in place.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from langchain_core.messages import ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command, interrupt

from .background import in_background
from .errors import LetsPingError
from .tool_gate import Allowed, Denied, ToolGate

__all__ = ["apausing", "approval", "aresume", "pausing", "resume", "waiting_for"]

Handler = Callable[[ToolCallRequest], Any]
AsyncHandler = Callable[[ToolCallRequest], Awaitable[Any]]


def approval(gate: ToolGate, tool: str, args: dict[str, Any], config: Any, call_id: str,
             schema: Any = None) -> Allowed | Denied:
    """For a node of one's own, before it acts. The code before it runs again on resume."""
    thread = _thread_of(config)
    asked = gate.ask(tool, args, run_id=thread, call_id=call_id, schema=schema)
    if isinstance(asked, Denied):
        return asked
    if thread is not None and not gate.decided(tool, asked):
        # Raises out of the node the first time. What it returns on resume is nobody's proof.
        interrupt({"letsping": {"request_id": str(asked), "tool": tool, "url": asked.url}})
    return gate.settle(tool, asked)


def pausing(gate: ToolGate, tools: Collection[str] | None = None) -> Callable[..., Any]:
    """`wrap_tool_call` of a ToolNode. `tools` names those that need approval; None is all."""
    def wrap(request: ToolCallRequest, handler: Handler) -> Any:
        call = request.tool_call
        if tools is not None and call["name"] not in tools:
            return handler(request)
        return _carry_out(request, _verdict(gate, request), handler)
    return wrap


def apausing(gate: ToolGate, tools: Collection[str] | None = None) -> Callable[..., Any]:
    """`awrap_tool_call` of a ToolNode."""
    async def wrap(request: ToolCallRequest, handler: AsyncHandler) -> Any:
        call = request.tool_call
        if tools is not None and call["name"] not in tools:
            return await handler(request)
        verdict = await in_background(_verdict, gate, request)
        done = _carry_out(request, verdict, lambda approved: approved)
        return done if isinstance(done, ToolMessage) else _told(await handler(done), verdict)
    return wrap


def _verdict(gate: ToolGate, request: ToolCallRequest) -> Allowed | Denied:
    call = request.tool_call
    return approval(gate, call["name"], call["args"], request.runtime.config,
                    call["id"] or "", _schema_of(request.tool))


def _carry_out(request: ToolCallRequest, verdict: Allowed | Denied, handler: Handler) -> Any:
    call = request.tool_call
    if isinstance(verdict, Denied):
        return ToolMessage(verdict.message, name=call["name"], tool_call_id=call["id"],
                           status="error")
    done = handler(request.override(tool_call={**call, "args": verdict.args}))
    return _told(done, verdict)


def _told(done: Any, verdict: Any) -> Any:
    """The model still sees the arguments that it proposed: say which ones ran."""
    if isinstance(done, ToolMessage) and isinstance(done.content, str) and verdict.edited:
        ran = json.dumps(verdict.args, ensure_ascii=False)
        return done.model_copy(update={
            "content": f"A person changed the arguments to {ran}.\n{done.content}"})
    return done


def waiting_for(state: Any) -> dict[str, str]:
    """The requests that a paused thread waits for, by the id of its interrupt. `state` is what
    `graph.get_state(config)` says."""
    return {one.id: one.value["letsping"]["request_id"] for one in state.interrupts
            if isinstance(one.value, dict) and "letsping" in one.value}


def resume(graph: Any, config: Any, gate: ToolGate) -> Any:
    """Waits for the decisions that the thread waits for, and goes on until it pauses for something
    else or ends: its values. Raises when the server cannot be asked; the thread stays paused."""
    while waiting := waiting_for(state := graph.get_state(config)):
        _outlast(gate, waiting)
        graph.invoke(_go_on(waiting), config)
    return state.values


async def aresume(graph: Any, config: Any, gate: ToolGate) -> Any:
    """The same for asyncio."""
    while waiting := waiting_for(state := await graph.aget_state(config)):
        await in_background(_outlast, gate, waiting)
        await graph.ainvoke(_go_on(waiting), config)
    return state.values


def _go_on(waiting: dict[str, str]) -> Command[Any]:
    """Each interrupt by its id: others of the same thread stay open."""
    return Command(resume={key: {"request_id": request} for key, request in waiting.items()})


def _outlast(gate: ToolGate, waiting: dict[str, str]) -> None:
    for request in waiting.values():
        try:
            gate.client.wait(request, timeout=gate.timeout)
        except LetsPingError as settled:
            # The tool's own gate reads the answer again, and denies what is to be denied.
            if settled.code == "unreachable" or settled.status is not None:
                raise


def _thread_of(config: Any) -> str | None:
    configurable = (config or {}).get("configurable") or {}
    thread = configurable.get("thread_id")
    # Without a checkpointer there is nothing to pause into.
    if thread is None or configurable.get("__pregel_checkpointer") in (None, False):
        return None
    return json.dumps([str(thread), str(configurable.get("checkpoint_ns", "")).split(":")[0]])


def _schema_of(tool: Any) -> Any:
    if tool is None:
        return None
    try:
        given = tool.tool_call_schema
        return given if isinstance(given, dict) else given.model_json_schema()
    except Exception:  # noqa: BLE001 - a form for the person, not a part of the decision
        return None
