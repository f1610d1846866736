"""Agents, API keys and webhooks, as a stranger would manage them from the documents."""

from executing import executors_execute, people_stop_agents

UNKNOWN = "0" * 26


def people_manage_agents(house):
    key = {"project": "default", "role": "agent", "name": "night bot"}
    made = house.page("POST", "/api/review/api-keys", key)
    house.page("POST", "/api/review/api-keys", key | {"role": "king"}, 422)
    house.page("POST", "/api/review/api-keys", key | {"project": "none"}, 404)
    house.agent(made["secret"], "GET", f"/api/status/req_{UNKNOWN}", status=404)
    path, agent = "/api/review/agents", {"project": "default", "handle": "night-bot"}
    bot = house.page("POST", path, agent)
    assert house.page("POST", path, agent, 409)["reason"] == "name_taken"
    house.page("POST", path, agent | {"handle": "night bot"}, 422)
    one = f"{path}/{bot['id']}"
    assert house.page("POST", f"{one}/rotate", {})["secret"] != bot["secret"]
    [project] = [one for one in house.page("GET", path)["projects"] if one["name"] == "default"]
    [mine] = [one for one in project["keys"] if one["id"] == made["id"]]
    assert project["manages"] and mine["owner"]["name"] == "Ada" and "last_seen_at" in mine
    for place in (one, f"/api/review/api-keys/{made['id']}"):
        house.page("POST", f"{place}/revoke", {})
        assert house.page("POST", f"{place}/revoke", {}, 409)["reason"] == "already_revoked"
    house.page("POST", f"{path}/agent_{UNKNOWN}/rotate", {}, 404)
    house.agent(made["secret"], "GET", f"/api/status/req_{UNKNOWN}", status=401)
    executors_execute(house)
    people_stop_agents(house)


def people_manage_webhooks(house):
    """Nothing is sent: this machine is no place that webhooks may reach."""
    path, hook = "/api/review/webhooks", {"project": "lab", "url": "http://127.0.0.1:9/token"}
    made = house.page("POST", path, hook)
    assert made["secret"].startswith("lp_whk_")
    house.page("POST", path, hook | {"url": "ftp://x/"}, 422)
    projects = {one["id"]: one["webhooks"] for one in house.page("GET", path)["projects"]}
    assert [one["to"] for one in projects[house.lab]] == ["http://127.0.0.1:9/…"]
    house.page("POST", f"{path}/{made['id']}/remove", {})
    house.page("POST", f"{path}/{made['id']}/remove", {}, 404)
    told = house.page("GET", "/api/review/settings")
    assert told["reached_at"] == house.origin and told["push"] and len(told["projects"]) == 2


def people_write_policies(house):
    """A version is uploaded, read, replayed over what was asked, and people are asked."""
    path = "/api/review/policies"
    strict = {"project": "default", "document": "version: 1\ndefaults: { level: high }\n"}
    made = house.page("POST", path, strict)
    assert made["version"] == 1 and house.page("POST", path, strict)["known"]
    wrong = house.page("POST", path, strict | {"document": "version: 1\nrulez: []\n"}, 422)
    assert wrong["reason"] == "policy_invalid" and "line 2, column 1" in wrong["message"]
    replayed = house.page("POST", f"{path}/replay", strict | {"days": 7})
    told = replayed["shifts"]
    assert sum(told.values()) == replayed["examined"] > 0 and told["stricter"] > 0
    house.page("POST", f"{path}/replay", strict | {"days": 0}, 422)
    [project] = [one for one in house.page("GET", path)["projects"] if one["name"] == "default"]
    assert project["writes"] and project["in_force"] == 0 and project["waiting"] == []
    one = f"{path}/{project['id']}/1"
    detail = house.page("GET", one)
    assert detail["document"] == strict["document"]
    assert [change["part"] for change in detail["changes"]] == ["defaults"]
    assert detail["reads"]["defaults"]["level"] == "high"
    house.page("GET", f"{path}/{project['id']}/in-force", status=404)
    asked = house.page("POST", f"{one}/activate", {})
    house.page("POST", f"{path}/{project['id']}/9/activate", {}, 404)
    [project] = [one for one in house.page("GET", path)["projects"] if one["name"] == "default"]
    assert [one["request"] for one in project["waiting"]] == [asked["request"]]
