#include "core/approver.h"

#include <gtest/gtest.h>

#include "core/testing.h"

namespace lp::core {
namespace {

std::optional<ApproverFault> fault_of(House& house, const Considered& considered) {
  const auto command = sign_decision(considered, house.approver, house.clock.now(), house.entropy);
  return command ? std::nullopt : std::optional(command.error());
}

TEST(Approver, ApprovesNothingThatThisDeviceCannotRead) {
  House house;
  auto considered = house.consider(house.asked(), evidence::Verdict::approve);
  considered.content_key.reset();
  EXPECT_EQ(fault_of(house, considered), ApproverFault::no_content_key);
  considered.content_key = seal::ContentKey{Secret(std::string(32, 'x'))};
  EXPECT_EQ(fault_of(house, considered), ApproverFault::wrong_content_key);
}

TEST(Approver, SignsNothingAboutAPayloadThatTheOfferDoesNotName) {
  House house;
  auto considered = house.consider(house.asked(), evidence::Verdict::reject);
  considered.payload = house.ask().payload;
  EXPECT_EQ(fault_of(house, considered), ApproverFault::not_the_payload);
  considered.payload = "not even JSON";
  EXPECT_EQ(fault_of(house, considered), ApproverFault::not_the_payload);
}

TEST(Approver, SignsNoEditThatChangesNothing) {
  House house;
  auto considered = house.consider(house.asked(), evidence::Verdict::approve);
  considered.edit = "{}";
  EXPECT_EQ(fault_of(house, considered), ApproverFault::not_an_edit);
}

TEST(Approver, RejectsWithoutTheKeyAndThenCommitsToNothing) {
  House house;
  auto considered = house.consider(house.asked(), evidence::Verdict::reject);
  considered.content_key.reset();
  const auto command = sign_decision(considered, house.approver, house.clock.now(), house.entropy);
  ASSERT_TRUE(command.has_value());
  const auto core = evidence::DecisionCore::parse(command->core);
  ASSERT_TRUE(core.has_value());
  EXPECT_FALSE(core->payload.commit.has_value());
}

}  // namespace
}  // namespace lp::core
