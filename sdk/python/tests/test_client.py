"""What the client refuses, and what it never does, without a server."""

import asyncio
import base64
import json
import os
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from cases import TOP

from letsping_envelope import ContentKey, open_envelope, seal_v1
from letsping_open import (ApprovalExpiredError, ApprovalRejectedError, ApprovalTimeoutError,
                           AsyncLetsPing, AuthenticationError, ConfigurationError, ConflictError,
                           DecryptionError, DirectoryLedger, IntegrityError, LetsPing,
                           LetsPingError, RateLimitError, SignatureError, ToolGate)
from letsping_open.testing import FakeLetsPing, approve, edit, expire, fail, reject

KEY = base64.b64encode(bytes(range(32))).decode()
ASK = ("billing", "refund", {"amount": 120})


class WithoutEnvironment(unittest.TestCase):
    def setUp(self):
        names = ("LETSPING_API_KEY", "LETSPING_BASE_URL", "LETSPING_ENCRYPTION_KEY",
                 "LETSPING_ORIGIN")
        clean = {name: value for name, value in os.environ.items() if name not in names}
        patched = mock.patch.dict(os.environ, clean, clear=True)
        patched.start()
        self.addCleanup(patched.stop)


class Start(WithoutEnvironment):
    def refused(self, code, **given):
        with self.assertRaises(ConfigurationError) as refused:
            LetsPing(**{"api_key": "lp_x", "base_url": "https://lp.example", **given})
        self.assertEqual(refused.exception.code, code)

    def test_there_is_no_default_address_and_none_that_is_not_safe(self):
        self.refused("no_base_url", base_url=None)
        self.refused("no_api_key", api_key=None)
        self.refused("base_url_insecure", base_url="http://lp.example")
        self.refused("base_url_insecure", base_url="http://127.0.0.1.example")
        for url in ("ftp://lp.example", "https://u:p@lp.example", "lp.example", "https://h/?q=1"):
            self.refused("base_url", base_url=url)
        for url in ("http://127.0.0.1:8400", "http://localhost", "http://[::1]:1/api/"):
            LetsPing("lp_x", base_url=url)

    def test_a_key_must_be_a_key_and_can_be_demanded(self):
        for wrong in ("AAAA", "not base64!", base64.b64encode(bytes(16)).decode()):
            self.refused("encryption_key", encryption_key=wrong)
        self.refused("encryption_key", require_encryption=True)
        LetsPing("lp_x", base_url="https://h", encryption_key=KEY, require_encryption=True)


class Payloads(WithoutEnvironment):
    def test_what_is_no_json_object_does_not_leave(self):
        lp = FakeLetsPing(approve)
        for payload in ([1], "x", {1: "a"}, {"a": {2: 1}}, {"a": float("nan")}, {"a": object()},
                        {"a": "\ud800"}):
            with self.assertRaises(ConfigurationError):
                lp.ask("s", "a", payload)
        self.assertEqual(lp.asked, [])

    def test_a_plain_answer_to_an_encrypted_ask_is_refused(self):
        lp = FakeLetsPing({**approve, "patched_payload": None, "payload": {"amount": 120}})
        original = lp.transport._status
        lp.transport._status = lambda request: original(request) | {"payload": {"amount": 120}}
        with self.assertRaises(DecryptionError):
            lp.ask(*ASK)


