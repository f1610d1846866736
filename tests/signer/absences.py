"""A signer that is away, killed, or remembers what the server does not."""

import hashlib
import json
import signal
import threading
import time
from pathlib import Path

from asker import BEGIN, CLOSED, DONE, EXTEND, HOLD, REFUSED, Asker, head, step
from house import eventually


def a_receipt_of_an_earlier_head_is_signed_for_its_proof(house, _):
    request = house.asked()
    house.decide("reject", request, "--reason", "no")
    time.sleep(1.2)  # a round of the root log, and then an entry that its newest one does not cover
    house.asked()
    status, out, err = house.call("receipt", request)
    assert status == 0, err
    assert "anchor" in json.loads(out), out


def a_server_whose_copy_is_older_signs_nothing(house, _):
    """The same through the server: its copy forks the log as soon as it adds to it."""
    older = house.copy()
    house.asked()
    house.put_back(older)
    house.start()
    status, _, body = house.ask()
    assert (status, body["reason"]) == (503, "log_frozen"), body


def a_signer_that_another_server_took_meanwhile_signs_when_it_is_left(house, _):
    request = house.asked()
    house.signer.kill()
    house.signer.process = None

    def taken():
        house.signer.start()
        thief = Asker(house)
        if thief.ask(HOLD) == (DONE, b""):
            return thief
        thief.socket.close()
        house.signer.kill()
        return None

    with eventually("another is faster than the server", taken):
        status, _, body = house.ask("while-taken")
        assert (status, body["reason"]) == (503, "signer_unavailable"), body
        assert house.state(request) == "PENDING"
    eventually("the server goes on", lambda: house.readiness()[0] == 200)
    assert house.ask("while-taken")[0] == 200
    assert house.verdict()["verdict"] == "VALID"


def a_server_without_its_signer_does_not_start(house, _):
    request = house.asked()
    assert house.stop() == 0
    house.signer.kill()
    assert "is `letsping signer` running?" in house.refused_start()
    assert not (Path(house.data) / "secrets/log.key").exists()
    house.signer.start()
    house.start()
    house.decide("approve", request)
    assert house.state(request) == "APPROVED"


def an_accepted_rollback_closes_the_log_in_the_signer_first(house, rng):
    house.decide("approve", house.asked())
    older = house.copy()
    lost = house.asked()
    origin, size = house.run("log", "checkpoint").split("\n")[:2]
    house.put_back(older)
    # Without the signer nothing is accepted, and nothing is closed here.
    house.signer.kill()
    accepting = "--accept-rollback=the disk died"
    assert "is `letsping signer` running?" in house.refused_start(accepting)
    house.signer.start()
    house.start(accepting)
    memory = (house.signer.place / "memory/checkpoints").read_bytes()
    assert b"closed\n" + origin.encode() in memory
    assert house.ask()[0] == 503
    house.signer.kill()
    status, out, err = house.call("log", "reopen", "--test-approver")
    assert status != 0, (out, err)
    house.restart_signer()
    status, out, err = house.call("log", "reopen", "--test-approver")
    assert status == 0, (out, err)
    house.decide("approve", house.asked())
    fresh = house.run("log", "checkpoint").split("\n")[0]
    assert fresh != origin
    assert house.state(lost) is None
    # Whatever a server says later, the closed one is never signed again.
    assert house.stop() == 0
    with Asker(house) as server:
        assert server.ask(HOLD) == (DONE, b"")
        root = rng.randbytes(32)
        assert server.ask(EXTEND, step(origin, int(size) + 1, root, int(size))) == (REFUSED, CLOSED)
        assert server.ask(BEGIN, head(origin, 0, hashlib.sha256().digest())) == (REFUSED, CLOSED)
    house.signer.kill()
    house.signer.start()
    house.start()
    house.asked()
    assert house.run("log", "checkpoint").split("\n")[0] == fresh
    assert house.verdict()["verdict"] == "VALID"


def while_it_is_away_nothing_is_decided_and_nothing_is_told(house, _):
    request = house.asked()
    server = house.process.pid
    house.signer.kill()
    size, _ = house.signed()
    status, headers, body = house.ask("while-away")
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
    status, _, body = house.ask("while-away")
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
    status, _, body = house.ask("while-stopped")
    assert (status, body.get("reason")) == (503, "signer_unavailable"), body
    assert house.committed() == size + 2 and house.signed()[0] == size + 1
    return size + 1


def what_was_committed_before_it_went_is_told_when_it_is_back(house, _):
    size = stop_while_it_is_asked(house)
    house.signer.process.send_signal(signal.SIGCONT)
    eventually("what was committed is signed", lambda: house.signed()[0] > size)
    status, _, body = house.ask("while-stopped")
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


def erasures_wait_for_the_memory_too(house, _):
    request = house.asked()
    house.decide("reject", request, "--reason", "no")
    house.run("erase", "--request", request, "--basis", "asked for", "--test-approver")
    assert house.http("GET", "/api/status/" + request)[0] == 410
    memory = (Path(house.signer.place) / "memory/checkpoints").read_bytes()
    assert b"erased\n" + request.encode() in memory
    assert house.verdict()["verdict"] == "VALID"


class Load:
    """Agents that ask, each again with the same key until it is told an id."""

    def __init__(self, house, agents, seed, pause=0.0):
        self.house, self.told, self.stopping = house, {}, threading.Event()
        self.pause = pause
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
                self.stopping.wait(self.pause)
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


TESTS = (a_receipt_of_an_earlier_head_is_signed_for_its_proof,
         a_server_whose_copy_is_older_signs_nothing,
         a_signer_that_another_server_took_meanwhile_signs_when_it_is_left,
         a_server_without_its_signer_does_not_start,
         an_accepted_rollback_closes_the_log_in_the_signer_first,
         while_it_is_away_nothing_is_decided_and_nothing_is_told,
         what_was_committed_before_it_went_is_told_when_it_is_back,
         a_server_that_is_stopped_meanwhile_signs_at_its_next_start,
         erasures_wait_for_the_memory_too, killed_under_load_nothing_is_lost_or_told_unsigned)
