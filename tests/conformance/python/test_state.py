"""State that agents leave with the server: snapshots and LangGraph checkpoints (P6, P7, P12)."""

import hmac
import json
import re
import time

import httpx
import pytest
from langgraph.checkpoint.base import empty_checkpoint
from letsping.integrations.langgraph import LetsPingCheckpointer

SNAPSHOT = {"thread_id": "t1", "input": {"step": "START", "note": "é"}, "n": [1, 2.5]}


@pytest.fixture
def uploads(monkeypatch):
    """The uploads of stock clients as they go over the wire: (request, response)."""
    seen = []
    send = httpx.Client.send

    def watched(self, request, **more):
        response = send(self, request, **more)
        if request.method == "PUT":
            seen.append((request, response))
        return response
    monkeypatch.setattr(httpx.Client, "send", watched)
    return seen


def test_a_snapshot_goes_to_the_signed_url_with_or_without_the_api_key(place, action, uploads):
    with place.client() as client:
        request = client.defer("svc", action, {"a": 1}, state_snapshot=SNAPSHOT)
    assert len(uploads) == 1
    sent, answered = uploads[0]
    assert answered.status_code == 200, answered.text
    assert re.search(rf"/api/snapshots/{request}\?exp=\d+&sig=[0-9a-f]{{64}}$", str(sent.url))
    wanted = "application/json" if place.encryption_key else "application/octet-stream"
    assert sent.headers["content-type"] == wanted


def test_a_snapshot_url_is_for_one_request_and_one_method(place, action, uploads):
    with place.client() as client:
        client.defer("svc", action, {"a": 1}, state_snapshot=SNAPSHOT)
    url = str(uploads[0][0].url)
    assert httpx.get(url).status_code == 403
    assert httpx.put(url + "0", json={}).status_code == 403
    assert httpx.put(url.replace("exp=", "exp=9"), json={}).status_code == 403


def test_the_checkpointer_finds_nothing_in_a_new_thread(place, action):
    saver = LetsPingCheckpointer(place.client())
    assert saver.get_tuple({"configurable": {"thread_id": action}}) is None


def saved(place, thread, value):
    """What a graph does at each step: puts a checkpoint and goes on with the config it gets."""
    checkpoint = empty_checkpoint()
    checkpoint["channel_values"] = {"count": value, "note": "é"}
    config = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    return LetsPingCheckpointer(place.client()).put(config, checkpoint, {"step": value}, {})


def test_a_checkpoint_is_found_again_by_a_client_that_knows_nothing(place, action):
    config = saved(place, action, 2)
    found = LetsPingCheckpointer(place.client()).get_tuple(config)
    assert found.checkpoint["channel_values"] == {"count": 2, "note": "é"}
    assert found.metadata == {"step": 2}


def test_the_newest_checkpoint_of_a_thread_is_found_without_its_id(place, action):
    for value in (1, 2, 3):
        saved(place, action, value)
    found = LetsPingCheckpointer(place.client()).get_tuple(
        {"configurable": {"thread_id": action}})
    assert found.checkpoint["channel_values"]["count"] == 3


def test_a_thread_of_one_project_is_not_there_in_another(encrypted, sealed, action):
    config = saved(encrypted, action, 1)
    assert LetsPingCheckpointer(sealed.client()).get_tuple(config) is None


def test_a_deleted_thread_is_gone(place, action):
    config = saved(place, action, 1)
    headers = {"Authorization": f"Bearer {place.api_key}"}
    answer = httpx.delete(f"{place.base_url}/langgraph/checkpoints", headers=headers,
                          params={"thread_id": action})
    assert (answer.status_code, answer.json()) == (200, {})
    assert LetsPingCheckpointer(place.client()).get_tuple(config) is None


def hydrated(place, client, request):
    """The state that the stock webhook handler makes of a delivery."""
    body = json.dumps({"id": request, "event": "request.approved",
                       "data": {"status": "APPROVED", "payload": {},
                                "state_download_url": place.download_url(request)}})
    signature = hmac.new(b"lp_whk_test", body.encode(), "sha256").hexdigest()
    header = f"t={int(time.time() * 1000)},v1={signature}"
    return client.webhook_handler(body, header, "lp_whk_test")["state_snapshot"]


def test_a_snapshot_comes_back_through_the_stock_webhook_handler(place, action):
    # Python cannot decode a sealed blob, so the server hands it out opened (rule 12).
    with place.client() as client:
        request = client.defer("svc", action, {"a": 1}, state_snapshot=SNAPSHOT)
        assert hydrated(place, client, request) == SNAPSHOT


def test_other_clients_get_a_sealed_blob_as_it_was_sent(sealed, action, uploads):
    with sealed.client() as client:
        request = client.defer("svc", action, {"a": 1}, state_snapshot=SNAPSHOT)
    answer = httpx.get(sealed.download_url(request), headers={"User-Agent": "letsping-node/0.3.3"})
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.content == uploads[0][0].content


def test_a_request_without_a_snapshot_has_none(place, action):
    with place.client() as client:
        request = client.defer("svc", action, {"a": 1})
    assert httpx.get(place.download_url(request)).status_code == 404
