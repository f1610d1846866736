"""Pydantic AI with its FunctionModel: approvals within a run, and between two."""

import asyncio

from pydantic_ai import Agent, DeferredToolRequests, ModelMessagesTypeAdapter
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel

from letsping_open import ToolGate
from letsping_open.pydantic_ai import approvals, resolve
from letsping_open.testing import FakeLetsPing, fail


def script(messages, _info):
    """Proposes once to pay, and then repeats what the tool said."""
    returned = [part for part in messages[-1].parts if isinstance(part, ToolReturnPart)]
    if returned:
        return ModelResponse([TextPart(str(returned[0].content))])
    return ModelResponse([ToolCallPart("pay", {"amount": 100}, tool_call_id="call_1")])


def agent_of(**more):
    ran = []
    agent = Agent(FunctionModel(script), **more)

    @agent.tool_plain(requires_approval=True)
    def pay(amount: int) -> str:
        ran.append(amount)
        return f"paid {amount}"
    return agent, ran


def test_a_run_waits_and_runs_the_edit(place):
    agent, ran = agent_of(capabilities=[approvals(place.gate)])
    place.soon(place.edit, '{"amount": 5}')
    assert asyncio.run(agent.run("pay")).output == "paid 5"
    assert ran == [5]


def test_the_reason_of_a_rejection_reaches_the_model(place):
    agent, ran = agent_of(capabilities=[approvals(place.gate)])
    place.soon(place.reject, "not today")
    assert "not today" in asyncio.run(agent.run("pay")).output
    assert not ran


def test_a_run_goes_on_elsewhere_from_its_messages_and_asks_once(place):
    agent, ran = agent_of(output_type=[str, DeferredToolRequests])
    first = asyncio.run(agent.run("pay"))
    kept = ModelMessagesTypeAdapter.dump_json(first.all_messages())
    # The process asks, and dies before the decision; the next one asks again under the same name.
    place.gate.ask("pay", {"amount": 100}, run_id=place.service, call_id="call_1")
    place.soon(place.approve)
    messages = ModelMessagesTypeAdapter.validate_json(kept)

    async def go_on():
        results = await resolve(place.new_gate(), first.output, run_id=place.service)
        return await agent.run(message_history=messages, deferred_tool_results=results)
    assert asyncio.run(go_on()).output == "paid 100"
    assert ran == [100] and not place.requests()


def test_a_server_that_cannot_be_asked_denies():
    agent, ran = agent_of(capabilities=[approvals(ToolGate(FakeLetsPing(fail())))])
    assert "unreachable" in asyncio.run(agent.run("pay")).output
    assert not ran
