"""OpenAI Agents SDK: tools with `needs_approval`, decided by a person; or one tool, in place.

    result = await run(agent, "refund order 4711", gate, run_id="order-4711", keep=store)
    result = await resume(agent, store.load(), gate, run_id="order-4711", keep=store)

The framework cannot change the arguments of a pending call: an edit is a denial that tells the
model what to propose. `guard(tool, gate)` asks inside the tool and passes edits on.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from agents import Agent, FunctionTool, Runner, RunResult
from agents.run_state import RunState
from agents.tool_context import ToolContext

from .decision import RequestId
from .tool_gate import Allowed, Denied, ToolGate

__all__ = ["guard", "resume", "run"]


async def run(agent: Agent[Any], given: Any, gate: ToolGate, *, run_id: str,
              keep: Callable[[str], None] | None = None, **options: Any) -> RunResult:
    """Runner.run, until nothing waits for approval. `keep` is given each state to go on from after
    a crash, encrypted under the content key, before a person is waited for."""
    result = await Runner.run(agent, given, **options)
    while result.interruptions:
        state = result.to_state()
        if keep is not None:
            keep(json.dumps(gate.client.sealer.seal_for(f"openai-agents/{run_id}",
                                                        state.to_string())))
        await _decide_all(state, gate, run_id)
        result = await Runner.run(agent, state, **options)
    return result


async def resume(agent: Agent[Any], kept: str, gate: ToolGate, *, run_id: str,
                 keep: Callable[[str], None] | None = None, **options: Any) -> RunResult:
    """Goes on from what `keep` was given, in any process that has the content key."""
    text = gate.client.sealer.open_for(f"openai-agents/{run_id}", json.loads(kept))
    state = await RunState.from_string(agent, text)
    await _decide_all(state, gate, run_id)
    return await run(agent, state, gate, run_id=run_id, keep=keep, **options)


async def _decide_all(state: Any, gate: ToolGate, run_id: str) -> None:
    waiting = [(item, _asked(item, gate, run_id)) for item in state.get_interruptions()]
    for item, asked in waiting:  # all are before the person by now
        name = item.tool_name or "tool"
        verdict = asked if isinstance(asked, Denied) else await gate.asettle(name, asked)
        if isinstance(verdict, Allowed) and not verdict.edited:
            state.approve(item)  # this call, and never "always"
        else:
            state.reject(item, rejection_message=_message(name, verdict))


def _asked(item: Any, gate: ToolGate, run_id: str) -> RequestId | Denied:
    raw = item.raw_item
    read = raw.get if isinstance(raw, dict) else lambda name: getattr(raw, name, None)
    name, arguments = item.tool_name, read("arguments")
    if not name or not isinstance(arguments, str):
        # A shell command or a patch: its bytes are not in one place that a person could be shown.
        return Denied("This kind of tool was not run: nobody here can be asked about it.",
                      "unsupported")
    return gate.ask(name, arguments, run_id=run_id, call_id=read("call_id") or "")


def _message(name: str, verdict: Allowed | Denied) -> str:
    if isinstance(verdict, Denied):
        return verdict.message
    wanted = json.dumps(verdict.args, ensure_ascii=False)
    return (f"The tool {name} was not run: a person wants other arguments. "
            f"Propose it again with exactly these: {wanted}")


def guard(tool: FunctionTool, gate: ToolGate,
          run_id: Callable[[ToolContext[Any]], str] | None = None) -> FunctionTool:
    """The tool, which asks before it runs and runs with what was approved. `run_id` tells the run
    from its context; without it every call asks anew."""
    inner = tool.on_invoke_tool

    async def invoke(context: ToolContext[Any], arguments: str) -> Any:
        try:
            run = run_id(context) if run_id else None
        except Exception:  # noqa: BLE001 - no name of the run: the tool does not run
            return f"The tool {tool.name} was not run: its run has no name."
        verdict = await gate.acheck(tool.name, arguments, run_id=run,
                                    call_id=context.tool_call_id, schema=tool.params_json_schema)
        if isinstance(verdict, Denied):
            return verdict.message
        return await inner(context, json.dumps(verdict.args, ensure_ascii=False))

    return dataclasses.replace(tool, on_invoke_tool=invoke)
