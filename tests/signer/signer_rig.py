"""A server whose log is signed by another process, `letsping signer`: signer_rig.py [--kills N]
[--seed N] [NAME…].

The signer is killed with SIGKILL at random moments while agents ask and a person decides, and
started again. Whatever was told must be signed at that moment, nothing that was told may be lost,
and the server goes on by itself.
"""

import argparse
import json
import os
import random
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))

from server import E1, Server, binary  # noqa: E402

PATIENCE_S = 20  # for what takes milliseconds on a machine with nothing else to do


def eventually(what, holds):
    end = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"it does not come about that {what}")
        time.sleep(0.02)
    return found


class Signer:
    """`letsping signer` with a key and a memory of its own."""

    def __init__(self, place, *more):
        self.place = Path(place)
        self.socket = str(self.place / "signer.sock")
        self.words = ["--key", str(self.place / "log.key"), "--state", str(self.place / "memory"),
                      "--socket", self.socket, *more]
        self.process = None

    def make_key(self):
        subprocess.run([binary(), "signer", "--init", "--key", self.place / "log.key"], check=True,
                       timeout=20)

    def start(self):
        with open(self.place / "signer.log", "ab") as log:
            self.process = subprocess.Popen([binary(), "signer", *self.words], text=True,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log)
        line = self.process.stdout.readline()
        assert line == f"listening {self.socket}\n", f"{line!r} {self.told()}"

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=20)

    def told(self):
        return (self.place / "signer.log").read_text(errors="replace")


