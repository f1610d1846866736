#include "core/seen_nonces.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace lp::core {
namespace {

using Answer = SeenNonces::Answer;

Digest nonce(std::size_t number) {
  return crypto::sha256(std::to_string(number));
}

TEST(SeenNonces, KnowsEachAgentsOwnUntilTheyExpire) {
  SeenNonces seen;
  EXPECT_EQ(seen.look("agent_a", nonce(1), {10}), Answer::fresh);
  seen.keep({"agent_a", nonce(1), {20}});
  EXPECT_EQ(seen.look("agent_a", nonce(1), {19}), Answer::used);
  EXPECT_EQ(seen.look("agent_a", nonce(2), {19}), Answer::fresh);
  EXPECT_EQ(seen.look("agent_b", nonce(1), {19}), Answer::fresh);
  EXPECT_EQ(seen.look("agent_a", nonce(1), {20}), Answer::fresh);
}

TEST(SeenNonces, TakesNothingMoreOfAnAgentAtTheBound) {
  SeenNonces seen;
  for (std::size_t i = 0; i < SeenNonces::per_agent_max; ++i) {
    seen.keep({"agent_a", nonce(i), {static_cast<std::int64_t>(100 + i)}});
  }
  const Digest next = nonce(SeenNonces::per_agent_max);
  EXPECT_EQ(seen.look("agent_a", next, {99}), Answer::full);
  EXPECT_EQ(seen.look("agent_a", nonce(0), {99}), Answer::used);
  EXPECT_EQ(seen.look("agent_b", next, {99}), Answer::fresh);
  EXPECT_EQ(seen.look("agent_a", next, {100}), Answer::fresh) << "one has expired";
}

}  // namespace
}  // namespace lp::core
