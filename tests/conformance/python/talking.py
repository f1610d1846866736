"""What reviewers do besides deciding, and an agent that is asked for changes: a part of
test_openapi.py, whose house it is given.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from approver import note, seal_1, words

CONTENT_KEY = bytes(range(32))
REFUND = b'{"customer":"c_81","amount":120}'
SMALLER = b'{"customer":"c_81","amount":100}'
UNKNOWN = "req_00000000000000000000000000"


def people_talk(house):
    key, lab, status = house.key, house.lab_key, "/api/status/"
    asked = house.ask(key, seal_1(CONTENT_KEY, REFUND), capabilities=["request_changes"])["id"]
    path = f"/api/review/requests/{asked}"
    detail = house.page("GET", path)
    said = {"id": "0123456789abcdef", "version": 1, "note": note(
        CONTENT_KEY, "right account?", house.owner.place(detail, "comment", "0123456789abcdef"))}
    house.page("POST", f"{path}/comments", said)
    house.page("POST", f"{path}/comments", said | {"id": "another-id-of-16"}, 422)
    house.page("POST", f"{path}/comments", said | {"version": 2}, 409)
    me = house.session["member"]["id"]
    house.page("POST", f"{path}/assignee", {"assignee": me})
    house.page("POST", f"{path}/assignee", {"assignee": "mem_nobody"}, 403)
    later = {"until": (datetime.now(timezone.utc) + timedelta(hours=1)).strftime(
        "%Y-%m-%dT%H:%M:%S.000Z")}
    house.page("POST", f"{path}/put-off", later)
    house.page("POST", f"{path}/put-off", {"until": "2020-01-01T00:00:00.000Z"}, 422)
    mine = house.page("GET", "/api/review/requests?assignee=me&put_off=only")["requests"]
    assert [row["id"] for row in mine] == [asked] and "put_off_until" in mine[0]

    held = ThreadPoolExecutor().submit(house.agent, key, "GET", f"{status}{asked}?wait=30")
    time.sleep(0.3)
    house.owner.ask_for_changes(asked, "half of it")
    told = held.result(10)["changes_requested"]
    assert [words(CONTENT_KEY, one["note"]) for one in told] == ["half of it"]
    house.owner.ask_for_changes(asked, "again", 409)
    talk = house.page("GET", f"{path}/talk")["remarks"]
    assert [words(CONTENT_KEY, one["note"]) for one in talk] == ["right account?", "half of it"]
    house.agent(key, "POST", f"/api/requests/{asked}/revise",
                {"version": 1, "payload": seal_1(CONTENT_KEY, SMALLER)})
    assert "changes_requested" not in house.agent(key, "GET", status + asked)
    before = house.page("GET", f"{path}/versions")["versions"]
    assert [one["version"] for one in before] == [1]
    house.owner.decide(asked, "approve")
    house.page("POST", f"{path}/comments", said, 409)

    stock = house.ask(lab, {"amount": 5})["id"]
    house.owner.ask_for_changes(stock, "half", 422)
    plain = house.ask(lab, {"amount": 5}, capabilities=["request_changes"])["id"]
    path = f"/api/review/requests/{plain}"
    house.page("POST", f"{path}/comments", {"id": "0123456789abcdef", "version": 1, "text": "hm"})
    house.owner.ask_for_changes(plain, "half")
    assert house.agent(lab, "GET", status + plain)["changes_requested"][0]["text"] == "half"
    assert [one["text"] for one in house.page("GET", f"{path}/talk")["remarks"]] == ["hm", "half"]
    house.owner.decide(plain, "approve", edit='{"amount": 2}')
    assert house.agent(lab, "GET", status + plain)["diff_summary"] == {"changes": [
        {"pointer": "/amount", "change": "changed", "from": "number", "to": "number"}]}
    house.page("POST", f"{path}/assignee", {}, 409)
    house.page("POST", f"{path}/put-off", {}, 409)
    for missing in ("talk", "versions"):
        house.page("GET", f"/api/review/requests/{UNKNOWN}/{missing}", None, 404)
