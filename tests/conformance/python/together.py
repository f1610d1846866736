"""Several requests of one action, decided by one signature: spec/log-format.md section 6."""

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
