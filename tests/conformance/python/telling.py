"""Channels and browsers, as a stranger would add them from the documents."""

import base64


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def people_are_told(house):
    """Nothing is sent: this machine is no place that webhooks may reach."""
    path, hook = "/api/review/channels", {"project": "default", "name": "Hook"}
    hook |= {"kind": "webhook", "to": "http://127.0.0.1:9/", "after_s": 60, "repeat_s": 300}
    made = house.page("POST", path, hook)
    assert made["secret"].startswith("lp_whk_")
    house.page("POST", path, hook | {"kind": "pigeon"}, 422)
    house.page("POST", path, hook | {"project": "none"}, 404)
    assert house.page("POST", path, hook | {"kind": "mail"}, 409)["reason"] == "channel_off"
    one = f"{path}/{made['channel']['id']}"
    assert "request.pending" in house.page("GET", f"{one}/preview")["text"]
    house.page("POST", f"{one}/test", {})
    browser = {"endpoint": "https://push.example.org/1", "name": "Firefox", "auth": "A" * 22,
               "p256dh": b64url(house.owner.spki[-65:])}
    kept = house.page("POST", "/api/review/browsers", browser)["browser"]
    two = f"/api/review/browsers/{kept['id']}"
    house.page("POST", "/api/review/browsers", browser | {"auth": "AAAA"}, 422)
    house.page("GET", f"{two}/preview")
    house.page("POST", f"{two}/shown", {})
    listed = house.page("GET", path)
    assert len(listed["browsers"]) == 1 and not listed["projects"][0]["reachable"]
    for place in (one, two):
        house.page("POST", f"{place}/remove", {})
        house.page("POST", f"{place}/remove", {}, 404)
        house.page("POST", f"{place}/test", {}, 404)
        house.page("GET", f"{place}/preview", None, 404)
    house.page("POST", f"{two}/shown", {}, 404)
