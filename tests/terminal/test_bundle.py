"""Bundles: one file from which a stranger sees that the log is whole, and what people decided."""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import unittest
import urllib.request
from pathlib import Path

from house import PASSPHRASE, House, with_key
from server import binary

VALID, INDETERMINATE, INVALID = 0, 30, 40
BLOCK = 512


def header(name, size):
    """Of USTAR, as spec/export-format.md has it."""
    block = bytearray(BLOCK)
    block[:len(name)] = name.encode()
    block[100:124] = b"0000644\0" + b"0000000\0" * 2
    block[124:148] = b"%011o\0" % size + b"00000000000\0"
    block[148:157] = b" " * 8 + b"0"
    block[257:265] = b"ustar\00000"
    block[329:345] = b"0000000\0" * 2
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def members(data):
    """(name, content) of each, in order."""
    found, at = [], 0
    while data[at:at + 1] != b"\0":
        name = data[at:at + 100].split(b"\0")[0].decode()
        size = int(data[at + 124:at + 135], 8)
        found.append((name, data[at + BLOCK:at + BLOCK + size]))
        at += BLOCK + size + -size % BLOCK
    return found


def packed(found):
    data = b"".join(header(name, len(content)) + content + b"\0" * (-len(content) % BLOCK)
                    for name, content in found)
    return data + b"\0" * 2 * BLOCK


def summed(found):
    """With the sums that whoever changed something would have to write again."""
    lines, group, result = [], [], []
    unsummed = ("manifest.json", "event.json", "consistency", "SHA256SUMS")
    for name, content in found:
        if name.startswith("sums/"):
            content, group = "".join(group).encode(), []
        line = f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        on_edge = name.startswith("tile/") and ".p/" in name and "entries" not in name
        top = "/" not in name or name.startswith("sums/") or on_edge
        if name not in unsummed:
            (lines if top else group).append(line)
        result.append((name, content))
    return [(name, "".join(lines).encode() if name == "SHA256SUMS" else content)
            for name, content in result]


class Bundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = cls.enterClassContext(House.of_ada())
        cls.place = Path(cls.house.home.name)
        cls.decide("approve"), cls.decide("reject")
        for _ in range(3):
            cls.house.made.pop("agent")  # each key may ask so often at once
            for _ in range(90):
                cls.house.asks()
        cls.decide("approve")
        cls.trust = cls.place / "trust.json"
        cls.trust.write_text(cls.house.run("trust", "export"), encoding="utf-8")
        cls.path = cls.place / "log.tar"
        cls.said = cls.house.run("audit", "export", "--format", "bundle", "--output",
                                 str(cls.path), "--json")
        cls.data = cls.path.read_bytes()
        cls.found = members(cls.data)

    @classmethod
    def decide(cls, verdict):
        request = cls.house.asks()
        person = cls.house.comes("review", verdict, request, **with_key())
        person.sees("type yes: ").types("yes").sees("Passphrase of").types(PASSPHRASE)
        assert person.end()[0] == 0, person.screen

    def verify(self, data, *more, trusted=True):
        words = ("--trust", str(self.trust)) if trusted else ()
        ended = subprocess.run([binary(), "audit", "verify", "-", "--json", *words, *more],
                               input=data, capture_output=True, env={"PATH": "/nowhere"},
                               timeout=60)
        return ended.returncode, json.loads(ended.stdout) if ended.stdout else ended.stderr

    def refused(self, data, member=None, index=None):
        """It is INVALID and says where."""
        status, said = self.verify(data)
        self.assertEqual(INVALID, status, said)
        self.assertEqual("INVALID", said["verdict"])
        if member is not None:
            self.assertEqual(member, said.get("member"), said)
        if index is not None:
            self.assertEqual(index, said.get("index"), said)
        return said

    def changed(self, name, change):
        """The bundle with one member's content changed, and every sum written again."""
        return packed(summed([(one, change(content) if one == name else content)
                              for one, content in self.found]))

    def content(self, name):
        return dict(self.found)[name]

    def test_is_valid_where_nobody_knows_the_server(self):
        status, said = self.verify(self.data)
        self.assertEqual(VALID, status, said)
        self.assertEqual((self.said["entries"], 6, self.said["event"]),
                         (said["entries"], said["receipts"], said["event"]))

    def test_is_indeterminate_without_a_trust_file(self):
        status, said = self.verify(self.data, trusted=False)
        self.assertEqual((INDETERMINATE, "INDETERMINATE"), (status, said["verdict"]), said)
        self.assertIn("keys unconfirmed", said["why"])

    def test_is_a_tar_file_whose_sums_sha256sum_confirms(self):
        place = self.place / "extracted"
        with tarfile.open(fileobj=io.BytesIO(self.data)) as file:
            file.extractall(place, filter="data")
        sums = b"".join((place / name).read_bytes() for name in ["SHA256SUMS"]
                        + [name for name, _ in self.found if name.startswith("sums/")])
        done = subprocess.run(["sha256sum", "--check", "--quiet", "--strict"], input=sums,
                              cwd=place, capture_output=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(self.data, packed(self.found))
        self.assertEqual(self.found, summed(self.found))

    def test_holds_the_receipts_that_anybody_may_judge_alone(self):
        lines = b"".join(content for name, content in self.found if name.startswith("receipts/"))
        done = subprocess.run([binary(), "verify", "-", "--trust", str(self.trust)], input=lines,
                              capture_output=True, timeout=60)
        self.assertEqual((VALID, 6), (done.returncode, done.stdout.count(b"\tVALID\t")))

    def test_no_changed_byte_is_valid(self):
        """In each field of each header, in content and in padding; a sample of each."""
        at = 0
        for name, content in self.found:
            places = list(range(at, at + BLOCK, 61)) + [at + 148, at + 156, at + BLOCK - 1]
            begin, end = at + BLOCK, at + BLOCK + len(content)
            if content:
                places += [begin, (begin + end) // 2, end - 1]
            if len(content) % BLOCK:
                places += [end, end + -len(content) % BLOCK - 1]
            for place in places:
                data = bytearray(self.data)
                data[place] ^= 1 << place % 8
                self.refused(bytes(data))
            at += BLOCK + len(content) + -len(content) % BLOCK

    def test_nothing_may_follow_and_nothing_may_be_cut_off(self):
        self.refused(self.data + b"\0")
        self.refused(self.data + b"\0" * BLOCK)
        whole = len(self.data)
        for length in (0, 1, BLOCK, whole // 2, whole - BLOCK, whole - 1):
            self.refused(self.data[:length])

    def test_each_member_has_its_place(self):
        for at, (name, _) in enumerate(self.found):
            rest = self.found[:at] + self.found[at + 1:]
            self.refused(packed(rest))
            self.refused(packed(rest + [self.found[at]]) if at < len(rest)
                         else packed(self.found + [("more", b"")]))
            self.refused(packed(self.found[:at] + [self.found[at], self.found[at]]
                                + self.found[at + 1:]))

    def test_a_dropped_a_moved_and_a_changed_record_are_named(self):
        name = "statements/000.jsonl"
        lines = self.content(name).splitlines(keepends=True)
        for index in (0, 7, len(lines) - 1):
            rest = b"".join(lines[:index] + lines[index + 1:])
            self.refused(self.changed(name, lambda _, rest=rest: rest), name, index)
        swapped = lines[:3] + [lines[4], lines[3]] + lines[5:]
        self.refused(self.changed(name, lambda _: b"".join(swapped)), name, 3)
        twice = lines[:6] + [lines[5]] + lines[6:]
        self.refused(self.changed(name, lambda _: b"".join(twice)), name, 6)
        for at, line in ((0, lines[0]), (100, lines[100])):
            record = json.loads(line)
            for member in record:
                if member == "index":
                    continue
                other = {**record, member: record[member].replace("1", "2", 1)}
                text = json.dumps(other, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                edited = lines[:at] + [text.encode() + b"\n"] + lines[at + 1:]
                self.refused(self.changed(name, lambda _: b"".join(edited)), name, at)
            without = {key: value for key, value in record.items() if key != "statement"}
            text = json.dumps(without, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            edited = lines[:at] + [text.encode() + b"\n"] + lines[at + 1:]
            self.refused(self.changed(name, lambda _: b"".join(edited)), name, at)

    def test_a_changed_leaf_hash_receipt_or_text_is_named_though_all_sums_fit(self):
        flip = lambda content: content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]  # noqa: E731
        for name, content in self.found:
            if name in ("SHA256SUMS",) or name.startswith("sums/") or not content:
                continue
            said = self.refused(self.changed(name, flip))
            if name not in ("README.txt", "verify.html", "policies.jsonl", "rules.jsonl",
                            "checkpoint", "rosters.jsonl") and ".p/" not in name:
                self.assertEqual(name, said["member"], said)

    def test_a_receipt_left_out_is_missed(self):
        name = "receipts/000.jsonl"
        lines = self.content(name).splitlines(keepends=True)
        said = self.refused(self.changed(name, lambda _: b"".join(lines[1:])))
        self.assertEqual("SHA256SUMS", said["member"])
        self.refused(packed([one for one in self.found if one[0] != name]), None)

    def test_another_trust_file_makes_it_invalid(self):
        trust = json.loads(self.trust.read_text(encoding="utf-8"))
        trust["roster_genesis_sha256"] = "00" * 32
        other = self.place / "other.json"
        other.write_text(json.dumps(trust), encoding="utf-8")
        done = subprocess.run([binary(), "audit", "verify", str(self.path), "--trust", str(other)],
                              capture_output=True, timeout=60)
        self.assertEqual(INVALID, done.returncode)
        self.assertIn(b"rosters.jsonl", done.stdout)

    def test_of_some_days_holds_those_days(self):
        path = self.place / "part.tar"
        for bounds, entries in ((("--from", "2020-01-01"), None), (("--to", "2020-01-01"), 0)):
            said = self.house.run("audit", "export", "--format", "bundle", "--output", str(path),
                                  "--force", "--json", *bounds)
            status, told = self.verify(path.read_bytes())
            self.assertEqual(VALID, status, told)
            self.assertEqual(said["entries"], told["entries"])
            if entries is not None:
                self.assertEqual(entries, told["entries"])

    def test_demands_more_where_asked(self):
        self.assertEqual(INVALID, self.verify(self.data, "--require", "human=passkey")[0])
        self.assertEqual(INDETERMINATE, self.verify(self.data, "--require", "log=witnessed")[0])
        self.assertEqual(1, self.verify(b"", "/nonexistent")[0])

    def test_goes_to_an_auditor_over_http(self):
        key = self.house.make_key(role="auditor")["key"]
        for form in ("bundle", "jsonl", "csv", "ocsf"):
            call = urllib.request.Request(
                f"{self.house.address}/api/audit/export?format={form}",
                headers={"Authorization": "Bearer " + key})
            with urllib.request.urlopen(call, timeout=60) as reply:
                data = reply.read()
            last = self.house.list("log", "show")[-1]["statement"]["predicate"]
            self.assertEqual(("export.made", "api_key"), (last["type"], last["actor"]["kind"]))
            if form == "bundle":
                self.assertEqual(VALID, self.verify(data)[0])
            elif form == "ocsf":
                self.check_chain([json.loads(line) for line in data.splitlines()])
            else:
                self.assertIn(b"checkpoint", data.splitlines()[-1])

    def check_chain(self, events):
        before = None
        for event in events:
            attestation = event["attestation"]
            fingerprint = attestation.pop("fingerprint")
            text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), fingerprint["value"])
            if before is not None:
                self.assertEqual(before, attestation["prev_event"]["fingerprint"]["value"])
            before = fingerprint["value"]
            self.assertEqual(6003, event["class_uid"])
        self.assertEqual("export.made", events[-1]["api"]["operation"])
        self.assertIn("checkpoint", events[-1]["unmapped"])


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    unittest.main()
