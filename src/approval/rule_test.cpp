#include "approval/rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <bit>

#include "base/testing.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::approval {
namespace {

Rule n_of(std::uint64_t count, std::string group) {
  return {.kind = Rule::Kind::n_of, .parts = {}, .count = count, .group = std::move(group)};
}
Rule all(std::vector<Rule> parts) {
  return {.kind = Rule::Kind::all, .parts = std::move(parts), .count = 1, .group = {}};
}
Rule any(std::vector<Rule> parts) {
  return {.kind = Rule::Kind::any, .parts = std::move(parts), .count = 1, .group = {}};
}
Person person(std::string member, std::set<std::string> groups) {
  return {std::move(member), std::move(groups)};
}

std::optional<Rule> read(const std::string& text) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document.has_value()) << text;
  return Rule::from_json(document->root);
}

const std::string a = "group:a";
const std::string b = "group:b";

TEST(Rule, DefaultsToOneReviewer) {
  EXPECT_EQ(json::canonical(default_rule().to_json()), R"({"n_of":[1,"role:reviewer"]})");
  EXPECT_EQ(default_rule().sha256(), crypto::sha256(R"({"n_of":[1,"role:reviewer"]})"));
}

TEST(Rule, ReadsBackWhatItWrites) {
  const std::string text =
      R"({"all":[{"n_of":[1,"group:finance"]},{"any":[{"n_of":[2,"role:owner"]},)"
      R"({"n_of":[1,"member:mem_1"]}]},{"n_of":[1,"oncall:payments"]}]})";
  const auto rule = read(text);
  ASSERT_TRUE(rule);
  EXPECT_EQ(json::canonical(rule->to_json()), text);
  EXPECT_EQ(rule->kind, Rule::Kind::all);
  EXPECT_EQ(rule->parts.at(1).parts.at(0).count, 2u);
}

TEST(Rule, RefusesWhatIsNoRule) {
  for (const char* text : {"null",
                           "[]",
                           "{}",
                           R"({"some":[]})",
                           R"({"all":[]})",
                           R"({"any":[]})",
                           R"({"all":{}})",
                           R"({"all":[1]})",
                           R"({"any":[{}]})",
                           R"({"n_of":[]})",
                           R"({"n_of":{}})",
                           R"({"n_of":[1]})",
                           R"({"n_of":[1,"role:a","role:b"]})",
                           R"({"n_of":[0,"role:reviewer"]})",
                           R"({"n_of":[-1,"role:reviewer"]})",
                           R"({"n_of":["1","role:reviewer"]})",
                           R"({"n_of":[1.0,"role:reviewer"]})",
                           R"({"n_of":[1,1]})",
                           R"({"n_of":[1,"reviewer"]})",
                           R"({"n_of":[1,"role:"]})",
                           R"({"n_of":[1,"team:x"]})",
                           R"({"n_of":[1,"role:a"],"all":[]})"}) {
    EXPECT_FALSE(read(text)) << text;
  }
}

TEST(Rule, RefusesTreesThatAreTooDeepTooWideOrTooCrowded) {
  std::string deep = R"({"n_of":[1,"role:a"]})";
  for (std::size_t depth = 1; depth < rule_depth_max; ++depth) deep = R"({"all":[)" + deep + "]}";
  EXPECT_TRUE(read(deep));
  EXPECT_FALSE(read(R"({"any":[)" + deep + "]}"));

  EXPECT_TRUE(read(R"({"n_of":[100,"role:a"]})"));
  EXPECT_FALSE(read(R"({"n_of":[101,"role:a"]})"));
  EXPECT_FALSE(read(R"({"n_of":[9223372036854775807,"role:a"]})"));
  EXPECT_FALSE(read(R"({"all":[{"n_of":[60,"role:a"]},{"n_of":[41,"role:b"]}]})"));
  EXPECT_TRUE(read(R"({"any":[{"n_of":[60,"role:a"]},{"n_of":[41,"role:b"]}]})"));

  const std::string either = R"({"any":[{"n_of":[1,"role:a"]},{"n_of":[1,"role:b"]}]})";
  std::string wide = either;
  for (int i = 1; i < 6; ++i) wide += "," + either;  // 2^6 ways
  EXPECT_TRUE(read(R"({"all":[)" + wide + "]}"));
  EXPECT_FALSE(read(R"({"all":[)" + wide + "," + either + "]}"));
  std::string forty = wide;
  for (int i = 6; i < 40; ++i) forty += "," + either;
  EXPECT_FALSE(read(R"({"all":[)" + forty + "]}"));
}

