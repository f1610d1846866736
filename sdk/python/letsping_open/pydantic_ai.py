"""Pydantic AI: tools with `requires_approval=True`, decided by a person.

    agent = Agent(model, capabilities=[approvals(gate)])            # waits within the run
    results = await resolve(gate, requests, run_id="order-4711")    # or between two runs
"""

from __future__ import annotations

from typing import Any

from pydantic_ai import DeferredToolRequests, DeferredToolResults, ToolApproved, ToolDenied
from pydantic_ai.capabilities import HandleDeferredToolCalls

from .tool_gate import Allowed, Denied, ToolGate

__all__ = ["approvals", "resolve"]


async def resolve(gate: ToolGate, requests: DeferredToolRequests, *,
                  run_id: str) -> DeferredToolResults:
    """An answer to each call that needs approval, edits as `override_args`. The same `run_id` after
    a crash finds the same requests again. Calls for execution elsewhere are left alone."""
    asked = [(call, gate.ask(call.tool_name, call.args, run_id=run_id,
                             call_id=call.tool_call_id)) for call in requests.approvals]
    results = DeferredToolResults()
    for call, request in asked:  # all are before the person by now
        verdict = (request if isinstance(request, Denied)
                   else await gate.asettle(call.tool_name, request))
        results.approvals[call.tool_call_id] = (
            ToolApproved(override_args=verdict.args) if isinstance(verdict, Allowed)
            else ToolDenied(verdict.message))
    return results


def approvals(gate: ToolGate) -> HandleDeferredToolCalls[Any]:
    """A capability of an agent: the run waits for the person and goes on by itself."""
    async def handle(context: Any, requests: DeferredToolRequests) -> DeferredToolResults:
        return await resolve(gate, requests, run_id=str(context.run_id))
    return HandleDeferredToolCalls(handler=handle)
