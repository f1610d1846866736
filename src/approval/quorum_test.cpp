#include "approval/quorum.h"

#include <gtest/gtest.h>

#include <set>

#include "json/parse.h"

namespace lp::approval {
namespace {

Rule rule(const std::string& text) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  const auto read = Rule::from_json(document->root);
  EXPECT_TRUE(read) << text;
  return read.value_or(Rule{});
}

Person person(std::string member, std::set<std::string> groups) {
  return {std::move(member), std::move(groups)};
}

std::string fault(const std::string& text) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  const auto heads = read_quorum(document->root);
  return heads ? std::to_string(*heads) : heads.error().pointer + " " + heads.error().sentence;
}

TEST(Quorum, SaysWhereARuleIsWrong) {
  EXPECT_EQ(fault(R"({"n_of":[2,"group:finance"]})"), "2");
  EXPECT_EQ(fault(R"({"any":[{"n_of":[3,"role:owner"]},{"n_of":[2,"role:owner"]}]})"), "2");
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"n_of":[0,"role:reviewer"]})", "/n_of/0 A rule of no approvals"},
      {R"({"all":[{"n_of":[1,"finance"]}]})", "/all/0/n_of/1 People are named"},
      {R"({"all":[]})", "/all `all` is a list"},
      {R"({"any":[{"n_of":[1,"role:a"]},{"none":[]}]})", "/any/1 A rule is one of"},
      {R"({"n_of":[101,"role:reviewer"]})", " This rule is too large"},
      {R"([])", " A rule is one of"}};
  for (const auto& [text, sentence] : wrong) {
    EXPECT_TRUE(fault(text).starts_with(sentence)) << text << " -> " << fault(text);
  }
}

TEST(Quorum, SaysWhyTheRosterCannotSatisfyARule) {
  const std::vector<Person> people{person("ann", {"role:reviewer", "group:finance"}),
                                   person("bob", {"role:reviewer"})};
  EXPECT_FALSE(unsatisfiable(rule(R"({"n_of":[2,"role:reviewer"]})"), people));
  EXPECT_EQ(unsatisfiable(rule(R"({"n_of":[2,"group:finance"]})"), people),
            "It asks 2 of group:finance, and the roster has 1 there who can sign.");
  EXPECT_NE(unsatisfiable(rule(R"({"all":[{"n_of":[1,"group:finance"]},)"
                               R"({"n_of":[2,"role:reviewer"]}]})"),
                          people)
                ->find("each person counts once"),
            std::string::npos);
}

TEST(Quorum, TellsHowFarARequestHasCome) {
  const Rule both = rule(R"({"all":[{"n_of":[1,"role:reviewer"]},{"n_of":[1,"group:finance"]}]})");
  EXPECT_EQ(
      to_sentence(progress(both, {})),
      "0 of 2 people have approved: 1 more from role:reviewer and 1 more from group:finance.");
  // Who is in both is used where nobody else could be.
  EXPECT_EQ(to_sentence(progress(both, {person("ann", {"role:reviewer", "group:finance"}),
                                        person("bob", {"role:reviewer"})})),
            "2 of 2 people have approved.");
  EXPECT_EQ(to_sentence(progress(
                both, {person("bob", {"role:reviewer"}), person("bob", {"role:reviewer"})})),
            "1 of 2 people have approved: 1 more from group:finance.");
  const Rule either = rule(R"({"any":[{"n_of":[2,"group:a"]},{"n_of":[1,"group:b"]}]})");
  EXPECT_EQ(to_sentence(progress(either, {})), "0 of 1 person has approved: 1 more from group:b.");
}

}  // namespace
}  // namespace lp::approval