TEST(RuleDeathTest, IsNotWrittenWhenItAsksNobody) {
  EXPECT_DEATH((void)all({}).to_json(), "parts");
  EXPECT_DEATH((void)n_of(0, a).to_json(), "count");
  EXPECT_DEATH((void)n_of(1, "nobody").to_json(), "is_group");
  EXPECT_DEATH((void)heads_required(any({})), "parts");
}

TEST(Rule, CountsDistinctPeople) {
  const Person one = person("m1", {a});
  const Person two = person("m2", {a});
  EXPECT_TRUE(satisfied(n_of(1, a), {one}));
  EXPECT_FALSE(satisfied(n_of(1, a), {}));
  EXPECT_FALSE(satisfied(n_of(1, b), {one}));
  EXPECT_FALSE(satisfied(n_of(2, a), {one, one}));
  EXPECT_TRUE(satisfied(n_of(2, a), {one, two}));
}

TEST(Rule, UsesAPersonInTwoGroupsWhereTheyAreNeeded) {
  const Rule rule = all({n_of(2, a), n_of(1, b)});
  const Person only_a = person("m1", {a});
  const Person both = person("m2", {a, b});
  const Person other = person("m3", {a, b});
  EXPECT_FALSE(satisfied(rule, {only_a, both}));
  EXPECT_TRUE(satisfied(rule, {both, other, only_a}));
  EXPECT_TRUE(satisfied(rule, {only_a, both, other}));
  EXPECT_TRUE(satisfied(rule, {both, only_a, person("m4", {a})}));
}

TEST(Rule, NeverCountsOnePersonInTwoPlaces) {
  EXPECT_FALSE(satisfied(all({n_of(1, a), n_of(1, b)}), {person("m1", {a, b})}));
  EXPECT_TRUE(satisfied(any({n_of(1, a), n_of(1, b)}), {person("m1", {b})}));
  EXPECT_FALSE(satisfied(all({n_of(1, a), n_of(1, a)}), {person("m1", {a})}));
}

TEST(Rule, TriesEveryAlternative) {
  const Rule rule = all({any({n_of(2, a), n_of(1, b)}), n_of(1, b)});
  EXPECT_TRUE(satisfied(rule, {person("m1", {b}), person("m2", {b})}));
  EXPECT_TRUE(satisfied(rule, {person("m1", {a}), person("m2", {a}), person("m3", {b})}));
  EXPECT_FALSE(satisfied(rule, {person("m1", {a}), person("m3", {b})}));
}

TEST(Rule, ThatAsksNobodyIsNeverSatisfied) {
  const Person one = person("m1", {a});
  EXPECT_FALSE(satisfied(all({}), {one}));
  EXPECT_FALSE(satisfied(any({}), {one}));
  EXPECT_FALSE(satisfied(n_of(0, a), {one}));
}

TEST(Rule, SaysWhoMayContribute) {
  const Rule rule = all({n_of(1, a), any({n_of(1, b), n_of(1, "member:m9")})});
  EXPECT_TRUE(may_contribute(rule, person("m1", {a})));
  EXPECT_TRUE(may_contribute(rule, person("m9", {"member:m9"})));
  EXPECT_FALSE(may_contribute(rule, person("m2", {"group:c"})));
}

TEST(Rule, SaysHowManyHeadsItNeeds) {
  EXPECT_EQ(heads_required(default_rule()), 1u);
  EXPECT_EQ(heads_required(all({n_of(2, a), n_of(1, b)})), 3u);
  EXPECT_EQ(heads_required(any({n_of(3, a), n_of(2, b), n_of(4, a)})), 2u);
  EXPECT_EQ(heads_required(all({any({n_of(3, a), n_of(2, b)}), n_of(1, a)})), 3u);
}

