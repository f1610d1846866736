#include "evidence/anchor.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace lp::evidence {
namespace {

const tlog::Checkpoint checkpoint{"3f9a/p/1", 7, {}};

TEST(Anchor, HoldsHashesOfTheOriginAndOfTheBodyWithoutSignatures) {
  const std::string leaf = anchor_leaf(checkpoint);
  EXPECT_EQ(leaf.size(), 76U);
  const auto read = read_anchor(leaf);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->origin_sha256, crypto::sha256("3f9a/p/1"));
  EXPECT_EQ(read->body_sha256, crypto::sha256(checkpoint.body()));
}

TEST(Anchor, RefusesEverythingElse) {
  const std::string leaf = anchor_leaf(checkpoint);
  std::string other_tag = leaf;
  other_tag[11] = '1';
  for (const std::string& text : {std::string(), leaf.substr(1), leaf + '\0', other_tag}) {
    EXPECT_FALSE(read_anchor(text).has_value());
  }
}

}  // namespace
}  // namespace lp::evidence
