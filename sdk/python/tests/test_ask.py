"""Asking, against a server that says what a test wants it to say."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

from letsping_ask import AskFault, Number, ask


class Scripted(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))
        self.answer()

    def do_GET(self):
        self.server.polled.append(self.path)
        self.answer()

    def answer(self):
        status, body = self.server.script.pop(0)
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def number(digits, until="t1", left=3):
    return {"number_match": {"number": digits, "until": until, "tries_left": left}}


PENDING = {"status": "PENDING", "state": "pending"}
APPROVED = {"status": "APPROVED", "state": "approved"}


class Asking(unittest.TestCase):
    def setUp(self):
        self.server = HTTPServer(("127.0.0.1", 0), Scripted)
        self.server.asked, self.server.polled = [], []
        thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)

    def asks(self, *script, **more):
        self.server.script = list(script)
        self.slept = []
        return ask(f"http://127.0.0.1:{self.server.server_port}", "key", "db", "sql", {"a": 1},
                   sleep=self.slept.append, **more)

    def test_shows_the_first_number_and_each_that_takes_its_place(self):
        shown = []
        locked = {"number_match": {"locked": True, "tries_left": 0}}
        answer = self.asks(
            (200, {"id": "req_1", **number("012")}), (200, {**PENDING, **number("012")}),
            (200, {**PENDING, **number("012", left=2)}), (200, {**PENDING, **number("012", "t2")}),
            (200, {**PENDING, **locked}), (200, {**PENDING, **locked}),
            (200, {"status": "REJECTED", "state": "rejected"}),
            on_number=shown.append, priority="critical")
        self.assertEqual([Number("012", "t1", 3), Number("012", "t2", 3), Number(None, None, 0)],
                         shown)
        self.assertFalse(answer.approved)
        self.assertEqual(["number_match"], self.server.asked[0]["capabilities"])
        self.assertEqual("critical", self.server.asked[0]["priority"])
        self.assertEqual({"/api/status/req_1?wait=25"}, set(self.server.polled))

    def test_announces_nothing_without_a_place_to_show_it(self):
        answer = self.asks((200, {"id": "req_1"}), (200, APPROVED))
        self.assertTrue(answer.approved)
        self.assertNotIn("capabilities", self.server.asked[0])

    def test_keeps_what_else_is_announced(self):
        self.asks((200, {"id": "req_1"}), (200, APPROVED), on_number=print,
                  capabilities=["request_changes"])
        self.assertEqual(["request_changes", "number_match"],
                         self.server.asked[0]["capabilities"])

    def test_waits_on_while_the_server_is_not_there(self):
        self.asks((200, {"id": "req_1"}), (503, {}), (503, {}), (200, APPROVED))
        self.assertEqual([1, 2], self.slept)

    def test_raises_what_the_server_refuses(self):
        with self.assertRaises(AskFault) as caught:
            self.asks((422, {"reason": "plaintext_refused", "message": "no"}))
        self.assertEqual((422, "plaintext_refused"),
                         (caught.exception.status, caught.exception.reason))
        with self.assertRaises(AskFault):
            self.asks((200, {"id": "req_1"}), (404, {"reason": "not_found"}))

    def test_ends_with_what_the_place_to_show_it_raises(self):
        def fails(_):
            raise RuntimeError("no terminal")
        with self.assertRaises(RuntimeError):
            self.asks((200, {"id": "req_1", **number("012")}), on_number=fails)


if __name__ == "__main__":
    unittest.main()
