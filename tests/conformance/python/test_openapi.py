"""Every operation of spec/openapi.yaml on a running server, each reply held against the document.

The person is approver.py, written from the documents alone: that it can set up, log in and decide
shows that a stranger could.
"""

import hmac
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from approver import Approver, b64, jcs, seal_1, seal_2
from attaching import agents_attach_files
from content_keys import people_hand_on_keys
from managing import people_manage_agents, people_manage_webhooks, people_write_policies
from openapi import Judge
from sign_on import people_sign_on
from talking import CONTENT_KEY, REFUND, SMALLER, UNKNOWN, people_talk
from telling import people_are_told
from together import people_decide_together, people_type_numbers

PROGRAM = os.environ.get("LETSPING_BIN", str(Path(__file__).parents[3] / "build/release/letsping"))
PAGES = ("/", "/setup", "/login", "/login/callback", "/inbox", "/audit",
         f"/requests/{UNKNOWN}", "/settings",
         "/settings/roster/rop_x", "/settings/erasure/ers_x", "/settings/rollback",
         "/settings/go-live", "/p")


class House:
    """A server of its own, the owner at a browser, and two projects with an agent each."""

    def __init__(self, directory):
        self.data, self.judge = str(directory / "data"), Judge()
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=(directory / "log").open("w"), text=True,
            env=os.environ | {"LETSPING_AGENTS__SELF_SIGNUP": "true",
                              "LETSPING_PUSH__SUBJECT": "mailto:ops@example.org"})
        self.origin = self.process.stdout.readline().removeprefix("listening ").strip()
        self.http = httpx.Client(base_url=self.origin, timeout=30)
        self.cookie = None
        self.owner = Approver(self.page, self.origin, CONTENT_KEY)

    def command(self, *words):
        done = subprocess.run([PROGRAM, *words, "--data", self.data, "--json"], check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)

    def send(self, method, path, status=200, **more):
        reply = self.http.request(method, path, **more)
        self.http.cookies.clear()  # ours are sent by hand: they are only for secure addresses
        self.judge.check(reply)
        assert reply.status_code == status, reply.text
        return reply

    def agent(self, key, method, path, body=None, status=200, **headers):
        headers = {"Authorization": f"Bearer {key}", "User-Agent": "stranger"} | headers
        return self.send(method, path, status, json=body, headers=headers).json()

    def page(self, method, path, body=None, status=200):
        headers = {"Cookie": f"__Host-lp={self.cookie}"} if self.cookie else {}
        if method == "POST":
            headers |= {"X-LP-CSRF": "1", "Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        reply = self.send(method, path, status, json=body, headers=headers)
        if cookie := reply.headers.get("set-cookie"):
            self.cookie = cookie.partition("=")[2].partition(";")[0]
        return reply.json()

    def first_event(self, name):
        """Reads the first of an endless answer, and leaves."""
        cookie, url = {"Cookie": f"__Host-lp={self.cookie}"}, "/api/review/events"
        with self.http.stream("GET", url, headers=cookie) as reply:
            self.judge.check_head(reply)
            assert next(reply.iter_lines()) == "event: " + name
        refused = {"Sec-Fetch-Site": "cross-site"}
        self.send("GET", url, 403, headers=cookie | refused)

    def ask(self, key, payload, status=200, **more):
        body = {"service": "billing", "action": "refund", "payload": payload, **more}
        return self.agent(key, "POST", "/api/ingest", body, status)

    def set_up(self):
        token = self.command("setup-link")["url"].partition("#t=")[2]
        self.owner.set_up(token, "Ada")
        self.page("POST", "/api/setup/begin", {"token": token}, 410)
        self.session = self.owner.log_in()
        lab = ("--name", "lab", "--payloads", "server_sealed")
        self.lab = self.command("project", "create", *lab)["id"]
        self.owner.found(self.lab)
        self.page("POST", "/api/review/rosters/begin", {"project": self.lab}, 409)
        self.key = self.command("key", "create", "--name", "bot")["key"]
        self.lab_key = self.command("key", "create", "--project", "lab")["key"]
        self.auditor = self.command("key", "create", "--role", "auditor")["key"]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("openapi"))
    try:
        made.set_up()
        yield made
    finally:
        made.http.close()
        made.process.terminate()
        assert made.process.wait(20) == 0


