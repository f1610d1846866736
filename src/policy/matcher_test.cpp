#include "policy/matcher.h"

#include <gtest/gtest.h>

#include "json/parse.h"

namespace lp::policy {
namespace {

Matcher matcher(std::string_view yaml) {
  const auto node = read_text("x: " + std::string(yaml) + "\n");
  EXPECT_TRUE(node) << yaml;
  Problems problems;
  auto read = Matcher::read(node->members.front().value, problems);
  EXPECT_TRUE(read) << yaml << ": " << (problems.empty() ? "" : problems.front().sentence);
  return read.value_or(Matcher{});
}

Truth holds(std::string_view yaml, std::string_view json_value) {
  const auto document = json::parse(std::string(json_value));
  EXPECT_TRUE(document) << json_value;
  return matcher(yaml).holds(Found::of(&document->root));
}

struct Row {
  const char* asked;
  const char* value;
  Truth truth;
};

TEST(PolicyMatcher, AnswersEachComparison) {
  const Row rows[] = {{"EUR", R"("EUR")", Truth::yes},
                      {"EUR", R"("eur")", Truth::no},
                      {"[DROP, TRUNCATE]", R"("TRUNCATE")", Truth::yes},
                      {"[DROP, TRUNCATE]", R"("SELECT")", Truth::no},
                      {"[TRUNCATE, DROP]", R"("DROP")", Truth::yes},
                      {"1.0", "1", Truth::yes},
                      {"true", "true", Truth::yes},
                      {"true", "false", Truth::no},
                      {"{gt: 500}", "500.01", Truth::yes},
                      {"{gt: 500}", "500", Truth::no},
                      {"{gte: 500}", "500.0", Truth::yes},
                      {"{lt: 0}", "-0.01", Truth::yes},
                      {"{lte: 10, gte: 5}", "7", Truth::yes},
                      {"{lte: 10, gte: 5}", "11", Truth::no},
                      {"{ne: a}", R"("b")", Truth::yes},
                      {"{not_in: [a, b]}", R"("b")", Truth::no},
                      {"{prefix: prod-}", R"("prod-eu")", Truth::yes},
                      {"{suffix: [.tf, .hcl]}", R"("main.tf")", Truth::yes},
                      {"{suffix: .tf}", R"("main.tf.bak")", Truth::no},
                      {"{glob: \"db.*.read\"}", R"("db.users.read")", Truth::yes},
                      {"{glob: \"db.*.read\"}", R"("dbxusers.read")", Truth::no},
                      {"{glob: \"a?c\"}", R"("aüc")", Truth::yes},
                      {"{glob: \"a*\"}", "\"a\\nb\"", Truth::yes},
                      {"{regex: \"[a-z]+\"}", R"("abc")", Truth::yes},
                      {"{regex: \"[a-z]+\"}", R"("abc1")", Truth::no},
                      {"{cidr: 10.0.0.0/8}", R"("10.1.2.3")", Truth::yes},
                      {"{cidr: [\"fd00::/8\", 10.0.0.0/8]}", R"("192.168.0.1")", Truth::no},
                      {"{cidr: 10.0.0.0/8}", R"("::ffff:10.1.2.3")", Truth::yes}};
  for (const Row& row : rows) EXPECT_EQ(holds(row.asked, row.value), row.truth) << row.asked;
}

TEST(PolicyMatcher, KnowsNothingOfValuesOfAnotherKind) {
  const Row rows[] = {{"{gt: 500}", R"("900")", Truth::unknown},
                      {"{gt: 500}", "null", Truth::unknown},
                      {"{gt: 500}", "[900]", Truth::unknown},
                      {"500", R"("500")", Truth::unknown},
                      {"{ne: 500}", R"("500")", Truth::unknown},
                      {"EUR", "1", Truth::unknown},
                      {"EUR", R"(["EUR"])", Truth::unknown},
                      {"true", R"("true")", Truth::unknown},
                      {"{prefix: a}", "1", Truth::unknown},
                      {"{cidr: 10.0.0.0/8}", R"("localhost")", Truth::unknown}};
  for (const Row& row : rows) EXPECT_EQ(holds(row.asked, row.value), row.truth) << row.asked;
  EXPECT_EQ(matcher("EUR").holds({}), Truth::unknown);
  const std::string long_text(matched_bytes_max + 1, 'a');
  EXPECT_EQ(matcher("{prefix: a}").holds(Found::of(std::string_view(long_text))), Truth::unknown);
}

TEST(PolicyMatcher, RefusesWhatAsksNothingOrCannotBeAsked) {
  for (const char* asked : {"[]", "{}", "[[a]]", "{gt: \"5\"}", "{gt: [5]}", "{eq: [1]}",
                            "{ne: [1]}", "{regex: \"(\"}", "{regex: [a, b]}", "{regex: \"\"}",
                            "{glob: 5}", "{cidr: nowhere}", "{almost: 5}", "{prefix: \"\"}"}) {
    const auto node = read_text("x: " + std::string(asked) + "\n");
    ASSERT_TRUE(node) << asked;
    Problems problems;
    EXPECT_FALSE(Matcher::read(node->members.front().value, problems)) << asked;
    EXPECT_EQ(problems.size(), 1u) << asked;
  }
}

TEST(PolicyMatcher, BoundsThePatternAndTakesLinearTime) {
  Problems problems;
  const auto node = read_text("x: {regex: \"" + std::string(pattern_bytes_max + 1, 'a') + "\"}\n");
  EXPECT_FALSE(Matcher::read(node->members.front().value, problems));
  const auto bomb = read_text("x: {regex: \"(((a{1,100}){1,100}){1,100}){1,100}\"}\n");
  EXPECT_FALSE(Matcher::read(bomb->members.front().value, problems));
  const std::string text = std::string(60'000, 'a') + "b";
  EXPECT_EQ(matcher("{regex: \"(a+)+\"}").holds(Found::of(std::string_view(text))), Truth::no);
}

TEST(PolicyMatcher, KnowsWhatNothingCanSatisfyAndWhatCoversWhat) {
  const std::pair<const char*, bool> satisfiable[] = {
      {"{gt: 500, lt: 100}", false}, {"{gt: 5, lte: 5}", false},      {"{gte: 5, lte: 5}", true},
      {"{in: [a, b], ne: a}", true}, {"{in: [a], ne: a}", false},     {"{gt: 5, prefix: a}", false},
      {"{in: [a], gt: 5}", false},   {"{prefix: a, suffix: b}", true}};
  for (const auto& [asked, can] : satisfiable) {
    EXPECT_EQ(matcher(asked).satisfiable(), can) << asked;
  }
  const std::pair<const char*, const char*> covered[] = {{"{gt: 5}", "{gt: 6}"},
                                                         {"{gte: 5}", "{gt: 5}"},
                                                         {"{gt: 5}", "7"},
                                                         {"[a, b]", "a"},
                                                         {"{prefix: a}", "{prefix: ab}"},
                                                         {"{prefix: a}", "[ab, ac]"},
                                                         {"{regex: \"a.*\"}", "abc"},
                                                         {"{not_in: [a]}", "b"},
                                                         {"{lt: 9}", "{lt: 9, gt: 1}"}};
  for (const auto& [wider, narrower] : covered) {
    EXPECT_TRUE(matcher(wider).covers(matcher(narrower))) << wider << " " << narrower;
  }
  const std::pair<const char*, const char*> not_covered[] = {{"{gt: 5}", "{gte: 5}"},
                                                             {"a", "[a, b]"},
                                                             {"{prefix: ab}", "{prefix: a}"},
                                                             {"{regex: \"a.*\"}", "{prefix: a}"},
                                                             {"{gt: 5}", "\"7\""}};
  for (const auto& [wider, narrower] : not_covered) {
    EXPECT_FALSE(matcher(wider).covers(matcher(narrower))) << wider << " " << narrower;
  }
}

}  // namespace
}  // namespace lp::policy
