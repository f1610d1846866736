"""What the document says of signing in with an identity provider, at a server that has none."""


def people_sign_on(house):
    # No identity provider is set up here; tests/conformance/oidc has some.
    assert house.page("GET", "/api/login/methods") == {"sso_required": False}
    assert house.page("POST", "/api/login/sso/begin", {}, 409)["reason"] == "sso_off"
    house.page("POST", "/api/login/sso/begin", {"link": "x"}, 401)
    house.page("POST", "/api/login/sso/finish", {"state": "s", "code": "c"}, 401)
    house.page("POST", "/api/login/sso/finish", {"state": "s"}, 422)
    house.send("POST", "/api/login/sso/logout", 400, data={"logout_token": ""})
    assert house.page("GET", "/api/review/accounts") == {"accounts": []}
    member = house.page("GET", "/api/session")["member"]["id"]
    house.page("POST", "/api/review/account-links", {"member": member}, 409)
    house.page("POST", "/api/review/account-links", {"member": "mem_none"}, 404)
    house.page("POST", "/api/review/accounts/acc_none/unlink", {}, 404)