def asking_is_refused(house):
    assert house.ask("none", {}, 401)["reason"] == "api_key_invalid"
    assert house.ask(house.auditor, {}, 403)["reason"] == "wrong_role"
    assert house.ask(house.key, {"amount": 1}, 422)["reason"] == "plaintext_refused"
    assert house.ask(house.lab_key, {}, 422, priority="now")["pointer"] == "/priority"
    first = {"service": "s", "action": "a", "payload": seal_1(CONTENT_KEY, b"{}")}
    other, headers = first | {"payload": seal_1(CONTENT_KEY, b"{}")}, {"Idempotency-Key": "k-1"}
    house.agent(house.key, "POST", "/api/ingest", first, **headers)
    assert house.agent(house.key, "POST", "/ingest", first, **headers)["replay"]
    house.agent(house.key, "POST", "/api/ingest", other, 409, **headers)


def agents_change_their_minds(house):
    asked = house.ask(house.lab_key, {"table": "t", "rows": 1}, facts={"rows": 1}, decide_in=60)
    assert "dek" in asked
    path = f"/api/requests/{asked['id']}"
    revision = {"version": 1, "payload": {"table": "t", "rows": 2}}
    assert house.agent(house.lab_key, "POST", f"{path}/revise", revision)["version"] == 2
    house.agent(house.lab_key, "POST", f"{path}/revise", revision, 409)
    house.agent(house.key, "POST", f"{path}/cancel", {}, 404)
    house.agent(house.lab_key, "POST", f"{path}/cancel", {"reason": "not needed"})
    again = house.agent(house.lab_key, "POST", f"{path}/cancel", {}, 409)
    assert again["decision"]["state"] == "cancelled"


def agents_keep_state(house):
    asked = house.ask(house.key, seal_1(CONTENT_KEY, REFUND))
    snapshot = seal_1(CONTENT_KEY, b'{"step":1}')
    house.send("PUT", asked["uploadUrl"], json=snapshot)
    house.send("PUT", asked["uploadUrl"] + "0", 403, json=snapshot)
    house.send("GET", asked["uploadUrl"], 403)
    path, key = "/api/langgraph/checkpoints", house.key
    kept = {"checkpoint": {"v": 1}, "metadata": {"step": 1}}
    house.agent(key, "POST", path, kept | {"thread_id": "t1", "checkpoint_id": "c1"})
    assert house.agent(key, "GET", f"{path}?thread_id=t1&latest=1") == kept
    house.agent(key, "GET", f"{path}?thread_id=t1", status=400)
    house.agent(key, "DELETE", f"{path}?thread_id=t1")
    house.agent(key, "GET", f"{path}?thread_id=t1&latest=1", status=404)


def agents_sign(house):
    agent = house.agent(house.key, "POST", "/api/agents/register", {"agent_handle": "acme-bot"})
    call = {"project_id": house.session["projects"][0]["id"], "service": "svc", "action": "act",
            "payload": seal_1(CONTENT_KEY, b"{}")}
    signature = hmac.new(agent["agent_secret"].encode(),
                         json.dumps(call, separators=(",", ":")).encode(), "sha256").hexdigest()
    body = call | {"agent_id": agent["agent_id"], "agent_signature": signature}
    house.agent(house.key, "POST", "/api/ingest", body)
    house.agent(house.key, "POST", "/api/ingest", body | {"action": "other"}, 401)
    token = house.send("POST", "/api/agent-signup/request-token", json={}).json()["token"]
    house.send("POST", "/api/api/agent-signup", json={"token": token, "label": "acme"})
    house.send("POST", "/api/agent-signup", 403, json={"token": token})


