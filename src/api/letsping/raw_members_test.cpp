#include "api/letsping/raw_members.h"

#include <gtest/gtest.h>

#include <string>

namespace lp::api {
namespace {

TEST(RawMembers, AreTheExactSourceSlices) {
  constexpr std::string_view body =
      R"( { "a" : { "x": [1.0, "}]\"" ] , "y":-0 } ,"b":"text" , "c" :1e5 } )";
  EXPECT_EQ(raw_member(body, "a"), R"({ "x": [1.0, "}]\"" ] , "y":-0 })");
  EXPECT_EQ(raw_member(body, "b"), "\"text\"");
  EXPECT_EQ(raw_member(body, "c"), "1e5");
  EXPECT_EQ(raw_member(body, "x"), std::nullopt);
}

TEST(RawMembers, AreFoundInBodiesThatStrictJsonRefuses) {
  EXPECT_EQ(raw_member(R"({"p":{"a":1,"a":2},"q":"\ud800"})", "q"), R"("\ud800")");
  EXPECT_EQ(raw_member(R"({"p":{"a":1,"a":2}})", "p"), R"({"a":1,"a":2})");
}

TEST(RawMembers, AreTheFirstOfTheirName) {
  EXPECT_EQ(raw_member(R"({"a":1,"a":2})", "a"), "1");
}

TEST(RawMembers, AreNotThereInWhatIsNoObject) {
  for (const std::string_view body :
       {"", " ", "[]", "{", "{}", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\" 1}", "{\"a\":\"x",
        "null", "{1:2}", "{\"b\":1 \"a\":2}", "{\"a\":\"\\", "\"a\":1"}) {
    EXPECT_EQ(raw_member(body, "a"), std::nullopt) << body;
  }
}

TEST(RawMembers, SurviveDepthWithoutRecursion) {
  const std::string deep =
      "{\"p\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + ",\"a\":1}";
  EXPECT_EQ(raw_member(deep, "a"), "1");
  EXPECT_EQ(raw_member("{\"p\":" + std::string(1'000'000, '['), "a"), std::nullopt);
}

}  // namespace
}  // namespace lp::api
