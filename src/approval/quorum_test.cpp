#include "approval/quorum.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

#include "base/testing.h"
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

// A small model: a rule is satisfied when its heads can be dealt out to different people. It tries
// every way, one seat after the other, and shares nothing with the matching in the code.
struct ModelRule {
  int kind = 0;  // 0 n_of, 1 all, 2 any
  int count = 1, group = 0;
  std::vector<ModelRule> parts;
};

bool deal(const std::vector<int>& seats, std::size_t seat, const std::vector<unsigned>& people,
          unsigned used) {
  if (seat == seats.size()) return true;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const bool sits = (used >> i & 1u) != 0;
    if (sits || (people[i] >> seats[seat] & 1u) == 0) continue;
    if (deal(seats, seat + 1, people, used | 1u << i)) return true;
  }
  return false;
}

// Calls `found` with the seats of each way to satisfy the rules from `at` on.
bool some_way(const std::vector<const ModelRule*>& rules, std::size_t at, std::vector<int> seats,
              const std::function<bool(const std::vector<int>&)>& found) {
  if (at == rules.size()) return found(seats);
  const ModelRule& one = *rules[at];
  if (one.kind == 0) {
    seats.insert(seats.end(), static_cast<std::size_t>(one.count), one.group);
    return some_way(rules, at + 1, std::move(seats), found);
  }
  std::vector<const ModelRule*> rest(rules.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                     rules.end());
  if (one.kind == 1) {
    for (const ModelRule& part : one.parts) rest.push_back(&part);
    return some_way(rest, 0, std::move(seats), found);
  }
  for (const ModelRule& part : one.parts) {
    rest.push_back(&part);
    if (some_way(rest, 0, seats, found)) return true;
    rest.pop_back();
  }
  return false;
}

ModelRule random_rule(SeededEntropy& dice, int depth) {
  ModelRule one;
  one.kind = depth == 0 ? 0 : static_cast<int>(dice.next() % 3);
  one.count = 1 + static_cast<int>(dice.next() % 2);
  one.group = static_cast<int>(dice.next() % 3);
  if (one.kind == 0) return one;
  for (std::uint64_t parts = 1 + dice.next() % 2; parts > 0; --parts) {
    one.parts.push_back(random_rule(dice, depth - 1));
  }
  return one;
}

Rule real_rule(const ModelRule& model) {
  Rule real{.kind = Rule::Kind::n_of, .parts = {}, .count = 1, .group = {}};
  if (model.kind == 0) {
    real.count = static_cast<std::uint64_t>(model.count);
    real.group = "group:" + std::to_string(model.group);
    return real;
  }
  real.kind = model.kind == 1 ? Rule::Kind::all : Rule::Kind::any;
  for (const ModelRule& part : model.parts) real.parts.push_back(real_rule(part));
  return real;
}

std::uint64_t sequences() {
  const char* set = std::getenv("LP_SEQUENCES");
  const std::string_view text = set != nullptr ? set : "20000";
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

TEST(QuorumModel, CountsEachPersonOnceInTheWholeTree) {
  for (std::uint64_t seed = 1; seed <= sequences(); ++seed) {
    SeededEntropy dice(seed);
    const ModelRule model = random_rule(dice, 2);
    const Rule real = real_rule(model);
    std::vector<unsigned> masks;
    std::vector<Person> people;
    for (std::uint64_t count = dice.next() % 6; count > 0; --count) {
      const unsigned mask = static_cast<unsigned>(dice.next() % 8);
      std::set<std::string> groups;
      for (int group = 0; group < 3; ++group) {
        if ((mask >> group & 1u) != 0) groups.insert("group:" + std::to_string(group));
      }
      masks.push_back(mask);
      people.push_back(person("m" + std::to_string(count), std::move(groups)));
    }
    const bool expected = some_way({&model}, 0, {}, [&masks](const std::vector<int>& seats) {
      return deal(seats, 0, masks, 0);
    });
    ASSERT_EQ(satisfied(real, people), expected) << "seed " << seed;
    const Progress far = progress(real, people);
    ASSERT_EQ(far.done == far.needed, expected) << "seed " << seed;
    ASSERT_EQ(unsatisfiable(real, people).has_value(), !expected) << "seed " << seed;
    // Nobody is counted twice, and who is taken away is never made up for.
    std::vector<Person> twice = people;
    twice.insert(twice.end(), people.begin(), people.end());
    ASSERT_EQ(satisfied(real, twice), expected) << "seed " << seed;
    if (people.empty()) continue;
    people.pop_back();
    ASSERT_LE(satisfied(real, people), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace lp::approval