TEST(People, AreTheEntriesOfOneMemberTakenTogether) {
  evidence::RosterEntry phone;
  phone.member = "m1";
  phone.roles = {"reviewer"};
  phone.groups = {"finance"};
  evidence::RosterEntry laptop = phone;
  laptop.roles = {"owner"};
  laptop.groups = {};
  evidence::RosterEntry other = phone;
  other.member = "m2";
  const auto people = people_of({phone, other, laptop});
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(people[0].member, "m1");
  EXPECT_EQ(people[0].groups,
            (std::set<std::string>{"group:finance", "member:m1", "role:owner", "role:reviewer"}));
  EXPECT_EQ(people[1].groups,
            (std::set<std::string>{"group:finance", "member:m2", "role:reviewer"}));
}

TEST(People, AreNoMembersWithoutAKey) {
  evidence::RosterEntry phone, nothing;
  phone.member = "m1";
  phone.key_class = "device";
  nothing.member = "m2";
  nothing.key_class = "none";
  const auto people = people_of({nothing, phone});
  ASSERT_EQ(people.size(), 1u);
  EXPECT_EQ(people[0].member, "m1");
}

// The definition, tried out: `all` divides the people among its parts in every possible way.
bool holds(const Rule& rule, const std::vector<Person>& people, unsigned who);

bool holds_all(const std::vector<Rule>& parts, std::size_t from, const std::vector<Person>& people,
               unsigned who) {
  if (from == parts.size()) return true;
  for (unsigned some = who;; some = (some - 1) & who) {
    if (holds(parts[from], people, some) && holds_all(parts, from + 1, people, who & ~some)) {
      return true;
    }
    if (some == 0) return false;
  }
}

bool holds(const Rule& rule, const std::vector<Person>& people, unsigned who) {
  if (rule.kind == Rule::Kind::all) return holds_all(rule.parts, 0, people, who);
  if (rule.kind == Rule::Kind::any) {
    for (const Rule& part : rule.parts) {
      if (holds(part, people, who)) return true;
    }
    return false;
  }
  std::uint64_t heads = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    if ((who >> i & 1) != 0 && people[i].groups.contains(rule.group)) ++heads;
  }
  return heads >= rule.count;
}

Rule arbitrary_rule(SeededEntropy& random, int depth) {
  const std::uint64_t choice = depth == 0 ? 0 : random.next() % 3;
  if (choice == 0) {
    return n_of(1 + random.next() % 3, "group:" + std::string(1, "abc"[random.next() % 3]));
  }
  std::vector<Rule> parts;
  for (std::uint64_t n = 1 + random.next() % 3; n > 0; --n) {
    parts.push_back(arbitrary_rule(random, depth - 1));
  }
  return choice == 1 ? all(std::move(parts)) : any(std::move(parts));
}

TEST(Rule, AgreesWithItsDefinitionOnRandomTreesAndPeople) {
  std::size_t both_ways[2] = {0, 0};
  EXPECT_TRUE(rc::check([&both_ways](std::uint64_t seed) {
    SeededEntropy random(seed);
    for (int round = 0; round < 50; ++round) {
      const Rule rule = arbitrary_rule(random, 2);
      std::vector<Person> people;
      for (std::uint64_t n = random.next() % 7; n > 0; --n) {
        Person one = person("m" + std::to_string(n), {});
        for (const char group : {'a', 'b', 'c'}) {
          if (random.next() % 2 == 0) one.groups.insert("group:" + std::string(1, group));
        }
        people.push_back(std::move(one));
      }
      const bool expected = holds(rule, people, (1u << people.size()) - 1);
      RC_ASSERT(satisfied(rule, people) == expected);
      ++both_ways[expected ? 1 : 0];
      const auto again = Rule::from_json(rule.to_json());
      if (again) RC_ASSERT(again->sha256() == rule.sha256());
    }
  }));
  EXPECT_GT(both_ways[0], 100u);
  EXPECT_GT(both_ways[1], 100u);
}

}  // namespace
}  // namespace lp::approval
