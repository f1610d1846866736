#include "core/condition.h"

#include <gtest/gtest.h>

#include "core/testing.h"

namespace lp::core {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

std::string wrong(House& house, const std::string& name) {
  for (const auto& condition : conditions(*house.engine, house.clock.now(), hour_ms)) {
    if (condition.name == name) return condition.wrong;
  }
  return "not looked at";
}

TEST(Conditions, AreWellInANewInstallation) {
  House house;
  for (const auto& condition : conditions(*house.engine, house.clock.now(), hour_ms)) {
    EXPECT_EQ(condition.wrong, "") << condition.name;
  }
  EXPECT_EQ(wrong(house, "witness"), "not looked at") << "nobody is asked";
}

TEST(Conditions, TellOfARequestThatHasWaitedForLong) {
  House house;
  house.asked();
  house.clock.advance_ms(hour_ms);
  EXPECT_EQ(wrong(house, "waiting"), "");
  house.clock.advance_ms(60'000);
  EXPECT_EQ(wrong(house, "waiting"), "A request has waited for 61 minutes.");
}

TEST(Conditions, TellOfALogThatStandsStill) {
  House house;
  const std::string origin = house.engine->directory()->project(house.project)->row.origin;
  EXPECT_TRUE(
      house.engine->run(NoteWitnessAhead{.origin = origin, .witness = "witness.example+01"}));
  EXPECT_NE(wrong(house, "log"), "");
}

TEST(Conditions, TellOfAClockThatJumped) {
  House house;
  house.clock.set(house.clock.now() + 2 * hour_ms);
  house.asked();
  EXPECT_NE(wrong(house, "deciding").find("clock"), std::string::npos);
}

}  // namespace
}  // namespace lp::core
