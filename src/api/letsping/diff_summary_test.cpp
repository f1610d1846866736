#include "api/letsping/diff_summary.h"

#include <gtest/gtest.h>

#include "json/write.h"

namespace lp::api {
namespace {

std::string summary(const std::string& before, const std::string& after) {
  const auto value = diff_summary(before, after);
  return value ? json::compact(*value) : "nothing";
}

TEST(DiffSummary, NamesWhatChangedByPointerAndTypeAndNoValue) {
  EXPECT_EQ(summary(R"({"amount":5000,"to":{"a/b":"x","c":true},"gone":null})",
                    R"({"amount":"4000","to":{"a/b":"y","c":true},"new":[1]})"),
            R"({"changes":[{"pointer":"/amount","change":"changed","from":"number","to":"string"},)"
            R"({"pointer":"/to/a~1b","change":"changed","from":"string","to":"string"},)"
            R"({"pointer":"/new","change":"added","to":"array"},)"
            R"({"pointer":"/gone","change":"removed","from":"null"}]})");
}

TEST(DiffSummary, SeesNumbersAsTheyAreWrittenAndListsByPlace) {
  EXPECT_EQ(summary(R"({"n":1.0})", R"({"n":1})"),
            R"({"changes":[{"pointer":"/n","change":"changed","from":"number","to":"number"}]})");
  EXPECT_EQ(summary(R"([1,2,3])", R"([1,5])"),
            R"({"changes":[{"pointer":"/1","change":"changed","from":"number","to":"number"},)"
            R"({"pointer":"/2","change":"removed","from":"number"}]})");
  EXPECT_EQ(summary(R"({"a":1,"b":2})", R"({ "b": 2, "a": 1 })"), R"({"changes":[]})");
}

TEST(DiffSummary, IsBounded) {
  std::string many = "[0";
  for (int i = 0; i < 300; ++i) many += ",0";
  EXPECT_NE(summary("[]", many + "]").find(R"("more":101)"), std::string::npos);
}

TEST(DiffSummary, IsOfJsonAlone) {
  EXPECT_EQ(summary("{", "{}"), "nothing");
}

}  // namespace
}  // namespace lp::api
