"""Changes one row of a stopped server's database at a time, as whoever owns the file can, and sees
whether `letsping log verify` says INVALID: tamper_rig.py [--count N] [--seed N] [--jobs N].

An edit, a deletion, an insertion or a swap, of a random row of a random table. The tables are those
whose content the log or the row key settles; the rest (sessions, links, proposals, outbox,
idempotency keys, deliveries, snapshots and checkpoints of agents) is no evidence. What was once
missed is tried each time.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))

from server import E1, E2, Server, binary  # noqa: E402

TABLES = ("setting", "project", "log_head", "leaf", "upper_hash", "member", "device", "roster",
          "roster_entry", "api_key", "agent", "webhook", "request", "revision", "request_state",
          "review", "project_secret", "handoff", "handoff_event", "request_key", "erasure",
          "legal_hold", "anchor", "anchor_upper_hash", "cosigned_head")
# A witness can always be asked again: what it said may be gone, but not be something else.
REPLACEABLE = {"cosigned_head"}
ONCE_MISSED = {
    "an entry of a roster that there is not": """INSERT INTO roster_entry
        SELECT project, version + 8388608, 1, entry FROM roster_entry WHERE position = 0 LIMIT 1""",
}
TRUST = ("--trust", "trust.json", "--allow-test", "--json")


# ---- a log with something of everything in it ---------------------------------------------------

class Story(Server):
    # It writes as fast as the machine lets it.
    LIMITS = {"limits.requests_per_minute": "100000000", "limits.requests_burst": "100000000"}

    def __init__(self):
        super().__init__(self.LIMITS)
        self.witness = None

    def start(self):
        """With a witness of the default project and the root log."""
        trust = json.loads(self.run("trust", "export"))
        logs = {trust["origin"]: trust["log_vkeys"][0],
                trust["root"]["origin"]: trust["root"]["log_vkeys"][0]}
        place = Path(self.home.name)
        witness = [binary(), "witness", "--key", str(place / "witness.key")]
        made = subprocess.run([*witness, "--init", "--name", "witness.example/w"], check=True,
                              capture_output=True, text=True, timeout=20)
        vkey = made.stdout.strip()
        known = [f"--origin={origin}={key}" for origin, key in logs.items()]
        self.witness = subprocess.Popen(
            [*witness, "--state", str(place / "witnessed"), "--listen", "127.0.0.1:0", *known],
            stdout=subprocess.PIPE, text=True)
        url = self.witness.stdout.readline().split()[1]
        policy = place / "policy"
        policy.write_text(f"witness w {vkey} {url}/\nquorum w\n")
        self.settings["LETSPING_WITNESS__POLICY"] = str(policy)
        super().start()

    def stop(self):
        super().stop()
        if self.witness:
            self.witness.terminate()
            self.witness.wait(timeout=20)
            self.witness = None

    def cosigned(self):
        """Whether what a witness said of both logs is kept."""
        with sqlite3.connect(f"file:{self.data}/letsping.db?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM cosigned_head").fetchone()[0] >= 2

    def http(self, path, body):
        call = urllib.request.Request(self.address + path, method="POST",
                                                            data=body.encode())
        call.add_header("Authorization", "Bearer " + self.made["agent"])
        call.add_header("Content-Type", "application/json")
        try:
            return json.loads(urllib.request.urlopen(call, timeout=20).read())
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{path}: {refused.code} {refused.read()!r}") from refused

    def asks(self, payload, **more):
        body = {"service": "db", "action": "sql", "priority": "medium", **more}
        text = json.dumps(body)[:-1] + ', "payload": ' + payload + "}"
        return self.http("/api/ingest", text)["id"]

    def decides(self, verdict, request, *more):
        self.run("review", verdict, request, "--test-approver", *more)

    def happens(self):
        made = self.run("project", "create", "--name", "p", "--payloads", "server_sealed", "--json")
        self.made["agent"] = self.run("key", "create", "--project", "p", "--role", "agent",
                                      "--json")["key"]
        spare = self.run("key", "create", "--project", "p", "--role", "auditor", "--json")
        self.run("key", "revoke", spare["id"], "--project", "p")
        agent = self.run("agent", "create", "--project", "p", "--json")["agent_id"]
        self.run("webhook", "add", "--project", "p", "--url", "https://hooks.example/x", "--json")
        edit = Path(self.home.name) / "edit.json"
        edit.write_text('{"amount": 50}')
        for number in range(60):
            plain = number % 3 == 0
            request = self.asks('{"amount": %d}' % number if plain else (E1, E2)[number % 2],
                                metadata={"environment": "prod", "trace_id": f"t{number}"})
            if number % 5 == 1 and not plain:
                again = {"version": 1, "payload": json.loads(E2 if number % 2 else E1)}
                self.http(f"/api/requests/{request}/revise", json.dumps(again))
            if number % 10 == 3:
                self.http(f"/api/requests/{request}/cancel", "{}")
            elif plain and number % 12 == 0:
                self.decides("approve", request, "--edit", str(edit))
            elif number % 4 == 0:
                self.decides("approve", request)
            elif number % 4 == 1:
                self.decides("reject", request, "--reason", "not today")
        for number in range(6):
            request = self.asks('{"amount": %d}' % number)
            self.decides("approve", request)
            made_over = self.http("/api/agents/handoff", json.dumps(
                {"request_id": request, "downstream_agent_id": agent}))
            self.http("/api/agents/handoff-outcome", json.dumps(
                {"delivery_id": made_over["delivery_id"], "outcome": "disputed", "note": "late"}))
            if number % 2:
                self.run("erase", "--request", request, "--basis", "asked for", "--test-approver")
                self.run("hold", "add", "--project", "p", "--request",
                         self.asks('{"held": %d}' % number), "--reason", "case", "--json")
        while len(self.list("log", "show", "--project", "p")) < 300:
            self.http("/api/ingest", '{"service":"s","action":"a","payload":{"n":1}}')
        end = time.monotonic() + 20
        while not self.cosigned():
            if time.monotonic() > end:
                raise RuntimeError("the witness does not cosign")
            time.sleep(0.1)
        Path(self.home.name, "trust.json").write_text(
            self.run("trust", "export", "--project", "p"))
        return made["id"]


# ---- one change ---------------------------------------------------------------------------------

def other(value, random_):
    """Another value of the same type."""
    if isinstance(value, int):
        return random_.choice((value + 1, value - 1, value ^ 1 << random_.randrange(40)))
    if isinstance(value, str):
        if value and random_.random() < 0.8:
            at = random_.randrange(len(value))
            kind = random_.choice("abcdefghij0123456789")
            return value[:at] + kind + value[at + 1:]
        return value + "x"
    if value:
        at = random_.randrange(len(value))
        return value[:at] + bytes([value[at] ^ 1 << random_.randrange(8)]) + value[at + 1:]
    return b"x" if value is not None else None


class Tamper:
    """Changes the database at `path`, drawing until something changes; says what, in words."""

    def __init__(self, path, random_):
        self.random = random_
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA ignore_check_constraints = 1")
        self.db.execute("PRAGMA foreign_keys = 0")

    def columns(self, table):
        """(name, type, position in the primary key from 1, else 0)"""
        found = self.db.execute(f"PRAGMA table_info({table})")
        return [(row[1], row[2], row[5]) for row in found]

    def row(self, table, columns):
        names = ", ".join(name for name, _, _ in columns)
        rows = self.db.execute(f"SELECT {names} FROM {table}").fetchall()
        return self.random.choice(rows) if rows else None

    @staticmethod
    def where(columns, row):
        key = [(name, value) for (name, _, at), value in zip(columns, row) if at]
        return " AND ".join(f"{name} = ?" for name, _ in key), [value for _, value in key]

    def edit(self, table, columns, row):
        at = self.random.randrange(len(columns))
        name, kind, _ = columns[at]
        new = other(row[at], self.random)
        if row[at] is None:
            new = {"INTEGER": 5, "TEXT": "x", "BLOB": b"x" * 32}[kind]
        if new == row[at]:
            return None
        where, key = self.where(columns, row)
        self.db.execute(f"UPDATE {table} SET {name} = ? WHERE {where}", [new, *key])
        return f"{name} of {key}: {row[at]!r:.60} became {new!r:.60}"

    def delete(self, table, columns, row):
        if table in REPLACEABLE:
            return None
        where, key = self.where(columns, row)
        self.db.execute(f"DELETE FROM {table} WHERE {where}", key)
        return f"{key} deleted"

    def insert(self, table, columns, row):
        """A copy of a row in another place."""
        new = list(row)
        for at, (name, _, key) in enumerate(columns):
            if key or name in ("id", "name", "origin", "digest", "nonce"):
                new[at] = other(row[at], self.random)
        marks = ", ".join("?" * len(new))
        self.db.execute(f"INSERT INTO {table} VALUES ({marks})", new)
        return f"{new[:3]!r:.80} inserted"

    def swap(self, table, columns, row):
        """A value of one row in another, and back."""
        two = self.row(table, columns)
        at = self.random.randrange(len(columns))
        name, _, key = columns[at]
        if key or row[at] == two[at]:
            return None
        for target, value in ((row, two[at]), (two, row[at])):
            where, place = self.where(columns, target)
            self.db.execute(f"UPDATE {table} SET {name} = ? WHERE {where}", [value, *place])
        places = [self.where(columns, target)[1] for target in (row, two)]
        return f"{name} swapped between {places[0]} and {places[1]}"

    def happens(self):
        for _ in range(1000):
            table = self.random.choice(TABLES)
            columns = self.columns(table)
            row = self.row(table, columns)
            if row is None:
                continue
            how = self.random.choice((self.edit, self.delete, self.insert, self.swap))
            try:
                said = how(table, columns, row)
            except (sqlite3.IntegrityError, sqlite3.OperationalError, OverflowError):
                self.db.rollback()  # the schema itself refuses it
                continue
            if said:
                self.db.commit()
                self.db.close()
                return f"{table}: {said}"
            self.db.rollback()
        raise RuntimeError("nothing could be changed")


# ---- the rig ------------------------------------------------------------------------------------

def verify(data, home, project, trusted=True):
    trust = ["--trust", f"{home}/trust.json"] if trusted else []
    done = subprocess.run([binary(), "log", "verify", "--data", data, "--project", project, *trust,
                           "--allow-test", "--json"],
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, (done.stdout or done.stderr).strip()


class Copy:
    """A data directory of its own, into which the untouched database is put back each time."""

    def __init__(self, story, pristine, number):
        self.home = f"{story.home.name}/copy{number}"
        self.data = f"{self.home}/data"
        shutil.copytree(story.data, self.data)
        shutil.copytree(f"{story.data}.signer", f"{self.data}.signer")
        shutil.copy(f"{story.home.name}/trust.json", self.home)
        self.pristine = pristine

    def restore(self):
        for name in ("letsping.db-wal", "letsping.db-shm"):
            Path(self.data, name).unlink(missing_ok=True)
        shutil.copy(self.pristine, f"{self.data}/letsping.db")

    def trial(self, seed):
        """Nothing when it was found, else what was not."""
        self.restore()
        said = Tamper(f"{self.data}/letsping.db", random.Random(seed)).happens()
        return self.missed(f"seed {seed}: {said}")

    def known(self, said):
        self.restore()
        db = sqlite3.connect(f"{self.data}/letsping.db")
        assert db.execute(ONCE_MISSED[said]).rowcount == 1
        db.commit()
        db.close()  # a connection that lives on would hold the files that the next trial replaces
        return self.missed(said)

    def missed(self, said):
        status, out = verify(self.data, self.home, "p")
        if status in (0, 30):  # it may be of the other project
            status, out = verify(self.data, self.home, "default", trusted=False)
        if status in (1, 40) and out:
            return None
        return f"{said}: exit {status}: {out}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    began = time.monotonic()
    with Story() as story:
        story.happens()
        story.stop()
        pristine = f"{story.home.name}/pristine.db"
        with sqlite3.connect(f"{story.data}/letsping.db") as db:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in db.execute(names).fetchall():
                db.execute(f"DROP TRIGGER {name}")
            db.commit()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(f"{story.data}/letsping.db", pristine)
        passed = failed = 0
        for project, trusted, wanted in (("p", True, 0), ("default", False, 30)):
            status, out = verify(story.data, story.home.name, project, trusted)
            passed, failed = passed + (status == wanted), failed + (status != wanted)
            print(f"{'ok' if status == wanted else 'FAILED'} untouched {project}: {out}")
        print(f"seed {arguments.seed}")
        copies = [Copy(story, pristine, number) for number in range(arguments.jobs)]

        def share(number):
            return [found for trial in range(number, arguments.count, arguments.jobs)
                    if (found := copies[number].trial(arguments.seed + trial))]

        known = [line for said in ONCE_MISSED if (line := copies[0].known(said))]
        print(f"{'FAILED' if known else 'ok'} once missed: {'; '.join(known) or len(ONCE_MISSED)}")
        passed, failed = passed + (not known), failed + bool(known)
        with ThreadPoolExecutor(arguments.jobs) as pool:
            missed = [line for lines in pool.map(share, range(arguments.jobs)) for line in lines]
    for line in missed[:20]:
        print(f"FAILED not found: {line}")
    found = arguments.count - len(missed)
    print(f"{found} of {arguments.count} changes found in {time.monotonic() - began:.0f} s")
    print(f"{passed + (not missed)} passed, {failed + bool(missed)} failed")
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
