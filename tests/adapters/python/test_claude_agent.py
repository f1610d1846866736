"""The Claude Agent SDK over a scripted transport in place of its command-line program."""

import asyncio
import json

from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient
from claude_agent_sdk import Transport

from letsping_open import ToolGate
from letsping_open.claude_agent import can_use_tool
from letsping_open.testing import FakeLetsPing, fail

GIVEN = {"command": "rm -r build"}


class Program(Transport):
    """Says that it wants to run a tool, and keeps what it is answered."""

    def __init__(self):
        self.answer, self._say = None, asyncio.Queue()

    async def connect(self):
        pass

    async def write(self, data):
        said = json.loads(data)
        if said["type"] == "control_response":
            self.answer = said["response"]
            await self._say.put(None)
        elif said["type"] == "control_request":
            await self._say.put({"type": "control_response", "response": {
                "subtype": "success", "request_id": said["request_id"], "response": {}}})
            if said["request"]["subtype"] == "initialize":
                await self._say.put({"type": "control_request", "request_id": "r1", "request": {
                    "subtype": "can_use_tool", "tool_name": "Bash", "input": GIVEN,
                    "tool_use_id": "toolu_1", "permission_suggestions": [
                        {"type": "addRules", "rules": [{"toolName": "Bash"}],
                         "behavior": "allow", "destination": "session"}]}})

    async def read_messages(self):
        while (said := await self._say.get()) is not None:
            yield said

    async def close(self):
        await self._say.put(None)

    def is_ready(self):
        return True

    async def end_input(self):
        pass


def answer_of(gate):
    """What the program is told about the tool."""
    async def play():
        program = Program()
        options = ClaudeAgentOptions(can_use_tool=can_use_tool(gate, run_id="run-1"))
        async with ClaudeSDKClient(options, transport=program) as client:
            async for _ in client.receive_messages():
                pass
        return program.answer["response"]
    return asyncio.run(play())


def test_an_edit_is_what_runs_and_no_rule_is_added(place):
    place.soon(place.edit, '{"command": "rm -r build/tmp"}')
    assert answer_of(place.gate) == {"behavior": "allow",
                                     "updatedInput": {"command": "rm -r build/tmp"}}


def test_the_reason_of_a_rejection_reaches_the_model(place):
    place.soon(place.reject, "keep the build")
    told = answer_of(place.gate)
    assert told["behavior"] == "deny" and "keep the build" in told["message"]


def test_a_server_that_cannot_be_asked_denies():
    told = answer_of(ToolGate(FakeLetsPing(fail("unreachable"))))
    assert told["behavior"] == "deny" and "unreachable" in told["message"]
