#include "tlog/extension.h"

#include <gtest/gtest.h>

#include <string>

namespace lp::tlog {
namespace {

Digest leaf(std::uint64_t index) {
  return leaf_hash("leaf " + std::to_string(index));
}

CompactRange tree(std::uint64_t size) {
  CompactRange range;
  for (std::uint64_t i = 0; i < size; ++i) range.append(leaf(i));
  return range;
}

std::vector<Digest> leaves(std::uint64_t from, std::uint64_t to) {
  std::vector<Digest> hashes;
  for (std::uint64_t i = from; i < to; ++i) hashes.push_back(leaf(i));
  return hashes;
}

TEST(ExtensionProof, LeadsFromEveryTreeToEveryLargerOne) {
  for (std::uint64_t from = 0; from <= 40; ++from) {
    for (std::uint64_t to = from; to <= 80; ++to) {
      const CompactRange before = tree(from);
      const auto proof = extension_proof(before, leaves(from, to));
      EXPECT_TRUE(verify_consistency(from, before.root(), to, tree(to).root(), proof))
          << from << " to " << to;
    }
  }
}

TEST(ExtensionProof, DoesNotLeadToATreeWithAnotherLeaf) {
  const CompactRange before = tree(5);
  auto others = leaves(5, 9);
  others[2] = leaf(99);
  const auto proof = extension_proof(before, others);
  EXPECT_FALSE(verify_consistency(5, before.root(), 9, tree(9).root(), proof));
}

}  // namespace
}  // namespace lp::tlog
