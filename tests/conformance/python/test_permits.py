"""Executors: what was approved is run once, from the approved bytes, and nothing else is.

The Python executor against the real binary, and attacks on permits as its users would meet them.
"""

import base64
import concurrent.futures
import json
import secrets

import pytest
from server import Server
from shop import Shop  # The SDK's folder is on the path from here on.

from letsping_open import DirectoryLedger, LetsPingError
from letsping_open.executor import PermitError
from letsping_open.transport import Transport
from letsping_verify import Trust


@pytest.fixture(scope="module")
def shop(server):
    return Shop(server)


REFUND = {"service": "stripe", "action": "refund"}


def test_the_tool_gets_what_was_approved_and_never_what_the_agent_holds(shop):
    payload = {"amount": 12, "to": "alice"}
    permit = shop.approved(payload)
    payload["to"] = "mallory"  # Changed after the approval: nobody asks the agent again.
    ran = []
    assert shop.executor().run(permit, ran.append, **REFUND) is None
    assert ran == [{"amount": 12, "to": "alice"}]
    assert shop.http("GET", f"/permits/{permit}")[1]["state"] == "succeeded"


def test_a_permit_is_spent_once(shop):
    permit = shop.approved({"amount": 1})
    shop.executor().run(permit, lambda _: None, **REFUND)
    with pytest.raises(PermitError) as refused:
        shop.executor().run(permit, lambda _: pytest.fail("double spend"), **REFUND)
    assert refused.value.code == "permit_used"
    assert shop.claim(permit)[1]["reason"] == "permit_used"


def test_a_tool_that_fails_is_told_as_failed_and_not_repeated(shop):
    permit = shop.approved({"amount": 2})
    with pytest.raises(ZeroDivisionError):
        shop.executor().run(permit, lambda _: 1 // 0, **REFUND)
    assert shop.http("GET", f"/permits/{permit}")[1]["state"] == "failed"


def test_a_tool_that_is_broken_off_is_told_as_indeterminate(shop):
    permit = shop.approved({"amount": 2})
    def broken_off(_):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        shop.executor().run(permit, broken_off, **REFUND)
    assert shop.http("GET", f"/permits/{permit}")[1]["state"] == "indeterminate"


def test_what_a_tool_raises_is_not_hidden_by_a_report_that_fails(shop):
    executor = shop.executor()
    def unplugged(_):
        executor._transport = Transport("http://127.0.0.1:1/api", "lp_none")
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError) as raised:
        executor.run(shop.approved({"amount": 2}), unplugged, **REFUND)
    assert isinstance(raised.value.__cause__, LetsPingError)


def test_the_executors_own_ledger_refuses_what_it_has_seen(shop, tmp_path):
    permit, key = shop.approved({"amount": 3}), secrets.token_urlsafe(32)
    ledger = DirectoryLedger(tmp_path)
    shop.executor(ledger=ledger).claim(permit, **REFUND, claim_key=key)
    # The server answers the same claim in the same way; a process that was started anew, with a
    # state from before, does not run it again.
    with pytest.raises(PermitError) as refused:
        shop.executor(ledger=DirectoryLedger(tmp_path)).claim(permit, **REFUND, claim_key=key)
    assert refused.value.code == "permit_in_ledger"


def test_another_tool_another_executor_and_another_log_run_nothing(shop, server):
    permit = shop.approved({"amount": 4})

    def refused(executor, **what):
        with pytest.raises(LetsPingError) as error:
            executor.run(permit, lambda _: pytest.fail("it ran"), **(REFUND | what))
        return error.value.code

    assert refused(shop.executor(), action="payout") == "other_tool"
    assert refused(shop.executor(), agent_id="agent_other") == "other_tool"
    assert refused(shop.executor(executor_id="key_other")) == "permit_foreign"
    other = server.run("executor", "add", "other", "--project", shop.project, "--json")
    assert shop.http("GET", f"/permits/{permit}", key=other["key"])[1]["reason"] == "permit_foreign"
    server.run("executor", "revoke", other["id"], "--project", shop.project)
    trust = Trust.parse(server.run("trust", "export", "--project", "default").encode())
    assert refused(shop.executor(trust=trust)) == "receipt"
    assert shop.http("GET", f"/permits/{permit}")[1]["state"] == "issued", "nothing was claimed"


