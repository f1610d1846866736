#include "verify/stream_chains.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace lp::verify {
namespace {

using evidence::Statement;

Statement event(std::string stream, std::uint64_t seq, std::optional<Digest> prev) {
  Statement said;
  said.stream = {.id = std::move(stream), .seq = seq, .prev = prev};
  return said;
}

const Digest one = crypto::sha256("one"), two = crypto::sha256("two"), three = crypto::sha256("3");

TEST(StreamChains, FollowStreamsThatAreWoven) {
  StreamChains chains(true);
  EXPECT_EQ(chains.follow(event("a", 0, {}), one), std::nullopt);
  EXPECT_EQ(chains.follow(event("b", 0, {}), two), std::nullopt);
  EXPECT_EQ(chains.follow(event("a", 1, one), three), std::nullopt);
  EXPECT_EQ(chains.follow(event("b", 1, two), one), std::nullopt);
  EXPECT_EQ(chains.follow(event("a", 2, three), two), std::nullopt);
}

TEST(StreamChains, NameAnEventThatWasLeftOutOrMoved) {
  for (const std::uint64_t seq : {0U, 2U, 3U}) {
    StreamChains chains(true);
    EXPECT_EQ(chains.follow(event("a", 0, {}), one), std::nullopt);
    const auto wrong = chains.follow(event("a", seq, one), two);
    EXPECT_EQ(wrong, "event " + std::to_string(seq) +
                         " of its stream follows event 0: one was left out, or they are out of "
                         "order");
  }
  StreamChains chains(true);
  EXPECT_EQ(chains.follow(event("a", 0, {}), one), std::nullopt);
  EXPECT_EQ(chains.follow(event("a", 1, two), two),
            "event 1 of its stream is not chained to the one before it");
}

TEST(StreamChains, BeginWhereTheLogBegins) {
  StreamChains whole(true);
  EXPECT_NE(whole.follow(event("a", 1, one), two), std::nullopt);
  EXPECT_NE(whole.follow(event("b", 0, one), two), std::nullopt);
}

TEST(StreamChains, BelieveWhatComesBeforeAPart) {
  StreamChains part(false);
  EXPECT_EQ(part.follow(event("a", 7, one), two), std::nullopt);
  EXPECT_EQ(part.follow(event("a", 8, two), three), std::nullopt);
  EXPECT_NE(part.follow(event("a", 10, three), one), std::nullopt);
  EXPECT_NE(part.follow(event("b", 3, {}), two), std::nullopt);
}

}  // namespace
}  // namespace lp::verify
