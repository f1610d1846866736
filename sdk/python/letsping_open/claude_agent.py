"""Claude Agent SDK: `can_use_tool`, decided by a person.

    options = ClaudeAgentOptions(can_use_tool=can_use_tool(gate, run_id="order-4711"))

The SDK asks it about calls that its own rules do not settle: allow no tool there that needs
approval. The suggestions to allow a kind of call for ever are never taken up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from claude_agent_sdk import (PermissionResultAllow, PermissionResultDeny, ToolPermissionContext)

from .tool_gate import Denied, ToolGate

__all__ = ["can_use_tool"]

Answer = PermissionResultAllow | PermissionResultDeny


def can_use_tool(gate: ToolGate, *, run_id: str | None = None
                 ) -> Callable[[str, dict[str, Any], ToolPermissionContext], Awaitable[Answer]]:
    """The SDK waits as long as the gate does. With `run_id` a call that comes again in the same run
    is not asked about twice."""
    async def decide(tool: str, given: dict[str, Any], context: ToolPermissionContext) -> Answer:
        verdict = await gate.acheck(tool, given, run_id=run_id, call_id=context.tool_use_id)
        if isinstance(verdict, Denied):
            return PermissionResultDeny(message=verdict.message)
        return PermissionResultAllow(updated_input=verdict.args)
    return decide
