"""A third party's monitor of a real server, and of what stands between them and lies."""

import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from house import Server, binary


class Between(http.server.ThreadingHTTPServer):
    """Passes on what it is asked, by default; `lies` by path, `routes` by prefix."""

    daemon_threads = True

    def __init__(self, address):
        super().__init__(("127.0.0.1", 0), Passing)
        self.upstream, self.routes, self.lies, self.silent = address, {}, {}, False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.shutdown()
        self.thread.join()
        self.server_close()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.server.silent:
            self.server.ended.wait(30)
            return
        if self.path in self.server.lies:
            return self.say(200, self.server.lies[self.path])
        upstream = next((to for prefix, to in self.server.routes.items()
                         if self.path.startswith(prefix)), self.server.upstream)
        call = urllib.request.Request(upstream + self.path)
        if "Authorization" in self.headers:
            call.add_header("Authorization", self.headers["Authorization"])
        try:
            with urllib.request.urlopen(call, timeout=10) as reply:
                self.say(reply.status, reply.read())
        except urllib.error.HTTPError as error:
            self.say(error.code, error.read())

    def say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Twin(Server):
    """The same machine a second time, signer's memory and all, as it stood when it was copied."""

    def __init__(self, of):
        super().__init__()
        self.of = of

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="letsping-")
        self.data = str(Path(self.home.name) / "data")
        for end in ("", ".signer"):
            shutil.copytree(self.of.data + end, self.data + end)
        self.start()
        return self


