"""A server whose data was lost but for an older copy, and an owner who accepts that: the old log is
closed for ever, another opens in its place, and a stranger judges receipts of both.

The owner is written from the documents alone (approver.py, spec/log-format.md section 10), with the
key of the test approver.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from approver import b64, jcs
from server import Server, binary
from test_attacks import Person, asked, refused

REASON = "--accept-rollback=the disk died"
SDK = Path(__file__).resolve().parents[3] / "sdk/python"


class Lost:
    """Decided in the log: `kept`, before the copy was made that is restored, and `lost`, after."""

    def __init__(self, server):
        self.server = server
        self.kept = self.decided()
        server.stop()
        # Started anew, so that the root log has anchored it.
        server.start()
        self.wait_for_the_root_log()
        server.stop()
        shutil.copytree(server.data, server.data + ".older")
        server.start()
        self.lost = self.decided()
        self.lost_receipt = server.run("receipt", self.lost)
        self.wait_for_the_root_log()
        server.stop()
        self.restore()

    def restore(self):
        shutil.rmtree(self.server.data)
        shutil.copytree(self.server.data + ".older", self.server.data)

    def decided(self):
        request = asked(self.server)
        Person(self.server).decide(request, "approve")
        return request

    def wait_for_the_root_log(self):
        size = self.project("default")["log_size"]
        end = time.monotonic() + 20
        while time.monotonic() < end:
            entries = self.server.list("log", "show", "--root")
            if any(entry["size"] >= size for entry in entries):
                return
            time.sleep(0.2)
        raise AssertionError("nothing was anchored")

    def project(self, name):
        return next(row for row in self.server.list("project", "list") if row["name"] == name)

    def closed_project(self):
        return next(row for row in self.server.list("project", "list") if "successor" in row)

    def offers(self):
        return Person(self.server).page("GET", "/api/review/successions")["successions"]

    def sign(self, offers):
        """As a browser does: what the server says is held against what is known."""
        person = Person(self.server)
        rosters = {project["id"]: project["rosters"][-1]
                   for project in person.page("GET", "/api/review/rosters")["projects"]}
        openings = []
        for offer in offers:
            known, head = json.loads(rosters[offer["project"]]["head"]), json.loads(offer["head"])
            document = json.loads(offer["document"])
            known.pop("prev", None)
            changed = {"version": 1, **{name: head[name] for name in
                                        ("origin", "issuer", "log", "time")}}
            assert jcs(known | changed).decode() == offer["head"]
            assert offer["entries"] == rosters[offer["project"]]["entries"]
            assert document["predecessor"] == known["origin"]
            assert document["origin"] == head["origin"] != known["origin"]
            assert (document["roster_genesis_sha256"]
                    == hashlib.sha256(offer["head"].encode()).hexdigest())

            def signed(tag, text):
                signature = person.sign(tag + b"\0" + text.encode())
                return jcs([{"spki": b64(person.spki), "signature": signature}]).decode()

            openings.append({"project": offer["project"], "document": offer["document"],
                             "owners": signed(b"lp-succession/1", offer["document"]),
                             "head": offer["head"],
                             "signatures": signed(b"lp-roster/1", offer["head"])})
        return person.page("POST", "/api/review/successions", {"openings": openings})["opened"]

    def trust(self, *more):
        path = Path(self.server.home.name, "trust.json")
        path.write_text(self.server.run("trust", "export", *more), encoding="utf-8")
        return path


def verdicts(receipt, trust):
    """Of the C++ and the Python verifier; sdk/vectors holds all three to the same."""
    said = []
    for command, place in (([binary(), "verify", "-"], None),
                           ([sys.executable, "-m", "letsping_verify", "-"], SDK)):
        done = subprocess.run([*command, "--trust", str(trust), "--allow-test", "--json"],
                              input=receipt, text=True, capture_output=True, timeout=60, cwd=place,
                              check=False, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
        said.append(json.loads(done.stdout)["verdict"])
    return said


@pytest.fixture
def lost():
    with Server() as server:
        yield Lost(server)


def test_a_log_that_was_rolled_back_goes_on_under_another_name(lost):
    server = lost.server
    server.start()
    assert refused(asked, server)[0] == 503
    assert lost.offers() == []
    server.stop()
    server.start(REASON)
    assert refused(asked, server)[0] == 503
    offer = lost.offers()[0]
    document = json.loads(offer["document"])
    assert document["reason"] == "the disk died"
    assert document["last_signed"]["size"] > document["restored"]["size"]
    opened = lost.sign([offer])[0]
    assert opened["origin"] == document["origin"]
    fresh = lost.decided()
    assert lost.offers() == []
    trust = lost.trust()
    for receipt in (lost.lost_receipt, server.run("receipt", lost.kept),
                    server.run("receipt", fresh)):
        assert verdicts(receipt, trust) == ["VALID", "VALID"]
    names = json.loads(trust.read_text())
    assert names["origin"] == document["origin"]
    before = names["predecessors"][0]
    assert (before["origin"], before["closed_at"]) == (document["predecessor"],
                                                       document["last_signed"]["size"])
    # The log before stands as it was: tiles, checkpoint and proofs.
    closed = lost.closed_project()
    assert server.run("log", "checkpoint", "--project", closed["id"]).startswith(
        document["predecessor"] + "\n")
    for project in (closed["id"], opened["project"]):
        said = server.run("log", "verify", "--project", project, "--trust", str(trust),
                          "--allow-test", "--json")
        assert said["verdict"] == "VALID", said


def test_a_kill_between_closing_and_opening_is_made_good_by_the_next_start(lost):
    server = lost.server
    server.start(REASON)
    origin = json.loads(lost.offers()[0]["document"])["origin"]
    server.process.kill()
    server.process.wait()
    server.start()
    offers = lost.offers()
    assert json.loads(offers[0]["document"])["origin"] == origin
    lost.sign(offers)
    server.process.kill()
    server.process.wait()
    server.start()
    assert asked(server)


def test_a_rollback_is_accepted_once(lost):
    server = lost.server
    server.start(REASON)
    lost.sign(lost.offers())
    server.stop()
    with pytest.raises(RuntimeError, match="nothing to accept"):
        server.start(REASON)
    server.stop()
    # Nor does the flag accept a second one that happens later, unless it is given again.
    lost.restore()
    server.start()
    assert refused(asked, server)[0] == 503
    assert lost.offers() == []


def test_only_an_owner_opens_another_log(lost):
    server = lost.server
    server.start(REASON)
    status, out, err = server.call("log", "reopen", "--json")
    assert (status, json.loads(out)["url"]) == (5, server.address.replace(
        "127.0.0.1", "localhost") + "/settings/rollback"), err
    offers = lost.offers()
    person = Person(server)
    openings = [{"project": offers[0]["project"], "document": offers[0]["document"],
                 "owners": "[]", "head": offers[0]["head"], "signatures": "[]"}]
    assert refused(person.page, "POST", "/api/review/successions", {"openings": openings}) == (
        403, "not_permitted")
    assert server.run("log", "reopen", "--test-approver", "--json")["opened"]
    assert asked(server)