def agents_hand_on(house):
    key, path = house.key, "/api/agents/"
    down = house.agent(key, "POST", f"{path}register", {"agent_handle": "down-bot"})["agent_id"]
    asked = house.ask(key, seal_1(CONTENT_KEY, b"{}"))["id"]
    commitment = {"type": "referral", "amount_cents": 100, "currency": "EUR"}
    handed = {"request_id": asked, "downstream_agent_id": down, "commitment": commitment}
    delivery = house.agent(key, "POST", f"{path}handoff", handed)["delivery_id"]
    house.agent(key, "POST", f"{path}handoff", handed | {"downstream_agent_id": "nobody"}, 422)
    house.agent(key, "POST", f"{path}handoff", handed | {"request_id": UNKNOWN}, 404)
    outcome = {"delivery_id": delivery, "outcome": "fulfilled", "note": "done"}
    said = house.agent(key, "POST", f"{path}handoff-outcome", outcome)
    assert house.agent(key, "POST", f"{path}handoff-outcome", outcome) == said | {"replay": True}
    house.agent(house.lab_key, "POST", f"{path}handoff-outcome", outcome, 404)
    told = house.agent(key, "GET", f"{path}handoff-outcome?delivery_id={delivery}")
    assert [event["outcome"] for event in told["events"]] == ["created", "fulfilled"]
    assert told["events"][1]["prev"] == told["events"][0]["statement_sha256"]
    house.agent(key, "GET", f"{path}handoff-outcome", status=400)
    house.agent(key, "POST", f"{path}rotate", {"agent_id": down})
    house.agent(house.lab_key, "POST", f"{path}rotate", {"agent_id": down}, 404)


def agents_are_vouched_for(house):
    key, path = house.key, "/api/agents/"
    asked = house.ask(key, seal_1(CONTENT_KEY, b"{}"))["id"]
    proof = house.agent(key, "GET", f"{path}proof?request_id={asked}")
    secret = house.command("project", "secret", "--purpose", "claims")
    assert secret["kid"] == proof["kid"]
    # As Python writes it, and as JavaScript and RFC 8785 would.
    claim = json.dumps(proof["claim"], separators=(",", ":"))
    assert proof["signature"] == hmac.new(secret["secret"].encode(), claim.encode(),
                                          "sha256").hexdigest()
    house.agent(house.lab_key, "GET", f"{path}proof?request_id={asked}", status=404)
    resolved = house.agent(key, "GET", f"{path}resolve?handle=down-bot")
    house.agent(key, "GET", f"{path}resolve?handle=nobody", status=404)
    agent = resolved["agent_id"]
    house.agent(key, "GET", f"{path}attestation?agent_id={agent}&window_days=7")
    house.agent(key, "GET", f"{path}attestation?agent_id={agent}&window_days=0", status=400)


def people_decide(house):
    key, status = house.key, "/api/status/"
    edited = house.ask(key, seal_1(CONTENT_KEY, REFUND))["id"]
    assert house.agent(key, "GET", status + edited)["status"] == "PENDING"
    house.agent(key, "GET", f"{status}{edited}?wait=99", status=400)
    house.agent(house.lab_key, "GET", status + edited, status=404)
    sealed = json.dumps(seal_1(CONTENT_KEY, SMALLER))
    detail = house.owner.decide(edited, "approve", "less", sealed)
    assert detail["decision"]["state"] == "approved_with_modifications"
    assert house.agent(key, "GET", status + edited)["patched_payload"] == json.loads(sealed)

    context = {"origin": house.session["projects"][0]["origin"], "client_nonce": "n",
               "service": "billing", "action": "refund"}
    bound = house.ask(key, seal_2(CONTENT_KEY, REFUND, context))["id"]
    assert house.owner.decide(bound, "approve")["decision"]["class"] == "device"
    assert house.agent(key, "GET", status + bound)["patched_payload"] is None

    plain = house.ask(house.lab_key, {"amount": 12345678901234567890})["id"]
    house.owner.decide(plain, "reject", "too much")
    assert house.agent(house.lab_key, "GET", status + plain)["reason"] == "too much"

    late = house.ask(key, seal_1(CONTENT_KEY, REFUND), decide_in=1)["id"]
    assert house.agent(key, "GET", f"{status}{late}?wait=10")["state"] == "expired"
    house.page("GET", f"/api/review/requests/{late}")


