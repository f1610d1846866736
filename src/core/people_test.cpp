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

}  // namespace
}  // namespace lp::core
