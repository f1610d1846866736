"""Attachments, against the cases that all readers share."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cases import VECTORS
from letsping_envelope import ContentKey
from letsping_envelope.attachment import AttachmentFault, open_attachment, seal_attachment

FILE = json.loads((VECTORS / "attachments.json").read_text("utf-8"))
KEYS = {name: ContentKey.from_base64(text) for name, text in FILE["keys"].items()}
PLACE = FILE["place"]


def content(one):
    text, size = one["text"].encode(), one["listed"]["size"]
    return (text * (size // len(text) + 1))[:size]


def resealed(one):
    listed = one["listed"]
    return seal_attachment(content(one), listed["id"], listed["name"], listed["type"], KEYS["one"],
                           PLACE, base64.b64decode(listed["salt"]))


def said(fault, of):
    pieces = [resealed(of).pieces[index] for index in fault["order"]]
    if "flip" in fault:
        changed = bytearray(pieces[fault["flip"]])
        changed[0] ^= 1
        pieces[fault["flip"]] = bytes(changed)
    try:
        open_attachment(pieces, of["listed"] | fault.get("listed", {}),
                        KEYS[fault.get("key", "one")], PLACE | fault.get("place", {}))
    except AttachmentFault as problem:
        return problem.code
    return "opened"


class Attachments(unittest.TestCase):
    def test_each_file_is_sealed_to_the_same_pieces_and_opens(self):
        for one in FILE["files"]:
            with self.subTest(one["name"]):
                made = resealed(one)
                self.assertEqual((made.listed, made.declared), (one["listed"], one["declared"]))
                if "sealed" in one:
                    self.assertEqual(base64.b64encode(made.pieces[0]).decode(), one["sealed"])
                self.assertEqual(open_attachment(made.pieces, made.listed, KEYS["one"], PLACE),
                                 content(one))

    def test_each_wrong_one_is_refused_as_all_readers_refuse_it(self):
        files = {one["name"]: one for one in FILE["files"]}
        for fault in FILE["faults"]:
            with self.subTest(fault["name"]):
                self.assertEqual(said(fault, files[fault["of"]]), fault["fault"], fault["why"])

    def test_a_file_is_read_piece_by_piece(self):
        reads = []

        class Watched(io.BytesIO):
            def read(self, size=-1):
                reads.append(size)
                return super().read(size)

        made = seal_attachment(Watched(bytes((1 << 20) + 5)), "a1", "n", "a/b", KEYS["one"], PLACE)
        self.assertEqual(len(made.pieces), 2)
        self.assertEqual(set(reads), {1 << 20})

    def test_without_a_key_nothing_is_sealed(self):
        made = seal_attachment(b"text", "a1", "n.txt", "text/plain", None, None)
        self.assertEqual(made.pieces, [b"text"])
        self.assertNotIn("salt", made.listed)
        self.assertEqual(made.declared["pieces"], [hashlib.sha256(b"text").hexdigest()])
        self.assertEqual(open_attachment(made.pieces, made.listed, None, None), b"text")

    def test_a_file_has_at_most_64_mib(self):
        with self.assertRaises(ValueError):
            seal_attachment(bytes((64 << 20) + 1), "a1", "n", "a/b", None, None)

    def test_two_of_one_content_have_nothing_in_common(self):
        first, second = (seal_attachment(b"text", "a1", "n", "a/b", KEYS["one"], PLACE)
                         for _ in range(2))
        self.assertNotEqual(first.pieces, second.pieces)

    def test_the_generator_writes_the_same_bytes_again(self):
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "attachments.json"
            subprocess.run([sys.executable, VECTORS / "attachments.py", again], check=True,
                           stdout=subprocess.DEVNULL, timeout=60)
            self.assertEqual(again.read_bytes(), (VECTORS / "attachments.json").read_bytes())


if __name__ == "__main__":
    unittest.main()