class Monitored(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(Server())
        self.key = self.house.make_key(role="auditor", name="monitor")["key"]
        self.place = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="letsping-")))
        self.trust = json.loads(self.house.run("trust", "export"))
        self.log = "/log/" + self.trust["origin"].rsplit("/", 1)[1]

    def command(self, url, *more, **trust):
        file = self.place / "trust.json"
        told = {name: value for name, value in {**self.trust, **trust}.items()
                if value is not None}
        file.write_text(json.dumps(told))
        return [binary(), "monitor", "--trust", str(file), "--url", url, "--state",
                str(self.place / "seen"), "--timeout", "2", *more]

    def look(self, url, *more, key=None, **trust):
        """(exit status, the object of the look)."""
        environment = dict(os.environ, LETSPING_API_KEY=self.key if key is None else key)
        done = subprocess.run(self.command(url, "--once", "--json", *more, **trust),
                              env=environment, capture_output=True, text=True, timeout=60,
                              check=False, stdin=subprocess.DEVNULL)
        self.assertEqual("", done.stderr)
        return done.returncode, json.loads(done.stdout)

    def expect(self, alarm, url, status=40, **more):
        found, report = self.look(url, **more)
        told = [finding["alarm"] for finding in report["findings"]]
        self.assertEqual((status, [alarm]), (found, told), report)
        self.assertEqual({40: "INVALID", 30: "INDETERMINATE"}[status], report["verdict"])
        return report["findings"][0]

    def is_valid(self, url, **more):
        status, report = self.look(url, **more)
        self.assertEqual((0, "VALID"), (status, report["verdict"]), report)
        return report

    def until_anchored(self, house):
        """Once the root log has an entry for all that there is."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            size = house.run("log", "checkpoint", "--json")["size"]
            entries = house.list("log", "show", "--root")
            if entries and entries[-1]["size"] == size:
                return size
            time.sleep(0.2)
        return self.fail("the root log does not follow")


class Monitor(Monitored):
    def test_an_honest_log_is_valid_and_nobody_was_shown_another(self):
        size = self.until_anchored(self.house)
        report = self.is_valid(self.house.address)
        self.assertEqual((size, size), (report["leaves"], report["no_split_view_up_to"]))
        for _ in range(3):
            self.house.make_key()
        size = self.until_anchored(self.house)
        self.assertEqual(size, self.is_valid(self.house.address)["no_split_view_up_to"])
        self.assertEqual(0o600, (self.place / "seen/memory.json").stat().st_mode & 0o777)

    def test_a_log_without_a_root_log_is_followed_without_that_claim(self):
        self.assertNotIn("no_split_view_up_to", self.is_valid(self.house.address, root=None))

    def test_a_server_that_went_back_is_found_after_a_restart(self):
        self.house.stop()
        with Twin(self.house) as older:
            self.house.start()
            self.house.make_key()
            self.is_valid(self.house.address, root=None)
            finding = self.expect("rollback", older.address, root=None)
            told = json.loads(Path(finding["evidence"]).read_text())
            self.assertEqual("rollback", told["alarm"])

    def test_a_fork_is_evidence_that_convinces_others(self):
        self.house.stop()
        with Twin(self.house) as twin:
            self.house.start()
            self.house.make_key()
            self.is_valid(self.house.address, root=None)
            for _ in range(2):
                twin.make_key()
            evidence = self.expect("fork", twin.address, root=None)["evidence"]
        # Whoever has the trust file is convinced without a server.
        judge = [binary(), "monitor", "--trust", str(self.place / "trust.json"), "--json",
                 "--evidence"]
        said = subprocess.run([*judge, evidence], capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual((40, ""), (said.returncode, said.stderr))
        self.assertEqual(self.trust["origin"], json.loads(said.stdout)["log"])
        told = json.loads(Path(evidence).read_text())
        told["second"] = told["first"]
        harmless = self.place / "harmless.json"
        harmless.write_text(json.dumps(told, separators=(",", ":"), sort_keys=True,
                                       ensure_ascii=False) + "\n")
        said = subprocess.run([*judge, str(harmless)], capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual(30, said.returncode, said.stdout)
        # The honest machine comes back. What is known stays known until a person has acted.
        self.expect("evidence_kept", self.house.address, root=None)
        Path(evidence).unlink()
        self.is_valid(self.house.address, root=None)

    def test_a_split_view_is_found_in_the_root_log(self):
        self.until_anchored(self.house)
        self.house.stop()
        with Twin(self.house) as shown_to_others:
            self.house.start()
            shown_to_others.make_key()
            self.until_anchored(shown_to_others)
            for _ in range(2):
                self.house.make_key()
            with Between(self.house.address) as between:
                between.routes["/log/root/"] = shown_to_others.address
                finding = self.expect("split_view", between.address)
        told = json.loads(Path(finding["evidence"]).read_text())
        self.assertIn(self.trust["root"]["origin"], told["root_head"])

    def test_a_changed_byte_of_a_tile_or_a_leaf_is_found(self):
        size = self.until_anchored(self.house)
        for tile, at, alarm in ((f"/tile/0/000.p/{size}", 40, "wrong_tile"),
                                (f"/tile/entries/000.p/{size}", 300, "wrong_leaf")):
            shutil.rmtree(self.place / "seen", ignore_errors=True)
            with Between(self.house.address) as between:
                call = urllib.request.Request(self.house.address + self.log + tile)
                call.add_header("Authorization", "Bearer " + self.key)
                with urllib.request.urlopen(call, timeout=10) as reply:
                    text = bytearray(reply.read())
                text[at] ^= 1
                between.lies[self.log + tile] = bytes(text)
                self.expect(alarm, between.address)
                between.lies.clear()
                self.is_valid(between.address)

    def test_a_head_that_is_not_signed_is_not_taken(self):
        with Between(self.house.address) as between:
            between.lies["/log/root/checkpoint"] = b"<html>Sign in</html>"
            self.expect("bad_signature", between.address)

    def test_a_server_that_stalls_or_refuses_is_not_called_valid(self):
        with Between(self.house.address) as between:
            between.silent = True
            self.expect("unreachable", between.address, status=30)
        finding = self.expect("unreachable", self.house.address, status=30, key="lp_wrong")
        self.assertIn("refuses the key", finding["what"])
        self.is_valid(self.house.address)

    def test_a_policy_whose_witness_is_silent_is_not_fresh(self):
        made = subprocess.run([binary(), "witness", "--init", "--key", self.place / "w.key",
                               "--name", "w.example"], capture_output=True, text=True, timeout=20,
                              check=True)
        policy = {"quorum": 1, "witnesses": [made.stdout.strip()]}
        self.expect("witness_missing", self.house.address, status=30, witness_policy=policy)

    def test_goes_on_until_it_is_interrupted(self):
        running = subprocess.Popen(
            self.command(self.house.address, "--interval", "1"), stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, LETSPING_API_KEY=self.key))
        lines = [running.stdout.readline(), running.stdout.readline()]
        # One directory, one monitor.
        second = subprocess.run(self.command(self.house.address, "--once"), capture_output=True,
                                text=True, timeout=20, check=False)
        self.assertEqual((1, ""), (second.returncode, second.stdout), second.stderr)
        running.terminate()
        self.assertEqual(0, running.wait(timeout=20))
        running.stdout.close()
        for line in lines:
            self.assertRegex(line, "^[0-9TZ:.-]+  VALID  [0-9]+ leaves, ")

    def test_what_it_cannot_use_is_said_before_anything_is_done(self):
        def refuses(status, words, *command):
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual((status, ""), (done.returncode, done.stdout), done.stderr)
            self.assertIn(words, done.stderr)

        refuses(2, "https://", *self.command("http://approvals.example", "--once"))
        refuses(2, "https://", *self.command("approvals.example", "--once"))
        self.is_valid(self.house.address)
        other = {**self.trust, "origin": "x/p/1"}
        refuses(1, "no trust file", *self.command(self.house.address, "--once", **other))
        memory = self.place / "seen/memory.json"
        memory.write_text(memory.read_text().replace(self.trust["origin"], "another"))
        refuses(1, "it is of another log", *self.command(self.house.address, "--once"))


if __name__ == "__main__":
    unittest.main()
