"""Another key of the log: by an owner's signature, and by nobody's word else."""

import hashlib
import json
import threading
import time
from pathlib import Path

from absences import Load
from asker import (ASK_KEYS, CLOSED, DONE, DRAFT, FOLLOW, HOLD, KEEP, KEYS, NOT_OWNERS, REFUSED,
                   UNKNOWN, Asker, follow, keys, name)
from house import eventually

MALFORMED = b"\1"


def head(house):
    return house.run("log", "checkpoint", "--json")


def rotates(house):
    """What the command prints; nothing when it fails. The test approver signs."""
    status, out, _ = house.call("log", "rotate-key", "--test-approver", "--json")
    return json.loads(out) if status == 0 else None


def grow_to(house, size):
    while (missing := size - head(house)["size"]) > 0:
        for _ in range(missing):
            house.asked()


def key_file(house):
    return (Path(house.signer.place) / "log.key").read_bytes()


def ranges(house):
    return json.loads(house.run("trust", "export")).get("log", [])


def the_signer_signs_with_the_next_key_from_the_size_on(house, _):
    first = house.asked()
    turn = rotates(house)
    assert head(house)["vkey"] == turn["previous"]
    assert key_file(house).count(b" -\n") == 0
    grow_to(house, turn["from"] + 2)
    assert head(house)["vkey"] == turn["vkey"]
    assert key_file(house).count(b" -\n") == 1, "the key before is destroyed"
    assert not (Path(house.data) / "secrets/log.key").exists()
    assert house.verdict()["verdict"] == "VALID"
    # Both processes come back to the same.
    assert house.stop() == 0
    house.signer.kill()
    house.signer.start()
    house.start()
    house.decide("approve", first)
    again = rotates(house)
    grow_to(house, again["from"] + 1)
    assert key_file(house).count(b" -\n") == 2
    assert house.verdict()["verdict"] == "VALID"


def a_server_that_was_taken_over_brings_no_key_in_force(house, _):
    house.decide("approve", house.asked())
    known = head(house)
    origin, [roster] = known["origin"], known["rosters"]
    was = ((known["vkey"], 0),)
    assert house.stop() == 0
    with Asker(house) as server:
        assert server.ask(DRAFT, name(origin))[0] == REFUSED, "it does not hold the signer"
        assert server.ask(HOLD) == (DONE, b"")
        drafted = set()
        for _ in range(5):
            kind, answer = server.ask(DRAFT, name(origin))
            turns, waits = keys(answer)
            assert kind == KEYS and turns == was
            drafted.add(waits)
        assert len(drafted) == 5
        assert len(key_file(house).split(b"\n")) == 6, "one waits, and no other is kept"
        genuine = (roster["head"], roster["signatures"])
        assert server.ask(FOLLOW, follow(origin, genuine)) == (KEYS, answer)
        own = forged(roster, {"vkey": waits})
        strange = forged(roster, {"vkey": known["vkey"].rsplit("+", 2)[0] + "+00000000+AAAA"})
        other_owners = forged(roster, {"vkey": waits}, owners=[])
        changed = {**json.loads(roster["head"]), "time": "2030-01-01T00:00:00.000Z"}
        first_again = jcs(changed), roster["signatures"]
        for made in (own, strange, other_owners, first_again, (own[0], "[]"), ("{}", "[]")):
            assert server.ask(FOLLOW, follow(origin, made)) == (REFUSED, NOT_OWNERS), made
        assert server.ask(ASK_KEYS, name(origin)) == (KEYS, answer)
        assert server.ask(DRAFT, name("log.example/other")) == (REFUSED, UNKNOWN)
        # What it had the signer remember would be believed of the owners.
        record = b"\0\1" + name("roster\n" + origin) + b"\0\0\0\0"
        assert server.ask(KEEP, record) == (REFUSED, MALFORMED)
    house.start()
    house.asked()
    turn = rotates(house)
    assert turn["vkey"] not in drafted
    grow_to(house, turn["from"])
    assert house.verdict()["verdict"] == "VALID"


def jcs(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def forged(roster, comes, **members):
    """The next version, handing over to a key, under the signatures of the one before."""
    made = json.loads(roster["head"])
    before = roster["head"].encode()
    made |= {"version": 2, "prev": hashlib.sha256(before).hexdigest(), **members}
    last = made["log"][-1]
    last["to"] = 1_000
    made["log"].append({**comes, "from": 1_000})
    return jcs(made), roster["signatures"]


def a_closed_log_gets_no_other_key(house, _):
    house.asked()
    older = house.copy()
    house.asked()
    origin = head(house)["origin"]
    house.put_back(older)
    house.start("--accept-rollback=the disk died")
    assert rotates(house) is None
    assert house.stop() == 0
    with Asker(house) as server:
        assert server.ask(HOLD) == (DONE, b"")
        assert server.ask(DRAFT, name(origin)) == (REFUSED, CLOSED)
    house.start()
    status, out, err = house.call("log", "reopen", "--test-approver")
    assert status == 0, (out, err)
    turn = rotates(house)
    grow_to(house, turn["from"] + 1)
    assert head(house)["vkey"] == turn["vkey"] and head(house)["origin"] != origin
    assert house.verdict()["verdict"] == "VALID"


class Rotator:
    """An owner who rotates the key again and again, until told to stop."""

    def __init__(self, house):
        self.house, self.done, self.failed = house, [], 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.rotate)
        self.thread.start()

    def rotate(self):
        while not self.stopping.is_set():
            turn = rotates(self.house)
            if turn:
                self.done.append(turn)
            else:
                self.failed += 1
                time.sleep(0.05)

    def stop(self):
        self.stopping.set()
        self.thread.join()


def killed_while_keys_are_rotated_there_is_one_history(house, rng, kills):
    server = house.process.pid
    # Not as fast as it can: the log is read whole in the end.
    load = Load(house, agents=4, seed=rng.randrange(1000), pause=0.005)
    rotator = Rotator(house)
    try:
        for _ in range(kills):
            before = len(rotator.done)
            eventually("keys are rotated", lambda now=before: len(rotator.done) > now)
            time.sleep(rng.random() * 0.3)
            told = set(load.told.values())
            house.signer.kill()
            missing = told - house.signed()[1]
            assert not missing, f"told and not signed: {missing}"
            time.sleep(rng.choice((0, 0.05, 0.3)))
            house.signer.start()
    finally:
        rotator.stop()
        load.stop()
    eventually("the server goes on", lambda: house.readiness()[0] == 200)
    assert house.alive() and house.process.pid == server
    listed = ranges(house)
    vkeys = [each["vkey"] for each in listed]
    assert {turn["vkey"] for turn in rotator.done} <= set(vkeys), "what was told is in force"
    grow_to(house, listed[-1]["from"] + 1)
    assert head(house)["vkey"] == vkeys[-1]
    assert key_file(house).count(b" -\n") == len(vkeys) - 1
    assert house.verdict()["verdict"] == "VALID"
    assert set(load.told.values()) <= house.signed()[1]
    # A server that comes anew finds the same keys.
    assert house.stop() == 0
    house.start()
    assert ranges(house) == listed
    assert house.verdict()["verdict"] == "VALID"
    print(f"  {kills} kills, {len(rotator.done)} rotations told, {rotator.failed} not, "
          f"{len(vkeys)} keys, {len(load.told)} asks")


TESTS = (the_signer_signs_with_the_next_key_from_the_size_on,
         a_server_that_was_taken_over_brings_no_key_in_force, a_closed_log_gets_no_other_key,
         killed_while_keys_are_rotated_there_is_one_history)