def judged_as_class_a(house, request):
    """By two verifiers that share no code; tests/browser has the third judge one of a browser's."""
    place = Path(house.data).parent
    cookie = {"Cookie": f"__Host-lp={house.cookie}"}
    told = house.send("GET", f"/api/review/requests/{request}/receipt", headers=cookie)
    (place / "receipt.json").write_bytes(told.content)
    trust = subprocess.run([PROGRAM, "trust", "export", "--data", house.data, "--project",
                            "default"], check=True, capture_output=True).stdout
    (place / "trust.json").write_bytes(trust)
    assert json.loads(trust)["rp"] == [{"rpId": "localhost", "origins": [house.origin]}]
    sdk = str(Path(__file__).parents[3] / "sdk/python")
    for verifier in ([PROGRAM, "verify"], [sys.executable, "-B", "-m", "letsping_verify"]):
        words = [*verifier, str(place / "receipt.json"), "--trust", str(place / "trust.json"),
                 "--require", "human=passkey", "--json"]
        done = subprocess.run(words, capture_output=True, text=True, check=False,
                              env=os.environ | {"PYTHONPATH": sdk})
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["human"] == "A"


def the_quickstart_is_approved(house, passkey):
    """The one of the genuine package, which asks at high, with a content key and without."""
    for key, content_key in ((house.key, CONTENT_KEY), (house.lab_key, b"")):
        environment = os.environ | {"LETSPING_API_KEY": key, "PYTHONUNBUFFERED": "1",
                                    "LETSPING_BASE_URL": f"{house.origin}/api",
                                    "LETSPING_ENCRYPTION_KEY": b64(content_key)}
        with subprocess.Popen([sys.executable, "-m", "letsping.quickstart"], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True) as running:
            link = next(line for line in running.stdout if line.startswith("Dashboard: "))
            house.owner.decide_with(passkey, link.strip().rpartition("/")[2])
            said, _ = running.communicate(timeout=60)
        assert running.returncode == 0, said
        assert '"status": "APPROVED"' in said and "DROP TABLE users" in said


def people_use_passkeys(house):
    """One that decides, once its owner has signed for it, and one that signs in."""
    owner, high = house.owner, house.ask(house.key, seal_1(CONTENT_KEY, REFUND), priority="high")
    path = f"/api/review/requests/{high['id']}"
    detail = house.page("GET", path)
    assert detail["eligibility"]["needs"] == "passkey" and not detail["passkeys"]
    refused = house.page("POST", f"{path}/decision", owner.decision(detail, "approve"), 403)
    assert refused["reason"] == "passkey_needed"
    passkey, waits = owner.enrol("decision")
    listed = {"class": "passkey", "spki": b64(passkey.spki), "rpId": passkey.rp_id,
              "aaguid": waits["aaguid"], "salt": b64(bytes(32))}
    owner.sign_proposal(waits["id"], lambda entries: [*entries, next(
        entry for entry in entries if entry["member"] == waits["member"]["id"]) | listed])
    assert owner.decide_with(passkey, high["id"])["decision"]["class"] == "passkey"
    judged_as_class_a(house, high["id"])
    judged_as_class_a(house, people_decide_together(house, passkey))
    people_type_numbers(house, passkey)
    the_quickstart_is_approved(house, passkey)
    login, _ = owner.enrol("login")
    house.page("POST", "/api/review/passkeys/begin", {"purpose": "other"}, 422)
    house.page("POST", "/api/review/passkeys", {"purpose": "login"}, 422)
    assert len(house.page("GET", "/api/review/passkeys")["passkeys"]) == 2
    owner.log_in_with(passkey, 401)
    assert owner.log_in_with(login)["key"] == login.key
    owner.log_in()
    kept = house.page("POST", f"/api/review/passkeys/{passkey.key}/remove", {})
    assert kept["act"] == "revoke_device"
    house.page("POST", f"/api/review/roster-proposals/{kept['id']}/withdraw", {})
    house.page("POST", f"/api/review/passkeys/{login.key}/remove", {})
    house.page("POST", f"/api/review/passkeys/{login.key}/remove", {}, 409)
    house.page("POST", f"/api/review/passkeys/{'a' * 64}/remove", {}, 404)


