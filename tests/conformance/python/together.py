"""Several requests of one action, decided by one signature: spec/log-format.md section 6; and
the number of a critical one, which nobody types for several."""

from approver import seal_1
from talking import CONTENT_KEY, REFUND

PATH = "/api/review/batches"


def asked(house, count, **more):
    return [house.ask(house.key, seal_1(CONTENT_KEY, REFUND), **more)["id"] for _ in range(count)]


def people_decide_together(house, passkey):
    """At high by a passkey, below by a device key. Answers one that the passkey has decided."""
    owner, high = house.owner, asked(house, 2, priority="high")
    told = house.page("POST", PATH, owner.batch(high, "approve", passkey))
    assert [(each["request"], each["state"]) for each in told["results"]] == [
        (request, "approved") for request in high]
    one_of_them_was_decided_before(house)
    return high[1]


def one_of_them_was_decided_before(house):
    owner, low = house.owner, asked(house, 2)
    body = owner.batch(low, "reject", reason="not these")
    owner.decide(low[0], "reject")
    wrong = body | {"signature": owner.sign(b"lp-decision-device/1\0" + body["head"].encode())}
    assert house.page("POST", PATH, wrong, 422)["reason"] == "bad_signature"
    assert house.page("POST", PATH, body | {"items": body["items"][:1]}, 422)[
        "reason"] == "bad_core"
    assert house.page("POST", PATH, body | {"items": []}, 422)["pointer"] == "/items"
    gone, done = house.page("POST", PATH, body)["results"]
    assert not gone["decided"] and gone["refused"]["reason"] == "already_decided"
    assert done["decided"] and done["state"] == "rejected"


def people_type_numbers(house, passkey):
    """The number that the asking program shows, and three wrong ones."""
    owner, more = house.owner, {"priority": "critical", "capabilities": ["number_match"]}
    for digits in (lambda right: right, lambda right: "000" if right != "000" else "001"):
        asked_for = house.ask(house.key, seal_1(CONTENT_KEY, REFUND), **more)
        request, first = asked_for["id"], asked_for["number_match"]
        told = house.agent(house.key, "GET", f"/api/status/{request}")["number_match"]
        assert told == first and told["tries_left"] == 3
        path = f"/api/review/requests/{request}"
        detail = house.page("GET", path)
        assert (detail["number_match"], detail["number_tries_left"]) == (True, 3)
        mine = next(item for item in detail["passkeys"] if item["key"] == passkey.key)
        offer = detail["offer"] | {"key": mine["key"], "nonce": mine["nonce"]}
        body = owner.decision(detail | {"offer": offer}, "approve", "it was announced")
        body |= passkey.signed(b"lp-decision/1\0" + body["core"].encode())
        typed = body | {"number": digits(told["number"])}
        if typed["number"] == told["number"]:
            refused = house.page("POST", f"{path}/decision", body, 409)
            assert refused["reason"] == "number_needed"
            assert house.page("POST", f"{path}/decision", typed)["state"] == "approved"
            continue
        for left in (2, 1, 0):
            refused = house.page("POST", f"{path}/decision", typed, 409)
            assert (refused["reason"], refused["tries_left"]) == ("number_wrong", left)
        assert house.page("POST", f"{path}/decision", typed, 409)["reason"] == "number_locked"
        locked = house.agent(house.key, "GET", f"/api/status/{request}")["number_match"]
        assert locked == {"locked": True, "tries_left": 0}
        owner.decide(request, "reject")