class Answers(WithoutEnvironment):
    def judged(self, **changed):
        """The decision, after `changed` of an approval without edits."""
        lp = FakeLetsPing(approve)
        original = lp.transport._status
        lp.transport._status = lambda request: original(request) | changed
        return lp.ask(*ASK)

    def test_an_answer_that_contradicts_itself_is_not_acted_upon(self):
        other = seal_v1('{"amount":9999}', ContentKey.from_base64(KEY))
        for changed in ({"id": "req_other"}, {"status": "MAYBE"}, {"status": None},
                        {"state": "pending"}, {"state": "approved_with_modifications"},
                        {"state": None}, {"drill": True}, {"payload": other}):
            with self.subTest(changed), self.assertRaises(IntegrityError):
                self.judged(**changed)
        self.assertEqual(self.judged().approved, {"amount": 120})

    def test_an_edit_of_another_request_is_refused(self):
        for payload in (seal_v1('{"amount":1}', ContentKey.from_base64(KEY)), {"amount": 1}):
            with self.subTest(payload), self.assertRaises((IntegrityError, DecryptionError)):
                self.judged(state="approved_with_modifications", patched_payload=payload)

    def test_an_edit_to_nothing_is_no_approval_of_the_original(self):
        with self.assertRaises(IntegrityError):
            FakeLetsPing(edit({})).ask(*ASK)

    def test_every_no_is_raised_with_its_reason(self):
        with self.assertRaises(ApprovalRejectedError) as no:
            FakeLetsPing(reject("too much")).ask(*ASK)
        self.assertEqual(no.exception.reason, "too much")
        with self.assertRaises(ApprovalExpiredError):
            FakeLetsPing(expire).ask(*ASK)

    def test_a_pending_request_ends_in_a_timeout(self):
        lp = FakeLetsPing({"status": "PENDING", "state": "pending"})
        with self.assertRaises(ApprovalTimeoutError):
            lp.ask(*ASK, timeout=0.01)

    def test_one_and_true_are_not_the_same(self):
        changes = FakeLetsPing(edit({"a": True, "b": 1.0, "d": 1})).ask(
            "s", "a", {"a": 1, "b": 1, "c": 2}).diff_summary["changes"]
        self.assertEqual(set(changes), {"a", "b", "c", "d"})

    def test_the_wait_of_a_cancelled_task_ends(self):
        async def play():
            lp = FakeLetsPing({"status": "PENDING", "state": "pending"})
            task = asyncio.create_task(lp.aask(*ASK))
            while not lp.asked:
                await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
        asyncio.run(play())


class Shapes(WithoutEnvironment):
    def test_a_decorated_function_runs_with_what_was_approved(self):
        lp, ran = FakeLetsPing(edit({"amount": 5, "to": "acme"})), []

        class Bank:
            @lp.require_approval("bank")
            def pay(self, amount, to="acme"):
                ran.append((amount, to))
                return "plain"

            @lp.require_approval("bank")
            async def pay_later(self, amount, *, to="acme"):
                ran.append((amount, to))
                return "coroutine"

            @lp.require_approval("bank")
            def each(self, amount, to="acme"):
                yield amount

            @lp.require_approval("bank")
            async def each_later(self, amount, to="acme"):
                yield amount

        async def all_of(items):
            return [item async for item in items]

        bank = Bank()
        self.assertEqual(bank.pay(100), "plain")
        self.assertEqual(asyncio.run(bank.pay_later(100)), "coroutine")
        self.assertEqual(list(bank.each(100)), [5])
        self.assertEqual(asyncio.run(all_of(bank.each_later(100))), [5])
        self.assertEqual(ran, [(5, "acme")] * 2)
        self.assertEqual(lp.asked[0]["payload"], {"amount": 100, "to": "acme"})
        self.assertEqual(lp.asked[0]["action"], "pay")

    def test_when_says_of_which_calls_a_person_is_asked(self):
        lp = FakeLetsPing(reject("no"))

        @lp.require_approval("bank", when=lambda given: given["amount"] > 10)
        def pay(amount):
            return amount
        self.assertEqual(pay(10), 10)
        with self.assertRaises(ApprovalRejectedError):
            pay(11)

    def test_an_edit_with_other_arguments_is_not_called(self):
        lp = FakeLetsPing(edit({"amount": 5, "extra": 1}))

        @lp.require_approval("bank")
        def pay(amount):
            raise AssertionError
        with self.assertRaises(ConfigurationError):
            pay(1)

    def test_the_block_of_a_gate_runs_only_after_an_approval(self):
        with FakeLetsPing(approve).gate(*ASK) as decision:
            self.assertEqual(decision["payload"], {"amount": 120})
        with self.assertRaises(ApprovalRejectedError):
            with FakeLetsPing(reject()).gate(*ASK):
                raise AssertionError

    def test_a_tool_for_a_model_says_stop(self):
        self.assertEqual(FakeLetsPing(approve).tool("s", "a")('{"a": 1}'), '{"a":1}')
        for lp in (FakeLetsPing(reject("no")), FakeLetsPing(fail())):
            self.assertTrue(lp.tool("s", "a")({"a": 1}).startswith("STOP: "))

    def test_the_async_client_awaits_the_same(self):
        async def play():
            async with AsyncLetsPing("lp_x", base_url="http://127.0.0.1:1") as lp:
                lp.sync = FakeLetsPing(approve)
                request = await lp.defer(*ASK)
                self.assertEqual((await lp.wait(request)).status, "APPROVED")
                self.assertEqual((await lp.ask(*ASK)).status, "APPROVED")
        asyncio.run(play())


