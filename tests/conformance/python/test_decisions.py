"""Ask, wait, decide: P1 to P5, P10, P11 and P14 of the wire contract's checklist."""

import asyncio
import threading
import time
from pathlib import Path

import httpx
import letsping
import pytest

PAYLOAD = {"user_id": "u_123", "amount": 100, "note": "café ☕ 😀", "rate": 1.5,
           "list": [1, None, True]}


def test_ask_returns_the_approved_payload(place, people, action):
    decider = people.soon(people.approve, action)
    with place.client() as client:
        decision = client.ask("svc", action, PAYLOAD, timeout=60)
    decider.join()
    assert decision["status"] == "APPROVED"
    assert decision["payload"] == PAYLOAD
    assert not decision.get("patched_payload")


def test_aask_returns_the_approved_payload(place, people, action):
    async def ask():
        client = place.client()
        try:
            return await client.aask("svc", action, PAYLOAD, timeout=60)
        finally:
            await client.aclose()
    decider = people.soon(people.approve, action)
    decision = asyncio.run(ask())
    decider.join()
    assert decision["status"] == "APPROVED"
    assert decision["payload"] == PAYLOAD


def test_a_rejection_raises_with_the_persons_reason(place, people, action):
    with place.client() as client:
        request = client.defer("svc", action, PAYLOAD)
        people.reject(request, "not on a Friday: «no»")
        with pytest.raises(letsping.ApprovalRejectedError, match="not on a Friday: «no»"):
            client.wait(request, timeout=30)


def test_metadata_says_who_decided_when_and_how(place, people, action):
    with place.client() as client:
        request = client.defer("svc", action, PAYLOAD, role="finance")
        people.approve(request)
        decision = client.wait(request, timeout=30)
    assert decision["metadata"]["actor_id"].startswith("mem_")
    assert decision["metadata"]["method"] == "device_key"
    assert decision["metadata"]["resolved_at"].endswith("Z")


def test_an_edit_reaches_the_agent_as_what_shall_run(place, people, action, tmp_path):
    with place.client() as client:
        request = client.defer("svc", action, {"amount": 100, "to": "acme"})
        people.approve_with(request, {"amount": 50, "to": "acme"}, tmp_path)
        decision = client.wait(request, timeout=30)
    assert decision["status"] == "APPROVED_WITH_MODIFICATIONS"
    assert decision["patched_payload"] == {"amount": 50, "to": "acme"}
    assert decision["payload"] == {"amount": 100, "to": "acme"}
    assert decision["diff_summary"] == {"changes": {"amount": {"from": 100, "to": 50}}}


def test_an_edit_to_nothing_is_refused(place, server, action, tmp_path):
    # A published client would take it for an approval of the original.
    edit = tmp_path / "edit.json"
    edit.write_text("{}")
    with place.client() as client:
        request = client.defer("svc", action, PAYLOAD)
        status, _, _ = server.call("review", "approve", request, "--test-approver",
                                   "--edit", str(edit))
        assert status != 0
        assert client.get_request_status(request)["status"] == "PENDING"


def test_a_pending_status_has_metadata_as_an_object(place, action):
    with place.client() as client:
        status = client.get_request_status(client.defer("svc", action, PAYLOAD))
    assert status["status"] == "PENDING"
    assert isinstance(status["metadata"], dict)
    assert status["patched_payload"] is None


def test_the_deadline_rejects_with_expired(place, action):
    # The stock client has no deadline to send: the ask is repeated with one, by hand.
    with place.client() as client:
        body = client.get_request_status(client.defer("svc", action, PAYLOAD))["payload"]
        made = httpx.post(f"{place.base_url}/ingest", json={
            "service": "svc", "action": action, "payload": body, "decide_in": 1,
        }, headers={"Authorization": f"Bearer {place.api_key}"})
        assert made.status_code == 200, made.text
        with pytest.raises(letsping.ApprovalRejectedError, match="expired"):
            client.wait(made.json()["id"], timeout=30)


def test_the_clients_own_timeout_ends_its_wait(encrypted, action):
    # Between polls only: a held one delays it by up to the 25 s that the server holds.
    with encrypted.client() as client:
        request = client.defer("svc", action, PAYLOAD)
        with pytest.raises(letsping.TimeoutError):
            client.wait(request, timeout=1)


def test_a_held_poll_answers_at_the_decision_and_before_the_read_timeout(place, people, action):
    with place.client() as client:
        request = client.defer("svc", action, PAYLOAD)
        decided = []

        def decide():
            time.sleep(4)
            people.approve(request)
            decided.append(time.monotonic())
        thread = threading.Thread(target=decide)
        thread.start()
        decision = client.wait(request, timeout=60)
        answered = time.monotonic()
        thread.join()
    assert decision["status"] == "APPROVED"
    # Woken, not found by the next poll: the client alone would have slept for seconds.
    assert answered - decided[0] < 1.5


def test_get_request_status_is_immediate(place, action):
    with place.client() as client:
        request = client.defer("svc", action, PAYLOAD)
        began = time.monotonic()
        client.get_request_status(request)
        assert time.monotonic() - began < 2


def test_wrong_and_revoked_keys_raise_authentication_error(server, place, action):
    with place.client(api_key="lp_live_nothing") as client:
        with pytest.raises(letsping.AuthenticationError):
            client.defer("svc", action, PAYLOAD)
    made = server.make_key(role="auditor", name="not-an-agent")
    with place.client(api_key=made["key"]) as client:
        with pytest.raises(letsping.AuthenticationError):
            client.defer("svc", action, PAYLOAD)
    server.run("key", "revoke", made["id"])


def test_plaintext_to_an_encrypted_project_says_what_to_export(encrypted, action):
    with encrypted.client(encryption_key=None) as client:
        with pytest.raises(letsping.LetsPingError,
                           match="LETSPING_ENCRYPTION_KEY=.*openssl rand -base64 32"):
            client.defer("svc", action, PAYLOAD)


def test_the_server_keeps_no_plaintext_of_an_encrypted_request(server, encrypted, action):
    marker = "plaintext-marker-of-this-test"
    with encrypted.client() as client:
        client.defer("svc", action, {"note": marker}, state_snapshot={"state": marker})
    found = [str(path) for path in Path(server.data).rglob("*")
             if path.is_file() and marker.encode() in path.read_bytes()]
    assert not found


@pytest.mark.parametrize("base", ["", "/", "/api", "/api/"])
def test_every_base_url_works_for_client_and_sign_up(server, encrypted, action, base):
    url = f"http://127.0.0.1:{server.port}{base}"
    with encrypted.client(base_url=url) as client:
        assert client.defer("svc", action, PAYLOAD).startswith("req_")
