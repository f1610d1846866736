"""Who may not: another account, another server, another signer, another past."""

import base64
import hashlib
import os
import struct
import subprocess
from pathlib import Path

from asker import (BEGIN, DONE, EXTEND, HOLD, KEEP, NOT_ALLOWED, NOT_AN_EXTENSION, NOT_HOLDER,
                   REFUSED, SIGNED, Asker, head, name, say, step)
from house import ROOT, SERVER, SIGNER, STRANGER, account, eventually, own


def the_server_needs_no_log_key(house, _):
    assert not (Path(house.data) / "secrets/log.key").exists()
    assert not Path(house.data + ".signer").exists()
    request = house.asked()
    house.decide("approve", request)
    assert house.state(request) == "APPROVED"
    assert house.verdict()["verdict"] == "VALID"
    if ROOT:
        for path in ("log.key", "memory/checkpoints"):
            read = subprocess.run(["cat", str(house.signer.place / path)], capture_output=True,
                                  timeout=20, check=False, **account(SERVER))
            assert read.returncode != 0 and not read.stdout, path
    held = (Path(house.signer.place) / "log.key").read_bytes()
    for path in Path(house.data).rglob("*"):
        if path.is_file() and path.stat().st_size < 1 << 26:
            assert held not in path.read_bytes(), path


def a_server_that_still_has_the_log_key_does_not_start(house, _):
    assert house.stop() == 0
    left = Path(house.data) / "secrets/log.key"
    left.write_bytes(b"k" * 32)
    left.chmod(0o400)
    own(left, SERVER)
    assert "log.key is here, but another process signs" in house.refused_start()
    left.unlink()
    house.start()


def a_second_signer_of_one_memory_is_refused(house, _):
    key, memory, place = "--key", "--state", "--socket"
    first = dict(zip((key, memory, place), house.signer.words[1:6:2]))
    for changed in ({}, {place: first[place] + "2"}):
        second = house.signer.run(*(word for pair in (first | changed).items() for word in pair))
        assert second.returncode == 1 and "another process" in second.stderr, second
    # Another memory does not get the socket of the first either.
    changed = first | {memory: first[memory] + "2"}
    second = house.signer.run(*(word for pair in changed.items() for word in pair))
    assert second.returncode == 1 and "is in use" in second.stderr, second
    house.asked()


def a_strange_account_is_turned_away(house, _):
    if not ROOT:
        return "needs root"
    place = house.signer.place
    os.chmod(place, 0o755)
    os.chmod(house.signer.socket, 0o666)
    # Another interpreter might lie where that account may not look.
    stranger = os.fork()
    if stranger == 0:
        os.setgroups([])
        os.setgid(STRANGER)
        os.setuid(STRANGER)
        try:
            os._exit(len(say(house, bytes.fromhex("000000020201"))))
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)  # closed while the frame was still in it
        finally:
            os._exit(255)
    assert os.waitstatus_to_exitcode(os.waitpid(stranger, 0)[1]) == 0
    assert "signer.stranger" in house.signer.told()
    house.asked()
    return None


def what_is_no_message_is_refused(house, rng):
    refusal = bytes.fromhex("00000003" "028501")
    frames = [b"", b"\2", b"\1\1", b"\2\0", b"\2\x63", b"\2\1\0", b"\2\2\0\5ab", b"\2\4\0\0",
              b"\2\4\xff\xff", b"\2\5", b"\2\7\0\1\0\1a\0\0\0", b"\2\x0a\0\1o\0\0"]
    frames += [b"\2" + rng.randbytes(rng.randrange(1, 300)) for _ in range(100)]
    for body in frames[1:]:
        answer = say(house, struct.pack(">I", len(body)) + body)
        # Random bytes may by chance be a ping or the like.
        assert answer == refusal or answer[4:5] == b"\2", (body, answer)
    for head in (b"\0\0\0\0", b"\0\x10\0\1" + b"x" * 64, b"\xff\xff\xff\xff"):
        assert say(house, head) == b"", head
    assert house.signer.process.poll() is None
    house.asked()
    assert house.verdict()["verdict"] == "VALID"


