"""The OpenAI Agents SDK with a scripted model: approvals between runs, and guarded tools."""

import asyncio
import json

import pytest
from agents import Agent, Model, ModelResponse, Runner, Usage, function_tool, set_tracing_disabled
from openai.types.responses import (ResponseFunctionToolCall, ResponseOutputMessage,
                                    ResponseOutputText)

from letsping_open import ToolGate
from letsping_open.errors import DecryptionError
from letsping_open.openai_agents import guard, resume, run
from letsping_open.testing import FakeLetsPing, approve, fail

set_tracing_disabled(True)


class Scripted(Model):
    """Calls `pay` once for each of `calls`, and then repeats what the tools said."""

    def __init__(self, calls=1):
        self.calls = calls

    async def get_response(self, system_instructions, input, *_, **__):  # noqa: A002
        outputs = [] if isinstance(input, str) else [
            item["output"] for item in input if item.get("type") == "function_call_output"]
        if outputs:
            text = ResponseOutputText(text=" | ".join(map(str, outputs)), type="output_text",
                                      annotations=[])
            said = [ResponseOutputMessage(id="m", role="assistant", status="completed",
                                          type="message", content=[text])]
        else:
            said = [ResponseFunctionToolCall(
                name="pay", call_id=f"call_{n}", type="function_call",
                arguments=json.dumps({"amount": 100 + n})) for n in range(self.calls)]
        return ModelResponse(output=said, usage=Usage(), response_id=None)

    def stream_response(self, *_, **__):
        raise NotImplementedError


def agent_of(wrap=lambda tool: tool, calls=1, needs_approval=True):
    ran = []

    @function_tool(needs_approval=needs_approval)
    def pay(amount: int) -> str:
        """Pays."""
        ran.append(amount)
        return f"paid {amount}"
    return Agent(name="payer", model=Scripted(calls), tools=[wrap(pay)]), ran


def test_approved_calls_run_and_rejected_ones_say_why(place):
    def decide(request):
        second = next(one for one in place.requests() if one != request)
        place.approve(request)
        place.reject(second, "too much")
    agent, ran = agent_of(calls=2)
    place.soon(lambda _: decide(both(place)))
    result = asyncio.run(run(agent, "pay", place.gate, run_id=place.service))
    assert len(ran) == 1 and "too much" in result.final_output


def both(place):
    import time
    while len(place.requests()) < 2:
        time.sleep(0.02)
    return place.requests()[0]


def test_an_edit_runs_nothing_and_tells_the_model_what_to_propose(place):
    agent, ran = agent_of()
    place.soon(place.edit, '{"amount": 5}')
    result = asyncio.run(run(agent, "pay", place.gate, run_id=place.service))
    assert not ran and 'exactly these: {"amount": 5}' in result.final_output


def test_a_kept_state_goes_on_elsewhere_and_asks_once(place):
    kept = []

    class Killed(BaseException):
        pass

    def keep(text):
        kept.append(text)
        raise Killed  # before anybody was asked, and again below after that

    agent, ran = agent_of()
    with pytest.raises(Killed):
        asyncio.run(run(agent, "pay", place.gate, run_id=place.service, keep=keep))
    asked = place.gate.ask("pay", {"amount": 100}, run_id=place.service, call_id="call_0")
    place.approve(asked)
    again, ran_again = agent_of()
    result = asyncio.run(resume(again, kept[0], place.new_gate(), run_id=place.service))
    assert ran_again == [100] and not ran and result.final_output == "paid 100"
    assert not place.requests() and '"amount"' not in kept[0]


def test_a_kept_state_of_another_run_is_refused():
    gate, kept = ToolGate(FakeLetsPing(approve)), []
    agent, ran = agent_of()
    asyncio.run(run(agent, "pay", gate, run_id="one", keep=kept.append))
    assert ran == [100]
    with pytest.raises(DecryptionError):
        asyncio.run(resume(agent, kept[0], gate, run_id="two"))
    # And in its own run the approval was used.
    result = asyncio.run(resume(agent, kept[0], gate, run_id="one"))
    assert ran == [100] and "used before" in result.final_output


def test_a_guarded_tool_runs_with_the_edit(place):
    agent, ran = agent_of(lambda tool: guard(tool, place.gate), needs_approval=False)
    place.soon(place.edit, '{"amount": 5}')
    result = asyncio.run(Runner.run(agent, "pay"))
    assert ran == [5] and result.final_output == "paid 5"


def test_a_server_that_cannot_be_asked_denies():
    gate = ToolGate(FakeLetsPing(fail()))
    agent, ran = agent_of()
    assert "unreachable" in asyncio.run(run(agent, "pay", gate, run_id="r")).final_output
    guarded, ran_guarded = agent_of(lambda tool: guard(tool, gate), needs_approval=False)
    assert "unreachable" in asyncio.run(Runner.run(guarded, "pay")).final_output
    assert not ran and not ran_guarded
