"""Agents with identities, sign-up, and the bodies of older clients: P4, P8, P9, P13."""

import json
import os
import subprocess
import sys

import httpx
import letsping
import pytest

# What the agent signature's forms disagree about: non-ASCII, floats, big integers, key order.
PAYLOADS = [
    {"a": 1},
    {},
    {"note": "café ☕ 😀", "q": "\"\\/\n\x7f"},
    {"amount": 1.0, "big": 1e16, "small": 1e-7, "neg0": -0.0, "f": 0.1, "e21": 1e21,
     "i": 12345678901234567890},
    {"b": 1, "10": "x", "2": "y", "a": {"z": 1, "1": 2}},
    {"t": True, "n": None, "5": "intkey"},
]


@pytest.fixture
def agent(sealed):
    answer = httpx.post(f"{sealed.base_url}/agents/register", json={},
                        headers={"Authorization": f"Bearer {sealed.api_key}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def signed_body(agent, place, payload):
    """The body as the stock helper signs it."""
    call = {"project_id": place.project, "service": "svc", "action": "act", "payload": payload}
    signed = letsping._sign_agent_call(agent["agent_id"], agent["agent_secret"], call)
    return {**call, **signed}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_stock_helpers_signed_call_is_taken(sealed, agent, payload):
    made = letsping.ingest_with_agent_signature(
        agent["agent_id"], agent["agent_secret"], "svc", "act", payload, sealed.project,
        f"{sealed.base_url}/ingest", sealed.api_key)
    assert made["id"].startswith("req_")


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("spelling", [
    {"separators": (",", ":"), "ensure_ascii": False},  # httpx from 0.28
    {"separators": (", ", ": "), "ensure_ascii": True},  # httpx before
    {"separators": (",", ":"), "ensure_ascii": True},
    {"indent": 2, "ensure_ascii": False},
])
def test_a_signed_call_is_taken_however_the_http_library_spells_it(sealed, agent, payload,
                                                                   spelling):
    body = json.dumps(signed_body(agent, sealed, payload), **spelling).encode()
    answer = httpx.post(f"{sealed.base_url}/ingest", content=body, headers={
        "Authorization": f"Bearer {sealed.api_key}", "Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text


def test_a_changed_signed_call_is_refused(sealed, agent):
    body = signed_body(agent, sealed, {"amount": 1})
    body["payload"] = {"amount": 1000}
    answer = httpx.post(f"{sealed.base_url}/ingest", json=body,
                        headers={"Authorization": f"Bearer {sealed.api_key}"})
    assert answer.status_code == 401
    assert answer.json()["reason"] == "agent_signature_invalid"


def test_a_callback_url_is_taken_and_another_scheme_refused(place, action):
    with place.client() as client:
        assert client.defer("svc", action, {"a": 1}, callback_url="https://example.com/hook")
        with pytest.raises(letsping.LetsPingError, match="callback_url"):
            client.defer("svc", action, {"a": 1}, callback_url="gopher://127.0.0.1/")


def test_labels_reach_the_reviewer(place, server, action):
    with place.client() as client:
        request = client.defer("svc", action, {"a": 1}, role="finance", trace_id="trace-1",
                               environment="staging", parent_request_id="req_parent")
    shown = next(row for row in server.list("review", "list") if row["id"] == request)
    assert shown["trace_id"] == "trace-1"
    assert shown["environment"] == "staging"
    assert shown["parent_request_id"] == "req_parent"
    assert shown["role"] == "finance"


# That a person's passkey approves it, for it asks at high, is in test_openapi.py.
def test_the_quickstart_module_runs_from_ask_to_rejection(place, people):
    environment = dict(os.environ, LETSPING_API_KEY=place.api_key,
                       LETSPING_BASE_URL=place.base_url, PYTHONUNBUFFERED="1")
    if place.encryption_key:
        environment["LETSPING_ENCRYPTION_KEY"] = place.encryption_key
    with subprocess.Popen([sys.executable, "-m", "letsping.quickstart"], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        people.reject(people.pending("sql"), "not this table")
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert "REJECTED" in said


def test_a_workspace_is_made_from_every_base_url(server):
    # Within the limit of five sign-ups an hour from one address.
    for base in ("", "/api"):
        made = letsping.create_agent_workspace(
            base_url=f"http://127.0.0.1:{server.port}{base}")
        assert made["project_id"].startswith("proj_")
        assert made["agent_id"].startswith("agent_")
        assert made["agent_secret"]


def test_the_0_1_client_finds_the_reason_at_the_top(place, people, action):
    with place.client() as client:
        request = client.defer("svc", action, {"a": 1})
    people.reject(request, "too risky")
    answer = httpx.get(f"{place.base_url}/status/{request}",
                       headers={"Authorization": f"Bearer {place.api_key}"}).json()
    assert answer["reason"] == "too risky"
    assert answer["status"] == "REJECTED"
