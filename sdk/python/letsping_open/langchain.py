"""LangChain agents: a middleware that has a person decide about calls of tools.

    agent = create_agent(model, [refund], checkpointer=saver,
                         middleware=[LetsPingMiddleware(gate, tools={"refund"})])
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from langchain.agents.middleware import AgentMiddleware

from .langgraph import apausing, pausing
from .tool_gate import ToolGate

__all__ = ["LetsPingMiddleware"]


class LetsPingMiddleware(AgentMiddleware):
    """Give it last, nearest to the tools: what another middleware changes after it, nobody has
    approved. `tools` names those that need approval; None is all of them."""

    def __init__(self, gate: ToolGate, tools: Collection[str] | None = None):
        super().__init__()
        self._wrap, self._awrap = pausing(gate, tools), apausing(gate, tools)

    def wrap_tool_call(self, request: Any, handler: Any) -> Any:
        return self._wrap(request, handler)

    async def awrap_tool_call(self, request: Any, handler: Any) -> Any:
        return await self._awrap(request, handler)
