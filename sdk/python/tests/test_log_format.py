"""The examples of spec/log-format.md: this verifier reads the same bytes as that page writes."""

import base64
import re
import unittest

from cases import TOP
from letsping_verify.core import read_core
from letsping_verify.roster import Entry, Head
from letsping_verify.signatures import sha256_hex, tagged, verify_p256
from letsping_verify.statement import (
    read_descriptor, read_statement, signed_leaf, unsigned_leaf,
)
from letsping_verify.strict_json import canonical, parse
from letsping_verify.tree import Checkpoint, Proof, VerifierKey, leaf_hash, only_line_of

PAGE = (TOP / "spec/log-format.md").read_text()
EXAMPLE = {name: text.rstrip("\n") for name, text in
           re.findall(r"```example ([\w-]+)\n(.*?)```", PAGE, re.S)}


def example(name):
    return EXAMPLE[name].encode()


class LogFormat(unittest.TestCase):
    def test_descriptor(self):
        value = parse(example("descriptor"))
        read_descriptor(value, "descriptor")
        self.assertEqual(sha256_hex(canonical(value)), EXAMPLE["descriptor-sha256"])

    def test_statement(self):
        statement = read_statement(example("statement"), "statement")
        self.assertEqual(statement.sha256, EXAMPLE["statement-sha256"])
        self.assertEqual(statement.request.sha256, EXAMPLE["descriptor-sha256"])

    def test_leaf(self):
        leaf = parse(example("leaf"))["spec"]["hashedRekordV002"]["signature"]
        signature = base64.b64decode(leaf["content"])
        key = base64.b64decode(leaf["verifier"]["publicKey"]["rawBytes"])
        self.assertEqual(signed_leaf(example("statement"), signature, key), example("leaf"))
        verify_p256(key, signature, example("statement"), "the issuer's signature")

    def test_unsigned_leaf_has_the_form_of_the_page(self):
        form = re.sub(rb'(?<="digest":")[^"]+', b"", example("unsigned-leaf"))
        self.assertEqual(re.sub(rb'(?<="digest":")[^"]+', b"", unsigned_leaf(b"x")), form)

    def test_roster(self):
        head = Head.read(parse(example("roster-head")), "head")
        entry = Entry.read(parse(example("roster-entry")), "entry")
        self.assertEqual(head.sha256, EXAMPLE["roster-sha256"])
        self.assertEqual((head.size, head.root), (1, leaf_hash(entry.data)))
        verify_p256(head.owners[0], base64.b64decode(EXAMPLE["roster-signature"]),
                    tagged("lp-roster/1", head.data), "the owner's signature", low_s=True)

    def test_decision_core(self):
        core, entry = read_core(example("decision-core")), parse(example("roster-entry"))
        self.assertEqual(core.roster_sha256, EXAMPLE["roster-sha256"])
        verify_p256(base64.b64decode(entry["spki"]),
                    base64.b64decode(EXAMPLE["decision-signature"]),
                    tagged("lp-decision-device/1", example("decision-core")),
                    "the device's signature", low_s=True)

    def test_checkpoint_and_tree(self):
        note = EXAMPLE["checkpoint"] + "\n"
        checkpoint = Checkpoint.parse(note, "checkpoint")
        key = VerifierKey.parse(EXAMPLE["log-vkey"], "vkey", 1)
        line, _ = only_line_of(checkpoint, [key], "checkpoint")
        checkpoint.check_log_signature(line, key, "the log's signature")
        leaves = ("leaf", "unsigned-leaf")
        for index, own in enumerate(leaves):
            other = leaves[1 - index]
            sibling = base64.b64encode(leaf_hash(example(other))).decode()
            proof = f"c2sp.org/tlog-proof@v1\nindex {index}\n{sibling}\n\n{note}"
            Proof.parse(proof, "proof").check(example(own), own)


if __name__ == "__main__":
    unittest.main()
