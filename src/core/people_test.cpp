#include <gtest/gtest.h>

#include "core/testing.h"
#include "identity/session_token.h"

namespace lp::core {
namespace {

TEST(Sessions, AreDeletedOnceTheyHaveExpired) {
  House house;
  const auto opened = house.engine->run(
      OpenSession{.member = house.member, .key = evidence::key_id(house.approver.spki())});
  ASSERT_TRUE(opened.has_value());
  const Digest token = identity::session_token_digest(opened->session.reveal());
  house.clock.advance_ms(11LL * 3'600'000);
  ASSERT_TRUE(house.engine->run(EndSession{}).has_value());
  EXPECT_TRUE(house.engine->reader().session(token)->has_value());
  house.clock.advance_ms(2LL * 3'600'000);
  ASSERT_TRUE(house.engine->run(EndSession{}).has_value());
  EXPECT_FALSE(house.engine->reader().session(token)->has_value());
}

TEST(Sessions, AreGoneAtOnceForThreadsThatKeepThem) {
  House house;
  const auto open = [&] {
    const auto opened = house.engine->run(
        OpenSession{.member = house.member, .key = evidence::key_id(house.approver.spki())});
    return identity::session_token_digest(opened->session.reveal());
  };
  const Digest ended = open();
  const Digest other = open();
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ((*house.engine->session(ended))->member, house.member);
    EXPECT_EQ((*house.engine->session(other))->token, other);
  }
  ASSERT_TRUE(house.engine->run(EndSession{.token = ended}).has_value());
  EXPECT_FALSE(house.engine->session(ended)->has_value());
  EXPECT_TRUE(house.engine->session(other)->has_value());
  const Digest fresh = open();
  EXPECT_TRUE(house.engine->session(fresh)->has_value());
  house.clock.advance_ms(13LL * 3'600'000);
  ASSERT_TRUE(house.engine->run(EndSession{}).has_value());
  EXPECT_FALSE(house.engine->session(fresh)->has_value()) << "it was swept away";
}

TEST(Sessions, OfOneMemberEndTogetherButForTheOneThatIsSpared) {
  House house;
  const auto open = [&] {
    const auto opened = house.engine->run(
        OpenSession{.member = house.member, .key = evidence::key_id(house.approver.spki())});
    return identity::session_token_digest(opened->session.reveal());
  };
  const Digest one = open(), two = open(), spared = open();
  const auto others = house.engine->run(EndSessions{.member = "mem_other"});
  EXPECT_EQ(others->ended, 0U);
  const auto done = house.engine->run(EndSessions{.member = house.member, .spared = spared});
  EXPECT_EQ(done->ended, 3U);  // and the one of the set-up
  EXPECT_FALSE(house.engine->session(one)->has_value());
  EXPECT_FALSE(house.engine->session(two)->has_value());
  EXPECT_TRUE(house.engine->session(spared)->has_value());
  EXPECT_EQ(house.engine->run(EndSessions{.member = house.member})->ended, 1U);
  EXPECT_FALSE(house.engine->session(spared)->has_value());
}

// What is kept belongs to one engine, not to whoever has its place next.
TEST(Sessions, OfAnotherEngineAreNotThere) {
  Digest token;
  {
    House house;
    const auto opened = house.engine->run(
        OpenSession{.member = house.member, .key = evidence::key_id(house.approver.spki())});
    token = identity::session_token_digest(opened->session.reveal());
    ASSERT_TRUE(house.engine->session(token)->has_value());
  }
  House other;
  EXPECT_FALSE(other.engine->session(token)->has_value());
}

}  // namespace
}  // namespace lp::core
