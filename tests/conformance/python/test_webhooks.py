"""What the server sends, received by the stock handler: P9 and N10 of the checklist."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import letsping
import pytest
from conftest import CONTENT_KEY, People, Server


class Receiver:
    """A web server on loopback that keeps what it is sent."""

    def __init__(self):
        self.seen = seen = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                seen.append((self.path, dict(self.headers), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_port
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def wait_for(self, request, seconds=20):
        """(headers, body text) of the delivery about `request`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for _, headers, body in list(self.seen):
                if json.loads(body)["id"] == request:
                    return headers, body
            time.sleep(0.05)
        raise AssertionError(f"no delivery about {request}")


@pytest.fixture(scope="module")
def receiver():
    made = Receiver()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture(scope="module")
def sending(receiver):
    """A server that may send to the receiver, and the secret of a webhook of each project."""
    with Server({"webhooks.allow": f"127.0.0.1:{receiver.port}"}) as server:
        server.variable("sealed")
        secrets = {
            name: server.run("webhook", "add", "--project", name, "--json", "--url",
                             f"http://127.0.0.1:{receiver.port}/{name}")["secret"]
            for name in ("default", "sealed")}
        yield server, secrets


def client_of(server, name):
    return letsping.LetsPing(
        api_key=server.variable({"default": "agent", "sealed": "sealed"}[name]),
        base_url=f"http://127.0.0.1:{server.port}/api",
        encryption_key=CONTENT_KEY if name == "default" else None)


SNAPSHOT = {"thread_id": "t1", "note": "é"}


@pytest.mark.parametrize("name", ["default", "sealed"])
def test_the_stock_handler_takes_a_delivery_and_hydrates_the_state(sending, receiver, action, name):
    server, secrets = sending
    with client_of(server, name) as client:
        request = client.defer("svc", action, {"a": 1}, state_snapshot=SNAPSHOT)
        People(server).approve(request)
        headers, body = receiver.wait_for(request)
        event = client.webhook_handler(body, headers["X-LetsPing-Signature"], secrets[name])
    assert event["event"] == "request.approved"
    assert event["data"]["status"] == "APPROVED"
    assert event["data"]["metadata"]["actor_id"].startswith("mem_")
    assert event["state_snapshot"] == SNAPSHOT


def test_the_stock_handler_refuses_a_changed_body_and_another_secret(sending, receiver, action):
    server, secrets = sending
    with client_of(server, "sealed") as client:
        request = client.defer("svc", action, {"a": 1})
        People(server).reject(request, "no")
        headers, body = receiver.wait_for(request)
        signature = headers["X-LetsPing-Signature"]
        assert client.webhook_handler(body, signature, secrets["sealed"])
        for changed, secret in ((body.replace("REJECTED", "APPROVED"), secrets["sealed"]),
                                (body, secrets["default"])):
            with pytest.raises(letsping.LetsPingError):
                client.webhook_handler(changed, signature, secret)


def test_a_callback_url_is_called_where_the_operator_allows_it(sending, receiver, action):
    server, _ = sending
    with client_of(server, "sealed") as client:
        request = client.defer("svc", action, {"a": 1},
                               callback_url=f"http://127.0.0.1:{receiver.port}/callback")
    People(server).approve(request)
    end = time.monotonic() + 20
    while not any(path == "/callback" for path, _, _ in receiver.seen):
        assert time.monotonic() < end, "the callback was not called"
        time.sleep(0.05)


def test_a_callback_into_the_servers_own_network_is_not_called(sending, action):
    # Another port of loopback, which the operator did not allow.
    server, _ = sending
    forbidden = Receiver()
    with client_of(server, "sealed") as client:
        request = client.defer("svc", action, {"a": 1},
                               callback_url=f"http://127.0.0.1:{forbidden.port}/callback")
    People(server).approve(request)
    time.sleep(2)
    forbidden.http.shutdown()
    forbidden.http.server_close()
    assert not forbidden.seen
