"""The client verifies the receipt of a decision offline before it returns one: with the real
server, and with what a server could say instead."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from server import CONTENT_KEY

from letsping_envelope import ContentKey, open_envelope, seal_v2
from letsping_open import (ConfigurationError, DirectoryPins, IntegrityError, LetsPing,
                           LetsPingError, MemoryPins, SignatureError)

REFUND = ("billing", "refund", {"amount": 120})


class Lying:
    """Says what `lie` makes of the answer to a path."""

    def __init__(self, inner, lie):
        self._inner, self._lie = inner, lie

    def call(self, method, path, *more, **named):
        return self._lie(path, self._inner.call(method, path, *more, **named))


@pytest.fixture(scope="module")
def house(server, tmp_path_factory):
    return House(server, tmp_path_factory.mktemp("proofs"))


class House:
    def __init__(self, server, directory):
        self.server, self.directory = server, directory
        self.trust = directory / "trust.json"
        self.trust.write_text(server.run("trust", "export", "--project", "default"))

    def client(self, lie=None, **more):
        given = {"encryption_key": CONTENT_KEY, "trust": self.trust, "allow_test": True, **more}
        address = f"http://127.0.0.1:{self.server.port}"
        lp = LetsPing(self.server.variable("agent"), base_url=address, **given)
        if lie:
            lp.transport = Lying(lp.transport, lie)
        return lp

    def decided(self, verdict="approve", ask=REFUND):
        request = self.client().defer(*ask)
        self.server.decide(verdict, request)
        return request


def refused(code, act, kind=IntegrityError):
    with pytest.raises(kind) as no:
        act()
    assert no.value.code == code, no.value


def test_an_approval_and_an_edit_are_returned_with_the_report_of_their_receipts(house):
    lp = house.client(human="device")
    decision = lp.wait(house.decided())
    assert decision.approved == REFUND[2]
    report = decision.report
    assert (report.verdict, report.human, report.log) == ("VALID", "B", "L1")
    request = lp.defer(*REFUND)
    edit = house.directory / "edit.json"
    edit.write_text('{"amount": 5}')
    house.server.decide("approve", request, "--edit", str(edit))
    assert lp.wait(request).approved == {"amount": 5}

    # What was edited was another envelope, of the same text in the same place.
    def resealed(path, answer):
        if not path.startswith("/status/"):
            return answer
        key = ContentKey.from_base64(CONTENT_KEY)
        text = open_envelope(answer["payload"], [key])
        return answer | {"payload": seal_v2(text, key, answer["payload"]["ctx"])}
    refused("receipt", lambda: house.client(resealed).wait(request))
    # The people signed another text than the one that this envelope opens to here.
    lp.sealer.commits = lambda *_: ["00"]
    refused("receipt", lambda: lp.wait(request))


def test_what_the_trust_file_does_not_carry_is_not_run(house):
    request = house.decided()
    other = json.loads(house.trust.read_text())
    other["roster_genesis_sha256"] = "0" * 64
    (house.directory / "other.json").write_text(json.dumps(other))
    for more in ({"human": "passkey"}, {"log": "witnessed"}, {"allow_test": False},
                 {"trust": house.directory / "other.json"}):
        refused("receipt", lambda: house.client(**more).wait(request))
    for code, more in (("encryption_key", {"encryption_key": ""}), ("trust", {"trust": "absent"}),
                       ("requirement", {"trust": "", "human": "passkey"}),
                       ("requirement", {"human": "anybody"}),
                       ("trust_origin", {"origin": "h/p/0"})):
        refused(code, lambda: house.client(**more), ConfigurationError)


def test_no_answer_of_a_lying_server_is_run(house):
    request, rejected = house.decided(), house.decided("reject")
    twin = house.decided(ask=("billing", "look", REFUND[2]))
    told, no, other = (house.client().get_request_status(one) for one in (request, rejected, twin))
    yes = {"status": "APPROVED", "state": "approved", "patched_payload": None}
    edited = {"state": "approved_with_modifications"}
    for code, asked, lie in (
            ("no_receipt", request, {"leaf_index": None}),
            ("no_receipt", request, {"leaf_index": "7"}),
            ("receipt", request, {"leaf_index": other["leaf_index"]}), ("receipt", rejected, yes),
            ("receipt", rejected, yes | {"leaf_index": told["leaf_index"]}),
            ("receipt", request, {"leaf_index": no["leaf_index"]}),
            # The same text in another envelope of this project's own.
            ("receipt", request, {"payload": other["payload"]}),
            ("edit_of_another_request", request, edited | {"patched_payload": other["payload"]}),
            ("receipt", request, edited | {"patched_payload": told["payload"]})):
        lp = house.client(lambda path, answer: answer | lie if path.startswith("/status/")
                          else answer)
        refused(code, lambda: lp.wait(asked))
    damaged = house.client(lambda path, answer: answer.replace(b'"tlog"', b'"tlo"')
                           if "/receipt/" in path else answer)
    refused("receipt", lambda: damaged.wait(request))
    # What was asked for is what the people were told.
    request.action = "look"
    refused("receipt", lambda: house.client().wait(request))


def test_a_webhook_that_says_yes_is_asked_about_whoever_knows_its_secret(house):
    rejected, lp, secret = house.decided("reject"), house.client(), b"lp_whk_known"
    payload = lp.get_request_status(rejected)["payload"]
    body = json.dumps({"id": rejected, "event": "request.approved", "webhook_id": "msg_1",
                       "data": {"status": "APPROVED", "state": "approved", "payload": payload,
                                "patched_payload": None}})
    sent = str(int(time.time()))
    mac = hmac.new(secret, f"msg_1.{sent}.{body}".encode(), hashlib.sha256).digest()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": sent,
               "webhook-signature": "v1," + base64.b64encode(mac).decode()}

    def unwrap():
        return lp.webhooks.unwrap(headers, body, secret.decode())

    def gone(path, answer):
        raise LetsPingError("gone", code="unreachable")
    there, lp.transport = lp.transport, Lying(lp.transport, gone)
    refused("unreachable", unwrap, LetsPingError)
    lp.transport = there  # It is sent again under the same id.
    told = unwrap()
    assert told.decision is None and told.rejection.request_id == rejected
    refused("repeated", unwrap, SignatureError)


def test_a_log_that_shows_another_past_is_refused_also_after_a_restart(house, tmp_path):
    first = house.decided()
    house.client(pins=DirectoryPins(tmp_path)).wait(first)
    house.client(pins=DirectoryPins(tmp_path)).wait(house.decided())
    # An older checkpoint of the same log is a beginning of what was seen.
    house.client(pins=DirectoryPins(tmp_path)).wait(first)

    origin = json.loads(house.trust.read_text())["origin"]
    for size in (1, 2):
        pins = MemoryPins()
        pins.write(origin, size, bytes(32))
        refused("log_forked", lambda: house.client(pins=pins).wait(first))
    pins = MemoryPins()
    pins.write(origin, 1_000_000, bytes(32))
    with pytest.raises(LetsPingError):
        house.client(pins=pins).wait(first)
    kept = next(tmp_path.iterdir())
    for text in ("", "{}", '{"origin":"o","size":1,"root":"00"}'):
        kept.write_text(text)
        refused("pin_unreadable", lambda: house.client(pins=DirectoryPins(tmp_path)).wait(first))