def people_are_refused(house):
    request = house.ask(house.key, seal_1(CONTENT_KEY, REFUND))["id"]
    path = f"/api/review/requests/{request}"
    house.page("POST", f"{path}/viewed", {"version": 9}, 409)
    detail = house.page("GET", path)
    bad = house.owner.decision(detail, "approve") | {"signature": house.owner.sign(b"other")}
    assert house.page("POST", f"{path}/decision", bad, 422)["reason"] == "bad_signature"
    stale = house.owner.decision(detail | {"offer": detail["offer"] | {"level": "low"}}, "approve")
    assert "offer" in house.page("POST", f"{path}/decision", stale, 409)
    core = json.loads(house.owner.decision(detail, "approve")["core"])
    del core["payload"]["commit"]
    unseen = {"core": jcs(core).decode(),
              "signature": house.owner.sign(b"lp-decision-device/1\0" + jcs(core))}
    assert house.page("POST", f"{path}/decision", unseen, 422)["reason"] == "commit_missing"
    house.page("GET", f"/api/review/requests/{UNKNOWN}", None, 404)
    house.send("POST", "/api/logout", 403, json={})
    house.send("GET", "/api/session", 401)


def people_look_around(house):
    house.page("GET", "/api/session")
    first = house.page("GET", "/api/review/requests?state=all&limit=1")
    house.page("GET", f"/api/review/requests?state=all&before={first['next']}")
    house.page("GET", "/api/review/requests?state=open", None, 400)
    house.page("GET", f"/api/review/requests/{first['requests'][0]['id']}/receipt")
    house.page("GET", f"/api/review/requests/{UNKNOWN}/receipt", None, 404)
    house.first_event("resync")
    # test_rollback.py has some; here nothing was closed.
    assert house.page("GET", "/api/review/successions")["successions"] == []
    house.page("POST", "/api/review/successions", {"openings": []}, 404)
    # A demo has nothing to sign for while a request waits, or for an address of one machine only.
    live = "/api/review/successions?public_url=https://"
    house.page("GET", live + "localhost", None, 400)
    house.page("GET", live + "letsping.example", None, 409)


def people_end_sessions(house):
    house.owner.log_in()
    [one] = house.page("GET", "/api/sessions")["sessions"]
    assert one["current"] and one["active"] and one["network"] == "127.0.0.1"
    first, house.cookie = house.cookie, None
    house.owner.log_in()
    house.page("POST", f"/api/sessions/{one['id']}/end", {})
    house.page("POST", f"/api/sessions/{one['id']}/end", {}, 404)
    left, house.cookie = house.cookie, first
    house.page("GET", "/api/sessions", None, 401)
    house.cookie = left
    assert house.page("POST", "/api/sessions/end-others", {}) == {"ended": 0}


def people_ask_for_changes(house):
    path = "/api/review/roster-proposals"
    asked = house.page("POST", path, {"act": "add_member", "name": "Eve", "roles": ["auditor"]})
    house.page("POST", f"{path}/{asked['id']}/withdraw", {})
    house.page("POST", path, {"act": "add_member", "name": "Eve", "roles": ["king"]}, 422)
    house.page("POST", path, {"act": "rotate_issuer", "project": "default"}, 403)


