"""A LangGraph agent that refunds an order once a person has approved it.

    python agent.py start order-4711     asks, and waits
    python agent.py resume order-4711    after a crash, a deployment, a night: goes on where it was

It needs LETSPING_BASE_URL, LETSPING_API_KEY and LETSPING_ENCRYPTION_KEY. The thread is kept on the
LetsPing server, encrypted; approvals that were used are files in ./used, so nothing is paid twice.
The model is scripted, so that the example says the same every time: put yours in its place.
"""

import json
import os
import sys
from pathlib import Path

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

from letsping_open import DirectoryLedger, LetsPing, ToolGate
from letsping_open.langchain import LetsPingMiddleware
from letsping_open.langgraph import resume
from letsping_open.langgraph_saver import LetsPingSaver

PAID = Path("paid.jsonl")  # the payment provider of this example


@tool
def refund(order: str, amount_cents: int) -> str:
    """Pays an order back."""
    with PAID.open("a") as book:
        book.write(json.dumps({"order": order, "amount_cents": amount_cents}) + "\n")
    return f"refunded {amount_cents} cents of {order}"


class ScriptedModel(BaseChatModel):
    order: str

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **_):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **_):
        if isinstance(messages[-1], ToolMessage):
            said = AIMessage(messages[-1].text)
        else:
            said = AIMessage("", tool_calls=[{
                "name": "refund", "id": "call_1",
                "args": {"order": self.order, "amount_cents": 12_000}}])
        return ChatResult(generations=[ChatGeneration(message=said)])


def main(command, order):
    client = LetsPing(require_encryption=True)
    gate = ToolGate(client, service=os.environ.get("AGENT", "refunds"), timeout=3600,
                    ledger=DirectoryLedger("used"))
    agent = create_agent(ScriptedModel(order=order), [refund], checkpointer=LetsPingSaver(client),
                         middleware=[LetsPingMiddleware(gate)])
    config = {"configurable": {"thread_id": f"refund-{order}"}}
    if command == "start":
        agent.invoke({"messages": [("user", f"refund {order}")]}, config)
    print("waiting", flush=True)
    print(resume(agent, config, gate)["messages"][-1].text, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