class House(Server):
    """A server that does not have the log key."""

    def __init__(self):
        super().__init__({"limits.requests_per_minute": "100000000",
                          "limits.requests_burst": "100000000"})
        self.signer = None

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="letsping-")
        self.data = str(Path(self.home.name) / "data")
        place = Path(self.home.name) / "signer"
        place.mkdir(mode=0o700)
        self.signer = Signer(place)
        try:
            self.signer.make_key()
            self.signer.start()
            self.settings["LETSPING_SIGNER__SOCKET"] = self.signer.socket
            self.run("init", "--test", "--signer-socket", self.signer.socket)
            self.start()
            self.made["agent"] = super().make_key()["key"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        super().stop()
        if self.signer and self.signer.process and self.signer.process.poll() is None:
            self.signer.kill()
        self.home.cleanup()

    def http(self, method, path, body=None, key=None):
        """(status, headers, object); nothing when no answer came."""
        call = urllib.request.Request(self.address + path, method=method,
                                      data=body.encode() if body is not None else None)
        call.add_header("Authorization", "Bearer " + self.made["agent"])
        call.add_header("Content-Type", "application/json")
        if key:
            call.add_header("Idempotency-Key", key)
        try:
            with urllib.request.urlopen(call, timeout=30) as reply:
                return reply.status, reply.headers, json.loads(reply.read())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, json.loads(refused.read())
        except (urllib.error.URLError, OSError):
            return None

    def ask(self, key=None):
        return self.http("POST", "/api/ingest", f'{{"service":"s","action":"a","payload":{E1}}}',
                         key)

    def asked(self):
        status, _, body = self.ask()
        assert status == 200, body
        return body["id"]

    def state(self, request):
        return self.http("GET", "/api/status/" + request)[2].get("status")

    def readiness(self):
        return self.http("GET", "/readyz")

    def signed(self):
        """Of the default project: (size, requests with an entry below it)."""
        log = self.list("log", "show")
        return len(log), {entry["statement"]["predicate"]["stream"]["id"] for entry in log}

    def committed(self):
        """How many entries the default project has in the database, signed or not."""
        with sqlite3.connect(f"file:{self.data}/letsping.db?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM leaf").fetchone()[0]

    def verdict(self):
        trust = Path(self.home.name) / "trust.json"
        trust.write_text(self.run("trust", "export"))
        status, out, err = self.call("log", "verify", "--trust", str(trust), "--allow-test",
                                     "--json", "--signer-socket", self.signer.socket)
        assert status == 0, f"{status} {out} {err}"
        return json.loads(out)

    def restart_signer(self):
        self.signer.start()
        eventually("the server goes on", lambda: self.readiness()[0] == 200)


# ---- what is seen -------------------------------------------------------------------------------

def the_server_needs_no_log_key(house, _):
    assert not (Path(house.data) / "secrets/log.key").exists()
    assert not Path(house.data + ".signer").exists()
    request = house.asked()
    house.decide("approve", request)
    assert house.state(request) == "APPROVED"
    assert house.verdict()["verdict"] == "VALID"
    held = (Path(house.signer.place) / "log.key").read_bytes()
    for path in Path(house.data).rglob("*"):
        if path.is_file() and path.stat().st_size < 1 << 26:
            assert held not in path.read_bytes(), path


def a_server_that_still_has_the_log_key_does_not_start(house, _):
    assert house.stop() == 0
    left = Path(house.data) / "secrets/log.key"
    left.write_bytes(b"k" * 32)
    left.chmod(0o400)
    try:
        house.start()
        raise AssertionError("it starts")
    except RuntimeError as refused:
        assert "log.key is here, but another process signs" in str(refused), refused
    left.unlink()
    house.start()


def a_receipt_of_an_earlier_head_is_signed_for_its_proof(house, _):
    request = house.asked()
    house.decide("reject", request, "--reason", "no")
    time.sleep(1.2)  # a round of the root log, and then an entry that its newest one does not cover
    house.asked()
    status, out, err = house.call("receipt", request)
    assert status == 0, err
    assert "anchor" in json.loads(out), out


def a_second_signer_of_one_memory_is_refused(house, _):
    for words in (house.signer.words,
                  house.signer.words[:4] + ["--socket", house.signer.socket + "2"]):
        second = subprocess.run([binary(), "signer", *words], capture_output=True, text=True,
                                timeout=20, check=False)
        assert second.returncode == 1 and "another process" in second.stderr, second
    # Another memory does not get the socket of the first either.
    words = list(house.signer.words)
    words[3] += "2"
    second = subprocess.run([binary(), "signer", *words], capture_output=True, text=True,
                            timeout=20, check=False)
    assert second.returncode == 1 and "is in use" in second.stderr, second
    house.asked()


def a_strange_account_is_turned_away(house, _):
    if os.geteuid() != 0:
        return "needs root"
    place = house.signer.place
    for path in (house.home.name, str(place)):
        os.chmod(path, 0o755)
    os.chmod(house.signer.socket, 0o666)
    knock = ("import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
             "s.sendall(bytes.fromhex('000000020101'))\nsys.exit(len(s.recv(100)))")
    done = subprocess.run([sys.executable, "-c", knock, house.signer.socket], user=65534,
                          capture_output=True, timeout=20, check=False)
    # Closed, or reset while the frame was still in it.
    assert done.returncode == 0 or b"ConnectionResetError" in done.stderr or \
        b"BrokenPipeError" in done.stderr, done
    assert "signer.stranger" in house.signer.told()
    house.asked()
    return None


def what_is_no_message_is_refused(house, rng):
    def say(frame):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(house.signer.socket)
            client.sendall(frame)
            got = b""
            try:
                while piece := client.recv(100):
                    got += piece
            except ConnectionResetError:
                pass
            return got

    refusal = bytes.fromhex("00000003" "018501")
    frames = [b"", b"\1", b"\2\1", b"\1\0", b"\1\x63", b"\1\1\0", b"\1\2\0\5ab", b"\1\4\0\0",
              b"\1\4\xff\xff", b"\1\5", b"\1\7\0\1\0\1a\0\0\0\1b"]
    frames += [b"\1" + rng.randbytes(rng.randrange(1, 300)) for _ in range(100)]
    for body in frames[1:]:
        answer = say(struct.pack(">I", len(body)) + body)
        # Random bytes may by chance be a ping or the like.
        assert answer == refusal or answer[4:5] == b"\1", (body, answer)
    for head in (b"\0\0\0\0", b"\0\x10\0\1" + b"x" * 64, b"\xff\xff\xff\xff"):
        assert say(head) == b"", head
    assert house.signer.process.poll() is None
    house.asked()
    assert house.verdict()["verdict"] == "VALID"


def while_it_is_away_nothing_is_decided_and_nothing_is_told(house, _):
    request = house.asked()
    server = house.process.pid
    house.signer.kill()
    size, _ = house.signed()
    status, headers, body = house.ask("while away")
    assert (status, body.get("reason")) == (503, "signer_unavailable"), body
    assert headers["Retry-After"] == "2", headers
    status, out, err = house.call("review", "approve", request, "--test-approver")
    assert status != 0 and "signs the server's log does not answer" in err, (out, err)
    status, _, body = house.readiness()
    assert status == 503 and body == {"status": "unavailable", "ingest": "signer_unavailable",
                                      "deciding": "signer_unavailable"}, body
    assert house.state(request) == "PENDING"
    assert house.signed()[0] == size
    house.restart_signer()
    assert house.process.pid == server and house.alive()
    status, _, body = house.ask("while away")
    assert status == 200, body
    house.decide("approve", request)
    assert house.state(request) == "APPROVED"
    assert house.verdict()["verdict"] == "VALID"


def stop_while_it_is_asked(house):
    """Stopped with SIGSTOP the signer takes the question and does not answer, so that the commit
    is made and not signed. The size that is signed."""
    request = house.asked()
    size, streams = house.signed()
    assert request in streams
    house.asked()  # whoever answered just now is believed to answer again
    house.signer.process.send_signal(signal.SIGSTOP)
    status, _, body = house.ask("while stopped")
    assert (status, body.get("reason")) == (503, "signer_unavailable"), body
    assert house.committed() == size + 2 and house.signed()[0] == size + 1
    return size + 1


def what_was_committed_before_it_went_is_told_when_it_is_back(house, _):
    size = stop_while_it_is_asked(house)
    house.signer.process.send_signal(signal.SIGCONT)
    eventually("what was committed is signed", lambda: house.signed()[0] > size)
    status, _, body = house.ask("while stopped")
    assert status == 200 and body["id"] in house.signed()[1], body
    assert house.committed() == size + 1
    assert house.verdict()["verdict"] == "VALID"


def a_server_that_is_stopped_meanwhile_signs_at_its_next_start(house, _):
    size = stop_while_it_is_asked(house)
    house.signer.kill()
    assert house.stop() == 0
    house.signer.start()
    house.start()
    assert house.signed()[0] == size + 1
    assert house.verdict()["verdict"] == "VALID"


class Load:
    """Agents that ask, each again with the same key until it is told an id."""

    def __init__(self, house, agents, seed):
        self.house, self.told, self.stopping = house, {}, threading.Event()
        self.refused = 0
        self.threads = [threading.Thread(target=self.ask, args=(seed * 100 + number,))
                        for number in range(agents)]
        for thread in self.threads:
            thread.start()

    def ask(self, agent):
        number = 0
        while not self.stopping.is_set():
            key = f"{agent}-{number}"
            reply = self.house.ask(key)
            if reply and reply[0] == 200:
                self.told[key] = reply[2]["id"]
                number += 1
            elif reply:
                assert reply[0] == 503, reply
                self.refused += 1
                time.sleep(0.02)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def killed_under_load_nothing_is_lost_or_told_unsigned(house, rng, kills):
    server = house.process.pid
    load = Load(house, agents=6, seed=rng.randrange(1000))
    decided = {}
    try:
        for round_number in range(kills):
            before = len(load.told)
            eventually("agents are answered", lambda now=before: len(load.told) > now + 5)
            request = rng.choice(list(load.told.values()))
            if request not in decided:
                status, _, err = house.call("review", "approve", request, "--test-approver")
                if status == 0:
                    decided[request] = "APPROVED"
            time.sleep(rng.random() * 0.15)
            told = set(load.told.values())
            house.signer.kill()
            # Whatever anybody was told is below a checkpoint that the dead signer has signed.
            missing = told - house.signed()[1]
            assert not missing, f"told and not signed: {missing}"
            time.sleep(rng.choice((0, 0.1, 3 if round_number % 5 == 4 else 0.3)))
            house.signer.start()
    finally:
        load.stop()
    eventually("the server goes on", lambda: house.readiness()[0] == 200)
    assert house.alive() and house.process.pid == server
    assert house.verdict()["verdict"] == "VALID"
    size, streams = house.signed()
    assert set(load.told.values()) <= streams
    for request, state in decided.items():
        assert house.state(request) == state, request
    # Each key was one request, however often it was sent.
    assert len(set(load.told.values())) == len(load.told)
    print(f"  {kills} kills, {len(load.told)} asks told, {load.refused} refused, {len(decided)} "
          f"decided, {size} entries")


def erasures_wait_for_the_memory_too(house, _):
    request = house.asked()
    house.decide("reject", request, "--reason", "no")
    house.run("erase", "--request", request, "--basis", "asked for", "--test-approver")
    assert house.http("GET", "/api/status/" + request)[0] == 410
    memory = (Path(house.signer.place) / "memory/checkpoints").read_bytes()
    assert b"erased\n" + request.encode() in memory
    assert house.verdict()["verdict"] == "VALID"


TESTS = (the_server_needs_no_log_key, a_server_that_still_has_the_log_key_does_not_start,
         a_receipt_of_an_earlier_head_is_signed_for_its_proof,
         a_second_signer_of_one_memory_is_refused, a_strange_account_is_turned_away,
         what_is_no_message_is_refused, while_it_is_away_nothing_is_decided_and_nothing_is_told,
         what_was_committed_before_it_went_is_told_when_it_is_back,
         a_server_that_is_stopped_meanwhile_signs_at_its_next_start,
         erasures_wait_for_the_memory_too, killed_under_load_nothing_is_lost_or_told_unsigned)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("names", nargs="*")
    chosen = options.parse_args()
    print(f"seed {chosen.seed}")
    passed = failed = skipped = 0
    for test in TESTS:
        if chosen.names and test.__name__ not in chosen.names:
            continue
        rng = random.Random(f"{chosen.seed} {test.__name__}")
        more = (chosen.kills,) if test is killed_under_load_nothing_is_lost_or_told_unsigned else ()
        with House() as house:
            try:
                skip = test(house, rng, *more)
                print(f"{'skip' if skip else 'ok'}   {test.__name__.replace('_', ' ')}", flush=True)
                skipped, passed = skipped + bool(skip), passed + (not skip)
            except Exception as wrong:  # noqa: BLE001
                failed += 1
                print(f"FAIL {test.__name__.replace('_', ' ')}: {type(wrong).__name__}: {wrong}\n"
                      f"--- server\n{house.log_tail()}\n--- signer\n{house.signer.told()[-1500:]}",
                      flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
