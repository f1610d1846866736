"""Proofs of consistency, against trees that are built in the plainest way."""

import unittest

from letsping_verify import Fault
from letsping_verify.signatures import sha256
from letsping_verify.tree import check_consistency, leaf_hash

SIZE_MAX = 17
LEAVES = [leaf_hash(b"%d" % number) for number in range(SIZE_MAX)]


def split(size):
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:]))


def proof(first, leaves, whole=True):
    """SUBPROOF of RFC 9162 §2.1.4.1."""
    if first == len(leaves):
        return [] if whole else [root_of(leaves)]
    half = split(len(leaves))
    if first <= half:
        return [*proof(first, leaves[:half], whole), root_of(leaves[half:])]
    return [*proof(first - half, leaves[half:], False), root_of(leaves[:half])]


class Consistency(unittest.TestCase):
    def refused(self, *given):
        with self.assertRaises(Fault):
            check_consistency(*given)

    def test_every_tree_goes_on_from_each_before_it_and_no_other_proof_says_so(self):
        other = LEAVES[1]
        for to in range(1, SIZE_MAX + 1):
            second = to, root_of(LEAVES[:to])
            for start in range(1, to + 1):
                first, path = (start, root_of(LEAVES[:start])), proof(start, LEAVES[:to])
                check_consistency(*first, *second, path)
                self.refused(*first, to, other, path)
                self.refused(start, other, *second, path)
                self.refused(*first, *second, [*path, other])
                if start < to:
                    self.refused(*second, *first, path)
                    self.refused(*first, *second, path[1:])
                    self.refused(*first, *second, path[:-1])
        self.refused(0, other, 1, LEAVES[0], [])


if __name__ == "__main__":
    unittest.main()
