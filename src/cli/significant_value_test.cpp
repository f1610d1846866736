#include "cli/significant_value.h"

#include <gtest/gtest.h>

namespace lp::cli {
namespace {

std::string chosen(const std::string& payload) {
  const auto value = significant_value(payload);
  return value ? value->name + "=" + value->text : "";
}

TEST(SignificantValue, IsHowMuchThenWhereThenOfWhichKind) {
  EXPECT_EQ(chosen(R"({"env":"prod","host":"db-1","amount":12.50})"), "amount=12.50");
  EXPECT_EQ(chosen(R"({"env":"prod","host_name":"db-1"})"), "host_name=db-1");
  EXPECT_EQ(chosen(R"({"stage":"prod","name":"x"})"), "stage=prod");
  EXPECT_EQ(chosen(R"({"Total_Cents":5})"), "Total_Cents=5");
  EXPECT_EQ(chosen(R"({"amountvalue":5})"), "amountvalue=5");
}

TEST(SignificantValue, IsFoundInObjectsThreeDeepButNotInWhatTheClientAdds) {
  EXPECT_EQ(chosen(R"({"a":{"b":{"price":3}}})"), "a.b.price=3");
  EXPECT_EQ(chosen(R"({"a":{"b":{"c":{"price":3}}}})"), "");
  EXPECT_EQ(chosen(R"({"_lp_meta":{"amount":3}})"), "");
}

TEST(SignificantValue, IsOneThatCanBeTypedAsItIsRead) {
  EXPECT_EQ(chosen(R"({"amount":" 5","host":"db-1"})"), "host=db-1");
  EXPECT_EQ(chosen(R"({"amount":"","host":"d\u0430","env":"prod"})"), "env=prod");
  EXPECT_EQ(chosen(R"({"amount":")" + std::string(65, '1') + R"("})"), "");
  EXPECT_EQ(chosen(R"({"amounts":1,"hosts":"x","environments":"y","amount_usd":2})"), "");
  EXPECT_EQ(chosen("[1]"), "");
  EXPECT_EQ(chosen("{"), "");
}

}  // namespace
}  // namespace lp::cli