def asked_of_the_owner(house, *words):
    """The proposal of a change that this terminal has no key for."""
    done = subprocess.run([PROGRAM, *words, "--data", house.data, "--json"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 5, done.stderr
    path = "/api/review/roster-proposals/" + json.loads(done.stdout)["proposal"]
    return house.page("GET", path) | {"path": path}


def people_come(house):
    """The second person's browser, which an owner has signed for."""
    one = asked_of_the_owner(house, "member", "add", "--name", "Bob", "--role", "reviewer")
    bob = one["member"]["id"]
    place = {"salt": b64(bytes(32)), "member": bob, "roles": ["reviewer"], "groups": [],
             "class": "none", "cosigned": []}
    house.owner.sign_proposal(one["id"], lambda entries: [*entries, place],
                              [{"member": bob, "name": "Bob"}])
    house.page("GET", one["path"], None, 404)
    token = house.command("login-link", "--member", bob)["url"].partition("#t=")[2]
    second = Approver(house.page, house.origin, CONTENT_KEY)
    brought = {"token": token, "spki": b64(second.spki)}
    assert house.page("POST", "/api/login-link", {"token": token})["state"] == "fresh"
    waits = house.page("POST", "/api/login-link/device", brought)["proposal"]
    other = brought | {"spki": b64(Approver(house.page, house.origin, CONTENT_KEY).spki)}
    house.page("POST", "/api/login-link/device", other, 410)
    house.page("POST", "/api/login-link", {"token": "none"}, 401)
    place |= {"class": "device", "spki": b64(second.spki)}
    house.owner.sign_proposal(waits, lambda old: [place if e["member"] == bob else e for e in old])
    assert house.page("POST", "/api/login-link", {"token": token})["state"] == "counted"
    house.owner.cosign(bob)
    return bob, second


def people_go(house, member):
    kept = asked_of_the_owner(house, "member", "remove", member)
    house.page("POST", kept["path"] + "/withdraw", {})
    house.page("POST", kept["path"] + "/withdraw", {}, 404)
    one = asked_of_the_owner(house, "member", "remove", member)
    assert house.page("GET", "/api/review/roster-proposals")["proposals"][0]["id"] == one["id"]
    house.owner.sign_proposal(one["id"], lambda entries: [
        entry for entry in entries if entry["member"] != member])


def another_issuer_signs(house):
    one = asked_of_the_owner(house, "log", "rotate-issuer")
    assert one["previous"] != one["key"]
    house.owner.sign_rotation(one["id"], 1, 409)  # the log has passed that entry
    house.owner.sign_rotation(one["id"])
    house.page("GET", one["path"], None, 404)


def erases(house, request, member):
    """An owner withdraws one erasure, and signs one of a request and one of a person."""
    for what in (["--request", request], ["--subject", member]):
        for signed in (False, True):
            done = subprocess.run([PROGRAM, "erase", *what, "--basis", "Art. 17 GDPR", "--data",
                                   house.data, "--json"], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, check=False)
            assert done.returncode == 5, done.stderr
            path = "/api/review/erasure-proposals/" + json.loads(done.stdout)["proposal"]
            offered = house.page("GET", path)
            if signed:
                house.page("POST", path + "/sign", house.owner.sign_erasure(offered["items"]))
            else:
                house.page("POST", path + "/withdraw", {})
            house.page("GET", path, None, 404)
            house.page("POST", path + "/withdraw", {}, 404)
    gone = house.page("GET", f"/api/review/requests/{request}", None, 410)["erasure"]
    assert (gone["id"], gone["basis"]) == (request, "Art. 17 GDPR")
    assert [gone] == house.page("GET", "/api/review/requests?state=decided")["erased"]


def people_come_and_go(house):
    owners, asked = house.cookie, house.ask(house.key, seal_1(CONTENT_KEY, REFUND))["id"]
    bob, second = people_come(house)
    house.cookie = None
    assert second.log_in()["member"]["name"] == "Bob"
    assert second.decide(asked, "approve")["decision"]["by"]["id"] == bob
    house.page("GET", "/api/review/roster-proposals", None, 403)
    bobs, house.cookie = house.cookie, owners
    people_go(house, bob)
    house.cookie = bobs
    house.page("GET", "/api/session", None, 401)
    house.cookie = owners
    erases(house, asked, bob)


def auditors_read_the_log(house):
    log = house.session["projects"][0]["origin"].partition("/p/")[2]
    audit = {"Authorization": f"Bearer {house.auditor}"}
    note = house.send("GET", f"/log/{log}/checkpoint", headers=audit).text
    size = min(int(note.splitlines()[1]), 255)
    for tile in (f"0/000.p/{size}", f"entries/000.p/{size}"):
        house.send("GET", f"/log/{log}/tile/{tile}", headers=audit)
    for path, status in (("statements?first=1&count=2", 200), ("statements?first=x", 400),
                         ("tile/5/000", 404), (f"receipt/{size - 1}", 200),
                         ("receipt/999999", 404), ("receipt/0?format=other", 400)):
        house.send("GET", f"/log/{log}/{path}", status, headers=audit)
    house.send("GET", f"/log/{log}/receipt/0?wait=witnessed", 400, headers=audit)  # by nobody
    house.send("GET", f"/log/{log}/proof/inclusion?index=0&size={size}", headers=audit)
    house.send("GET", f"/log/{log}/proof/consistency?from=1&to={size}", headers=audit)
    for form in ("jsonl", "csv", "ocsf", "bundle"):
        assert house.send("GET", f"/api/audit/export?format={form}", headers=audit).content
    house.send("GET", "/api/audit/export?format=other", 400, headers=audit)
    house.send("GET", "/api/audit/export", 401)
    house.send("GET", f"/log/{log}/checkpoint", 401)
    house.send("GET", f"/log/{log}/checkpoint", headers={"Cookie": f"__Host-lp={house.cookie}"})


def anybody_may_look(house):
    size = house.send("GET", "/log/root/checkpoint").text.splitlines()[1]
    house.send("GET", f"/log/root/tile/0/000.p/{size}")
    house.send("GET", f"/log/root/tile/entries/000.p/{size}")
    house.send("GET", "/log/root/tile/5/000", 404)
    for path in ("/livez", "/readyz", "/healthz", "/verify", "/verify.html", *PAGES):
        house.send("GET", path)
    house.send("POST", "/api/csp-report", json={"csp-report": {}})
    for name in ("jwks.json", "letsping-transparency"):
        house.send("GET", f"/.well-known/{name}")
    house.send("GET", "/.well-known/security.txt", 404)


def test_every_operation_answers_as_the_document_says(house):
    for step in (
            asking_is_refused, agents_change_their_minds, agents_keep_state, agents_attach_files,
            agents_sign, agents_hand_on, agents_are_vouched_for, people_decide, people_talk,
            people_use_passkeys, people_hand_on_keys, people_are_told, people_manage_agents,
            people_manage_webhooks, people_write_policies, people_are_refused, people_look_around,
            people_sign_on, people_end_sessions, people_ask_for_changes, another_issuer_signs,
            people_come_and_go, auditors_read_the_log, anybody_may_look): step(house)
    house.page("POST", "/api/logout", {})
    assert house.judge.never_seen() == set()


def test_the_examples_fit_their_schemas():
    judge = Judge()
    for _, _, operation in judge.operations:
        replies = [reply for reply in operation["responses"].values() if "$ref" not in reply]
        for told in [*replies, operation.get("requestBody", {})]:
            for content in told.get("content", {}).values():
                if "example" in content:
                    assert not list(judge.schemas.problems(
                        content["schema"], content["example"], operation["operationId"]))