class Gate(WithoutEnvironment):
    CALL = {"run_id": "run", "call_id": "call"}

    def test_a_call_of_a_run_is_asked_about_once_and_its_approval_used_once(self):
        lp = FakeLetsPing(approve)
        gate = ToolGate(lp)
        self.assertEqual(gate.check("pay", {"a": 1}, **self.CALL).args, {"a": 1})
        self.assertEqual(gate.check("pay", {"a": 1}, **self.CALL).code, "already_used")
        self.assertEqual(len(lp.asked), 1)

    def test_other_arguments_under_the_same_name_are_denied(self):
        gate = ToolGate(FakeLetsPing(approve))
        gate.check("pay", {"a": 1}, **self.CALL)
        self.assertEqual(gate.check("pay", {"a": 2}, **self.CALL).code, "idempotency_conflict")

    def test_a_ledger_in_a_directory_outlives_the_process(self):
        import tempfile
        with tempfile.TemporaryDirectory() as directory:
            self.assertTrue(DirectoryLedger(directory).use("req_1"))
            self.assertFalse(DirectoryLedger(directory).use("req_1"))
            with self.assertRaises(ValueError):
                DirectoryLedger(directory).use("../req_1")

    def test_every_error_is_a_denial(self):
        def broken():
            raise RuntimeError("a secret: lp_agent_x")
        for gate, args in ((ToolGate(FakeLetsPing(fail())), {}), (ToolGate(broken), {}),
                           (ToolGate(FakeLetsPing(approve)), "[1]"),
                           (ToolGate(FakeLetsPing(approve)), '{"a":1,"a":2}'),
                           (ToolGate(FakeLetsPing(approve), priority="urgent"), {}),
                           (ToolGate(FakeLetsPing(approve), ledger=object()), {})):
            denied = gate.check("pay", args, **self.CALL)
            self.assertIn("was not run", denied.message)
            self.assertNotIn("secret", denied.message)

    def test_a_timeout_denies_and_takes_the_request_back(self):
        lp = FakeLetsPing({"status": "PENDING", "state": "pending"})
        denied = ToolGate(lp, timeout=0.01).check("pay", {}, **self.CALL)
        self.assertEqual(denied.code, "timeout")
        self.assertEqual(lp.cancelled, [denied.request_id])

    def test_what_changes_after_the_ask_is_not_what_runs(self):
        args = {"to": ["acme"]}
        gate = ToolGate(FakeLetsPing(approve))
        asked = gate.ask("pay", args, **self.CALL)
        args["to"][0] = "mallory"
        self.assertEqual(gate.settle("pay", asked).args, {"to": ["acme"]})


class Server(BaseHTTPRequestHandler):
    answers: list = []
    seen: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.path, dict(self.headers), json.loads(body)))
        status, headers, said = self.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


