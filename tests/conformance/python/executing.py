"""Permits, as a stranger would use them from the documents: docs/reference/permits.md."""

import base64
import hashlib

from approver import seal_1
from talking import CONTENT_KEY, REFUND, UNKNOWN

CLAIM = {"nonce": "0123456789abcdef", "claim_key": "fedcba9876543210"}


def executors_execute(house):
    made = house.command("executor", "add", "payments")
    request = house.ask(house.key, seal_1(CONTENT_KEY, REFUND),
                        capabilities=[f"permit:{made['id']}"])["id"]
    house.ask(house.key, seal_1(CONTENT_KEY, REFUND), 422, capabilities=["permit:key_none"])
    house.owner.decide(request, "approve")
    permit = house.agent(house.key, "GET", f"/api/status/{request}")["permit"]
    seen = house.page("GET", f"/api/review/requests/{request}")["permit"]
    assert seen["id"] == permit["id"] and seen["executor"]["name"] == "payments"
    path = f"/api/permits/{permit['id']}"
    shown = house.agent(made["key"], "GET", path)
    assert shown["token"] == permit["token"] and shown["state"] == "issued"
    assert shown["request"]["id"] == request and base64.b64decode(shown["request"]["descriptor"])
    house.agent(made["key"], "GET", f"/api/permits/pmt_{UNKNOWN}", status=404)
    house.agent(house.key, "GET", path, status=403)
    wrong = CLAIM | {"token_sha256": "0" * 64}
    refused = house.agent(made["key"], "POST", f"{path}/claim", wrong, 409)
    assert refused["reason"] == "permit_edited"
    house.agent(made["key"], "POST", f"{path}/claim", CLAIM, 422)
    claim = CLAIM | {"token_sha256": hashlib.sha256(permit["token"].encode()).hexdigest()}
    told = house.agent(made["key"], "POST", f"{path}/claim", claim)
    assert house.agent(made["key"], "POST", f"{path}/claim", claim) == told | {"replay": True}
    outcome = {"outcome": "succeeded", "claim_key": CLAIM["claim_key"]}
    house.agent(made["key"], "POST", f"{path}/outcome", outcome | {"outcome": "done"}, 422)
    house.agent(made["key"], "POST", f"{path}/outcome", outcome)
    failed = outcome | {"outcome": "failed"}
    house.agent(made["key"], "POST", f"{path}/outcome", failed, 409)


def people_stop_agents(house):
    made = house.command("key", "create", "--name", "rogue")
    request = house.ask(made["key"], seal_1(CONTENT_KEY, REFUND))["id"]
    tool = {"project": "default", "service": "billing", "action": "refund", "reason": "incident"}
    assert house.page("POST", "/api/review/epochs", tool)["number"] == 1
    house.page("POST", "/api/review/epochs", {"project": "none"}, 404)
    house.page("POST", "/api/review/epochs", {"project": "default", "service": "billing"}, 422)
    path = f"/api/review/agents/{made['id']}/stop"
    assert house.page("POST", path, {"reason": "rogue"})["requests_cancelled"] == 1
    assert house.page("POST", path, {})["was_revoked"]
    house.page("POST", f"/api/review/agents/agent_{UNKNOWN}/stop", {}, 404)
    state = house.agent(house.key, "GET", f"/api/status/{request}")
    assert (state["state"], state["status"]) == ("cancelled", "REJECTED")
