"""Number match, against a server that says what a test wants it to say."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

from letsping_open import ApprovalRejectedError, LetsPing, Number


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


PENDING = {"id": "req_1", "status": "PENDING", "state": "pending"}
APPROVED = {"id": "req_1", "status": "APPROVED", "state": "approved", "payload": {"a": 1}}


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
        client = LetsPing("key", base_url=f"http://127.0.0.1:{self.server.server_port}")
        return client.ask("db", "sql", {"a": 1}, **more)

    def test_the_first_is_shown_and_each_that_takes_its_place(self):
        shown = []
        locked = {"number_match": {"locked": True, "tries_left": 0}}
        with self.assertRaises(ApprovalRejectedError):
            self.asks(
                (200, {"id": "req_1", **number("012")}), (200, {**PENDING, **number("012")}),
                (200, {**PENDING, **number("012", left=2)}),
                (200, {**PENDING, **number("012", "t2")}),
                (200, {**PENDING, **locked}), (200, {**PENDING, **locked}),
                (200, {"id": "req_1", "status": "REJECTED", "state": "rejected"}),
                on_number=shown.append, priority="critical")
        self.assertEqual([Number("012", "t1", 3), Number("012", "t2", 3), Number(None, None, 0)],
                         shown)
        self.assertNotIn("012", repr(shown))
        self.assertEqual(["number_match"], self.server.asked[0]["capabilities"])

    def test_nothing_is_announced_without_a_place_to_show_it(self):
        self.assertEqual({"a": 1}, self.asks((200, {"id": "req_1"}), (200, APPROVED)).approved)
        self.assertNotIn("capabilities", self.server.asked[0])

    def test_what_the_place_to_show_it_raises_ends_the_wait(self):
        def fails(_):
            raise RuntimeError("no terminal")
        with self.assertRaises(RuntimeError):
            self.asks((200, {"id": "req_1", **number("012")}), on_number=fails)


if __name__ == "__main__":
    unittest.main()