def a_fork_is_refused_by_the_signer_itself(house, rng):
    house.decide("approve", house.asked())
    origin, size, root = house.run("log", "checkpoint").split("\n")[:3]
    size, root = int(size), base64.b64decode(root)
    assert house.stop() == 0
    other = rng.randbytes(32)
    with Asker(house) as server:
        assert server.ask(HOLD) == (DONE, b"")
        # The same size and another root; more leaves on another past; a past that was shorter.
        for forged in (step(origin, size, other, size), step(origin, size + 1, other, size),
                       step(origin, size + 1, other, size, [root, other]),
                       step(origin, size + 1, other, 0), step(origin, size + 1, other, size - 1),
                       step(origin, size + 1, root, size)):
            assert server.ask(EXTEND, forged) == (REFUSED, NOT_AN_EXTENSION)
        # Of a smaller tree it says again what it said last, and nothing else.
        kind, answer = server.ask(EXTEND, step(origin, size - 1, other, size - 1))
        assert kind == SIGNED and f"{origin}\n{size}\n".encode() in answer
        assert server.ask(BEGIN, head(origin, 0, hashlib.sha256().digest()))[0] == REFUSED
        assert server.ask(BEGIN, head("log.example/other", 1, other)) == (REFUSED, NOT_ALLOWED)
    house.start()
    house.asked()
    assert house.verdict()["verdict"] == "VALID"


def a_second_server_of_one_signer_is_refused(house, _):
    with Asker(house) as second:
        for kind, members in ((HOLD, b""), (KEEP, b"\0\1" + name("erased\nr") + b"\0\0\0\0"),
                              (BEGIN, head("log.example/x", 0, hashlib.sha256().digest()))):
            assert second.ask(kind, members) == (REFUSED, NOT_HOLDER)
        house.asked()
        # A second one that is a server.
        status, _, err = house.call("init", "--test", "--signer-socket", house.signer.socket,
                                    data=house.data + "2")
        assert status == 1 and "this signer signs for another server" in err, err
        # Who holds the signer while the server is not there has it until they go.
        assert house.stop() == 0
        eventually("it is free", lambda: second.ask(HOLD) == (DONE, b""))
        assert "this signer signs for another server" in house.refused_start()
    house.start()
    house.asked()
    assert house.verdict()["verdict"] == "VALID"


def a_signer_with_another_key_is_refused(house, _):
    house.decide("approve", house.asked())
    # While the server runs: what it signs does not count, and the server ends rather than believe.
    other = house.new_signer("other")
    other.make_key()
    memory = other.place / "memory"
    house.signer.kill()
    place = house.signer.socket
    other.words[other.words.index("--socket") + 1] = other.socket = place
    other.place.chmod(0o755)
    own(house.signer.place, SIGNER)
    other.start()
    try:
        status, _, body = house.ask() or (503, None, {"reason": "signer_unavailable"})
        assert status == 503, body
        assert house.process.wait(timeout=20) == 70
        assert "signer.refused" in house.log_tail(), house.log_tail()
        house.process = None
        # And at the start.
        assert "another log key than the signer has" in house.refused_start()
    finally:
        other.kill()
    assert memory.exists()
    house.signer.start()
    house.start()
    house.asked()
    assert house.verdict()["verdict"] == "VALID"


TESTS = (the_server_needs_no_log_key, a_server_that_still_has_the_log_key_does_not_start,
         a_second_signer_of_one_memory_is_refused, a_strange_account_is_turned_away,
         what_is_no_message_is_refused, a_fork_is_refused_by_the_signer_itself,
         a_second_server_of_one_signer_is_refused, a_signer_with_another_key_is_refused)
