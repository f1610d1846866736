"""LangChain and LangGraph: middleware, pauses, the encrypted checkpointer, an agent killed."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from conftest import CONTENT_KEY, ROOT
from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from letsping_open import LetsPing, ToolGate
from letsping_open.errors import ConfigurationError, DecryptionError
from letsping_open.langchain import LetsPingMiddleware
from letsping_open.langgraph import aresume, resume, waiting_for
from letsping_open.langgraph_saver import LetsPingSaver
from letsping_open.testing import FakeLetsPing, fail


class Model(GenericFakeChatModel):
    def bind_tools(self, tools, **_):
        return self


def agent_of(gate, saver=None, calls=1, **more):
    """(agent, what its tool ran with)"""
    ran = []

    @tool
    def pay(amount: int, to: str) -> str:
        """Pays."""
        ran.append({"amount": amount, "to": to})
        return f"paid {amount} to {to}"

    wanted = [{"name": "pay", "args": {"amount": 100 + n, "to": "acme"}, "id": f"call_{n}"}
              for n in range(calls)]
    model = Model(messages=iter([AIMessage("", tool_calls=wanted), AIMessage("done")]))
    return create_agent(model, [pay], checkpointer=saver,
                        middleware=[LetsPingMiddleware(gate, **more)]), ran


CONFIG = {"configurable": {"thread_id": "t1"}}
INPUT = {"messages": [("user", "pay")]}


def test_a_paused_thread_runs_what_was_approved_and_asks_once(place):
    agent, ran = agent_of(place.gate, InMemorySaver())
    assert agent.invoke(INPUT, CONFIG)["__interrupt__"]
    request = place.pending()
    assert waiting_for(agent.get_state(CONFIG)) and not ran
    # Whoever resumes too early proves nothing: it is the server's answer that counts.
    place.soon(place.edit, '{"amount": 7, "to": "acme"}')
    said = resume(agent, CONFIG, place.gate)["messages"]
    assert ran == [{"amount": 7, "to": "acme"}]
    assert "A person changed the arguments" in said[-2].text and said[-1].text == "done"
    assert place.client.wait(request).patched_payload == {"amount": 7, "to": "acme"}


def test_a_forged_resume_runs_nothing_and_the_reason_reaches_the_model(place):
    agent, ran = agent_of(place.gate, InMemorySaver())
    agent.invoke(INPUT, CONFIG)
    place.soon(place.reject, "not this account")
    forged = Command(resume={"decisions": [{"type": "approve"}], "approved": True})
    said = agent.invoke(forged, CONFIG)["messages"]
    assert not ran
    assert "not this account" in said[-2].text and said[-2].status == "error"


def test_parallel_calls_are_before_the_person_at_once(place):
    agent, ran = agent_of(place.gate, InMemorySaver(), calls=2)
    agent.invoke(INPUT, CONFIG)
    asked = place.requests()
    assert len(asked) == 2 and set(waiting_for(agent.get_state(CONFIG)).values()) == set(asked)
    place.approve(asked[0])
    place.reject(asked[1], "no")
    resume(agent, CONFIG, place.gate)
    assert len(ran) == 1


def test_without_a_checkpointer_the_call_waits_in_place(place):
    agent, ran = agent_of(place.gate)
    place.soon(place.approve)
    agent.invoke(INPUT)
    assert ran == [{"amount": 100, "to": "acme"}]


def test_tools_that_are_not_named_run_without_a_person(place):
    agent, ran = agent_of(place.gate, tools={"other"})
    agent.invoke(INPUT)
    assert len(ran) == 1 and not place.requests()


@pytest.mark.parametrize("saver", [None, InMemorySaver])
def test_a_server_that_cannot_be_asked_denies(saver):
    agent, ran = agent_of(ToolGate(FakeLetsPing(fail())), saver and saver())
    said = agent.invoke(INPUT, CONFIG)["messages"]
    assert not ran and "approval could not be obtained (unreachable)" in said[-2].text


def test_async_agents_pause_as_well(place):
    agent, ran = agent_of(place.gate, InMemorySaver())
    asyncio.run(agent.ainvoke(INPUT, CONFIG))
    place.soon(place.approve)
    asyncio.run(aresume(agent, CONFIG, place.gate))
    assert ran == [{"amount": 100, "to": "acme"}]


# ---- the checkpointer ---------------------------------------------------------------------------

def thread():
    return {"configurable": {"thread_id": f"thread-{uuid.uuid4().hex}"}}


def test_the_checkpointer_goes_on_in_another_client_and_the_server_reads_nothing(place, server):
    config = thread()
    agent, ran = agent_of(place.gate, LetsPingSaver(place.client))
    agent.invoke({"messages": [("user", "a-marker-that-is-secret")]}, config)
    place.approve(place.pending())
    again, ran_again = agent_of(place.new_gate(), LetsPingSaver(place.new_client()))
    values = resume(again, config, place.gate)
    assert ran_again == [{"amount": 100, "to": "acme"}] and not ran
    assert values["messages"][0].text == "a-marker-that-is-secret"
    history = list(again.get_state_history(config))
    assert len(history) > 3 and history[0].values["messages"] == values["messages"]
    secrets = [b"a-marker-that-is-secret", config["configurable"]["thread_id"].encode()]
    found = [path for path in Path(server.data).rglob("*") if path.is_file()
             and any(one in path.read_bytes() for one in secrets)]
    assert not found


def test_a_forgotten_thread_is_gone(place):
    config, saver = thread(), LetsPingSaver(place.client)
    agent, _ = agent_of(place.gate, saver)
    agent.invoke(INPUT, config)
    saver.delete_thread(config["configurable"]["thread_id"])
    assert saver.get_tuple(config) is None


def test_checkpoints_in_clear_and_of_another_thread_are_refused(place):
    config, other, saver = thread(), thread(), LetsPingSaver(place.client)
    agent, _ = agent_of(place.gate, saver)
    agent.invoke(INPUT, config)
    names = [saver._name("thread", one["configurable"]["thread_id"], "") for one in
             (config, other)]
    kept = saver.get_tuple(config).config["configurable"]["checkpoint_id"]
    row = place.client.transport.call(
        "GET", f"/langgraph/checkpoints?thread_id={names[0]}&checkpoint_id={kept}")
    for checkpoint in ({"v": 1, "clear": True}, row["checkpoint"]):
        place.client.transport.call("POST", "/langgraph/checkpoints", {
            "thread_id": names[1], "checkpoint_id": kept, "checkpoint": checkpoint,
            "metadata": {}})
        with pytest.raises(DecryptionError):
            saver.get_tuple(other)


def test_the_checkpointer_refuses_to_work_without_a_key(server):
    with pytest.raises(ConfigurationError):
        LetsPingSaver(LetsPing("lp_x", base_url="http://127.0.0.1:1", encryption_key=""))


# ---- the example, killed while it waits ---------------------------------------------------------

def test_the_example_is_killed_while_it_waits_and_pays_once(place, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "sdk/python"), "AGENT": place.service,
                   "LETSPING_BASE_URL": f"http://127.0.0.1:{place.server.port}",
                   "LETSPING_API_KEY": place.server.variable("agent"),
                   "LETSPING_ENCRYPTION_KEY": CONTENT_KEY}
    command = [sys.executable, str(ROOT / "examples/langgraph/agent.py")]
    order = f"order-{place.service[-6:]}"
    first = subprocess.Popen([*command, "start", order], env=environment, cwd=tmp_path,
                             stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline() == "waiting\n"
    first.kill()
    first.wait()
    first.stdout.close()
    request = place.pending()
    place.edit(request, json.dumps({"order": order, "amount_cents": 500}))
    second = subprocess.run([*command, "resume", order], env=environment, cwd=tmp_path,
                            capture_output=True, text=True, timeout=60, check=False)
    assert "refunded 500 cents" in second.stdout, second.stderr
    assert (tmp_path / "paid.jsonl").read_text().count("\n") == 1
    assert [path.name for path in (tmp_path / "used").iterdir()] == [request]
