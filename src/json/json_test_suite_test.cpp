// Verdicts over JSONTestSuite: what must be accepted is, except duplicate keys; what must be
// refused is; and what is left to the parser is decided, in testdata/json_test_suite.txt.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "json/parse.h"

namespace lp::json {
namespace {

struct Case {
  std::string name;
  std::string verdict;
  std::string text;
};

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  std::ifstream file(LP_JSON_TESTDATA "/json_test_suite.txt");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Case one;
    std::string encoded;
    words >> one.name >> one.verdict >> encoded;
    if (encoded != "-") one.text = from_base64(encoded).value_or("unreadable");
    cases.push_back(std::move(one));
  }
  return cases;
}

std::string verdict_of(const std::string& text) {
  const auto document = parse(text);
  if (!document) return std::string(to_string(document.error().fault));
  return document->lossy.empty() ? "accepted" : "lossy";
}

TEST(JsonTestSuite, IsDecidedAsWritten) {
  const std::vector<Case> cases = read_cases();
  ASSERT_EQ(cases.size(), 338U);
  for (const Case& one : cases) EXPECT_EQ(verdict_of(one.text), one.verdict) << one.name;
}

TEST(JsonTestSuite, LeavesNothingThatMustBeAcceptedButDuplicateKeys) {
  for (const Case& one : read_cases()) {
    const bool accepted = one.verdict == "accepted" || one.verdict == "lossy";
    if (one.name.starts_with("y_")) EXPECT_TRUE(accepted || one.verdict == "duplicate_key");
    if (one.name.starts_with("n_")) EXPECT_FALSE(accepted) << one.name;
  }
}

TEST(JsonTestSuite, RefusesItsTwoTowersOfBrackets) {
  EXPECT_EQ(verdict_of(std::string(100'000, '[')), "too_deep");
  std::string tower;
  for (int i = 0; i < 50'000; ++i) tower += "[{\"\":";
  EXPECT_EQ(verdict_of(tower + "\n"), "too_deep");
}

}  // namespace
}  // namespace lp::json
