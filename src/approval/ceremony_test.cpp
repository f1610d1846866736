// What a level asks of an approval besides the right person.

#include <gtest/gtest.h>

#include "approval/request_testing.h"

namespace lp::approval {
namespace {

TEST(Ceremony, TakesAPasskeyFromHighOnAndADeviceKeyBelow) {
  for (const Level level : {Level::none, Level::low, Level::medium, Level::high}) {
    const Request request = pending(level);
    const bool needed = level >= Level::high;
    EXPECT_EQ(proof_needed(level), needed ? Proof::passkey : Proof::device);
    for (Review wish : {says(Verdict::approve, "ann", request), edits("ann", request)}) {
      EXPECT_TRUE(review(request, wish, team()));
      wish.proof = Proof::device;
      const auto by_device = review(request, wish, team());
      EXPECT_EQ(by_device.has_value(), !needed);
      if (needed) EXPECT_EQ(by_device.error(), Refusal::passkey_needed);
    }
  }
}

TEST(Ceremony, IsRejectedWithADeviceKeyAtEveryLevelAndWithoutAReason) {
  for (const Level level : {Level::low, Level::medium, Level::high, Level::critical}) {
    const Request request = pending(level);
    Review wish = says(Verdict::reject, "ann", request);
    wish.proof = Proof::device;
    wish.reason_characters = 0;
    EXPECT_EQ(after(review(request, wish, team())).state, State::rejected);
  }
}

TEST(Ceremony, TakesAReasonAtCritical) {
  Context alone = team();
  alone.single_operator = true;
  const Request request = pending(Level::critical);
  for (Review wish : {says(Verdict::approve, "ann", request), edits("ann", request)}) {
    wish.reason_characters = critical_reason_min - 1;
    EXPECT_EQ(review(request, wish, alone).error(), Refusal::reason_needed);
  }
  EXPECT_EQ(after(review(request, says(Verdict::approve, "ann", request), alone)).state,
            State::approved);
  const Request high = pending(Level::high);
  Review silent = says(Verdict::approve, "ann", high);
  silent.reason_characters = 0;
  EXPECT_TRUE(review(high, silent, alone));
}

TEST(Ceremony, IsNotApprovedAtCriticalByARuleOfOneWhereThereAreOthers) {
  const Request request = pending(Level::critical);
  EXPECT_FALSE(asks_enough(request, team()));
  EXPECT_TRUE(asks_enough(request, team(2)));
  EXPECT_TRUE(asks_enough(pending(Level::high), team()));
  Context alone = team();
  alone.single_operator = true;
  EXPECT_TRUE(asks_enough(request, alone));
  EXPECT_EQ(review(request, says(Verdict::approve, "ann", request), team()).error(),
            Refusal::second_person_needed);
  EXPECT_EQ(review(request, edits("ann", request), team()).error(), Refusal::second_person_needed);
  EXPECT_EQ(ineligible(request, "ann", team()), Refusal::second_person_needed);
}

TEST(Ceremony, IsToldBeforehandByTheBestProofThatSomebodyHas) {
  const Request high = pending(Level::high);
  EXPECT_EQ(ineligible(high, "ann", team()), std::nullopt);
  EXPECT_EQ(ineligible(high, "ann", team(), Proof::device), Refusal::passkey_needed);
}

}  // namespace
}  // namespace lp::approval