class Http(WithoutEnvironment):
    def setUp(self):
        super().setUp()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.addCleanup(self.http.server_close)
        self.addCleanup(self.http.shutdown)
        Server.seen.clear()
        self.lp = LetsPing("lp_secret", encryption_key=KEY,
                           base_url=f"http://127.0.0.1:{self.http.server_port}")

    def ask(self, *answers):
        Server.answers[:] = answers
        return self.lp.defer(*ASK)

    def test_what_passes_is_tried_again_under_the_same_key_and_sealed_once(self):
        request = self.ask((503, {"Retry-After": "0"}, b"{}"), (429, {"Retry-After": "0"}, b""),
                           (200, {}, b'{"id":"req_1"}'))
        self.assertEqual(request, "req_1")
        self.assertEqual(len({seen[1]["Idempotency-Key"] for seen in Server.seen}), 1)
        self.assertEqual(len({json.dumps(seen[2]) for seen in Server.seen}), 1)
        text = open_envelope(Server.seen[0][2]["payload"], [ContentKey.from_base64(KEY)])
        self.assertEqual(text, '{"amount":120}')

    def test_refusals_have_their_kind_and_code_and_no_secret(self):
        said = b'{"error":"no","message":"do this","code":"its_code"}'
        for status, kind in ((401, AuthenticationError), (403, AuthenticationError),
                             (409, ConflictError), (422, LetsPingError)):
            with self.assertRaises(kind) as refused:
                self.ask((status, {}, said))
            self.assertEqual((refused.exception.code, str(refused.exception),
                              refused.exception.status), ("its_code", "do this", status))
        with self.assertRaises(RateLimitError):
            self.ask(*[(429, {"Retry-After": "0"}, b"<html>")] * 3)

    def test_a_redirect_is_an_error_and_nothing_follows(self):
        with self.assertRaises(LetsPingError):
            self.ask((302, {"Location": f"http://127.0.0.1:{self.http.server_port}/x"}, b""))
        self.assertEqual(len(Server.seen), 1)

    def test_an_answer_that_is_no_answer_is_refused(self):
        for said in (b"", b"[]", b'{"id":1}', b'{"id":"a/b"}', b'{"id":"a","id":"b"}'):
            with self.subTest(said), self.assertRaises(IntegrityError):
                self.ask((200, {}, said))


class Webhook(WithoutEnvironment):
    """The example of encryption.md section 9, and what is near it."""

    SENT = 1_772_366_400

    def setUp(self):
        super().setUp()
        text = (TOP / "spec/encryption.md").read_text()
        self.body = text.split("```example webhook-body\n")[1].split("\n```")[0]
        self.standard = text.split("```example webhook-standard\n")[1].split("\n```")[0]
        self.lp = LetsPing("lp_x", base_url="https://h", encryption_key="")

    def unwrap(self, secret="lp_whk_test", now=SENT, body=None, **headers):
        told = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(self.SENT),
                "Webhook-Signature": self.standard, **headers}
        return self.lp.webhooks.unwrap(told, body or self.body, secret, now=now)

    def refused(self, code, **changed):
        with self.assertRaises(SignatureError) as refused:
            self.unwrap(**changed)
        self.assertEqual(refused.exception.code, code)

    def test_what_is_changed_old_or_of_another_sender_is_refused(self):
        self.refused("signature", secret="lp_whk_other")
        self.refused("signature", body=self.body.replace("100", "101"))
        self.refused("signature", **{"Webhook-Id": "msg_2"})
        self.refused("signature", **{"Webhook-Signature": "v1a," + self.standard[3:]})
        self.refused("stale", now=self.SENT + 301)
        self.refused("stale", now=self.SENT - 301)
        for wrong in ("", "1e9", "-1", "١"):
            self.refused("headers", **{"Webhook-Timestamp": wrong})
        # The example's body has no webhook_id: its signature is right, and it is still not taken.
        self.refused("delivery")

    def test_a_delivery_is_taken_once(self):
        import hashlib
        import hmac
        body = json.dumps({"id": "req_1", "event": "request.approved", "webhook_id": "msg_1",
                           "data": {"status": "APPROVED", "state": "approved",
                                    "payload": {"amount": 1}, "patched_payload": None}})
        key = base64.b64encode(b"lp_whk_test").decode()
        mac = hmac.new(b"lp_whk_test", f"msg_1.{self.SENT}.{body}".encode(), hashlib.sha256)
        told = {"body": body, "Webhook-Signature":
                "v1,AAAA v1," + base64.b64encode(mac.digest()).decode()}
        event = self.unwrap(secret=f"whsec_{key}", **told)
        self.assertEqual(event.decision.approved, {"amount": 1})
        self.refused("repeated", **told)


if __name__ == "__main__":
    unittest.main()