def test_an_edited_permit_is_no_permit(shop):
    permit = shop.approved({"amount": 5})
    executor = shop.executor()
    told = executor._call("GET", f"/permits/{permit}")

    def answering(change):
        changed = shop.executor()
        asked = changed._call
        changed._call = lambda method, path, body=None: (
            told | change if method == "GET" else asked(method, path, body))
        with pytest.raises(LetsPingError) as error:
            changed.run(permit, lambda _: pytest.fail("it ran"), **REFUND)
        return error.value.code

    head, body, signature = told["token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    longer = json.dumps(claims | {"exp": claims["exp"] + 3600}, separators=(",", ":"),
                        sort_keys=True)
    forged = base64.urlsafe_b64encode(longer.encode()).rstrip(b"=").decode()
    assert answering({"token": f"{head}.{forged}.{signature}"}) == "permit_signature"
    other = shop.http("GET", f"/permits/{shop.approved({'amount': 6})}")[1]
    assert answering({"payload": other["payload"]}) == "commitment"
    assert answering({"token": other["token"]}) == "permit_edited"
    assert answering({"receipt": other["receipt"]}) == "permit_edited"
    assert answering({"request": other["request"]}) == "descriptor"
    assert shop.claim(permit, token_sha256="0" * 64)[1]["reason"] == "permit_edited"
    assert shop.claim(permit)[0] == 200, "and the true one is still good"


def test_of_sixty_four_executors_one_wins(shop):
    permit = shop.approved({"amount": 7})
    with concurrent.futures.ThreadPoolExecutor(64) as many:
        answers = list(many.map(lambda _: shop.claim(permit), range(64)))
    assert [status for status, _ in answers].count(200) == 1
    assert {told["reason"] for status, told in answers if status != 200} == {"permit_used"}


def test_the_kill_switches_end_permits_nobody_has_claimed(shop, server, tmp_path):
    permit = shop.approved({"amount": 8})
    waiting = shop.ask({"amount": 9})
    told = server.run("stop", "permits", "--project", shop.project, "--service", "stripe",
                      "--action", "refund", "--json")
    assert told["permits_revoked"] >= 1
    with pytest.raises(PermitError) as refused:
        shop.executor().run(permit, lambda _: pytest.fail("it ran"), **REFUND)
    assert refused.value.code == "permit_revoked"
    assert shop.claim(permit)[1]["reason"] == "permit_revoked"
    told = server.run("stop", "agent", shop.agent_id, "--project", shop.project, "--reason",
                      "rogue", "--json")
    assert told["requests_cancelled"] == 1
    assert shop.http("GET", f"/status/{waiting}", key=shop.agent)[0] == 401
    pinned = tmp_path / "trust.json"
    pinned.write_text(server.run("trust", "export", "--project", shop.project))
    told = server.run("log", "verify", "--project", shop.project, "--allow-test", "--trust",
                      str(pinned), "--json")
    assert told["verdict"] == "VALID", told


def test_a_claim_and_an_outcome_whose_answers_are_lost_to_kills_happen_once(tmp_path):
    with Server() as own:
        shop = Shop(own)
        permit, key, nonce = shop.approved({"amount": 10}), "k" * 32, "n" * 32

        def lost_to_a_kill(call):
            with concurrent.futures.ThreadPoolExecutor(1) as one:
                lost = one.submit(call)
                own.process.kill()  # Before it was taken, between commit and answer, or behind it.
                lost.exception(timeout=30)
            own.process.wait()
            own.start()

        def claim():
            return shop.claim(permit, nonce=nonce, claim_key=key)

        lost_to_a_kill(claim)
        first = claim()
        assert first[0] == 200
        first[1].pop("replay", None)
        own.process.kill()
        own.process.wait()
        own.start()
        assert claim() == (200, first[1] | {"replay": True})
        assert shop.claim(permit)[1]["reason"] == "permit_used"

        def report(outcome):
            return shop.http("POST", f"/permits/{permit}/outcome",
                             {"outcome": outcome, "claim_key": key})

        lost_to_a_kill(lambda: report("succeeded"))
        assert report("succeeded")[0] == 200
        assert report("failed")[1]["reason"] == "outcome_recorded"
        assert shop.http("GET", f"/permits/{permit}")[1]["state"] == "succeeded"
        pinned = tmp_path / "trust.json"
        pinned.write_text(own.run("trust", "export", "--project", shop.project))
        told = own.run("log", "verify", "--project", shop.project, "--allow-test", "--trust",
                       str(pinned), "--json")
        assert told["verdict"] == "VALID", told


def test_a_request_is_erased_with_its_permit_once_that_has_ended(server, tmp_path):
    shop = Shop(server)
    permit = shop.approved({"amount": 11})
    request = shop.http("GET", f"/permits/{permit}")[1]["request"]["id"]
    erase = ("erase", "--request", request, "--basis", "asked", "--test-approver")
    assert server.call(*erase)[0] != 0, "it may still be claimed"
    shop.executor().run(permit, lambda _: None, **REFUND)
    server.run(*erase)
    assert shop.http("GET", f"/permits/{permit}")[0] == 404
    pinned = tmp_path / "trust.json"
    pinned.write_text(server.run("trust", "export", "--project", shop.project))
    told = server.run("log", "verify", "--project", shop.project, "--allow-test", "--trust",
                      str(pinned), "--json")
    # Asked, reviewed, decided, issued, claimed, succeeded.
    assert (told["verdict"], told["erased"]) == ("VALID", 6), told
