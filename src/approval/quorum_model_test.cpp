// Generated histories of reviews under generated rules, held against a model that was written from
// approval.md, "Rules and quorum", and shares nothing with the code.
//
// The model knows six people, so that some of them are a number below 64, one bit a person, and
// what a rule asks is the set of those that satisfy it: one word of 64 bits. Nobody is seated
// anywhere; an `all` is satisfied by whom two disjoint sets satisfy one part each.
// LP_SEQUENCES sets the number of histories (3,000 by default); a failure prints the seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "approval/quorum.h"
#include "approval/request_testing.h"
#include "approval/transition.h"
#include "base/sequences_testing.h"
#include "base/testing.h"

namespace lp::approval {
namespace {

constexpr unsigned people_count = 6;
constexpr unsigned group_count = 3;
using Some = unsigned;         // people, one bit each
using Enough = std::uint64_t;  // of every `Some` whether it satisfies a rule
constexpr unsigned nobody = people_count;

struct Tree {
  enum Kind : unsigned { n_of, all, any } kind = n_of;
  int count = 1;
  unsigned group = 0;  // from group_count on: this person alone
  std::vector<Tree> parts;
};

struct Member {
  bool listed = true;
  unsigned keys = 1;    // 0: on the roster, and cannot sign
  unsigned groups = 0;  // one bit each
};

struct World {
  Tree rule;
  std::array<Member, people_count> members;
  unsigned owner = nobody;  // of the agent
  int level = 1;            // low to critical
  bool alone = false;       // single_operator
  // Of the rule among these members, until they change.
  Enough enough = 0;
  Some placed = 0;
};

bool critical(const World& world) {
  return world.level == 4 && !world.alone;
}

Some in_group(const World& world, unsigned group) {
  Some found = 0;
  for (unsigned who = 0; who < people_count; ++who) {
    const Member& member = world.members[who];
    if (!member.listed || member.keys == 0) continue;
    const bool in = group < group_count ? (member.groups >> group & 1u) != 0
                                        : who == group - group_count;
    if (in) found |= 1u << who;
  }
  return found;
}

// Each person counts once in the whole tree: no two parts of an `all` may share one.
Enough both(Enough one, Enough other) {
  Enough found = 0;
  for (Some some = 0; some < 1u << people_count; ++some) {
    for (Some part = some;; part = (part - 1) & some) {
      const Some rest = some & ~part;
      if ((one >> part & other >> rest & 1u) != 0) found |= Enough{1} << some;
      if (part == 0) break;
    }
  }
  return found;
}

Enough enough_for(const World& world, const Tree& tree) {
  Enough found = 0;
  if (tree.kind == Tree::n_of) {
    const Some group = in_group(world, tree.group);
    for (Some some = 0; some < 1u << people_count; ++some) {
      if (std::popcount(some & group) >= tree.count) found |= Enough{1} << some;
    }
    return found;
  }
  for (std::size_t i = 0; i < tree.parts.size(); ++i) {
    const Enough part = enough_for(world, tree.parts[i]);
    if (i == 0) {
      found = part;
    } else {
      found = tree.kind == Tree::any ? found | part : both(found, part);
    }
  }
  return found;
}

// Who could be of use anywhere in the tree.
Some placed_in(const World& world, const Tree& tree) {
  if (tree.kind == Tree::n_of) return in_group(world, tree.group);
  Some found = 0;
  for (const Tree& part : tree.parts) found |= placed_in(world, part);
  return found;
}

// The fewest people whom a roster of any size would need.
int fewest(const Tree& tree) {
  if (tree.kind == Tree::n_of) return tree.count;
  int found = tree.kind == Tree::any ? 1'000 : 0;
  for (const Tree& part : tree.parts) {
    found = tree.kind == Tree::any ? std::min(found, fewest(part)) : found + fewest(part);
  }
  return found;
}

struct Step {
  Event event = Event::approve;
  unsigned who = 0, key = 0;
};

struct Model {
  State state = State::pending;
  std::uint64_t version = 1;
  bool modified = false;
  Some yes = 0, editors = 0, asked = 0;

  // Never the agent's owner at high and critical, nor at critical whoever edited this version.
  [[nodiscard]] Some excluded(const World& world) const {
    Some found = 0;
    if (!world.alone && world.level >= 3 && world.owner != nobody) found |= 1u << world.owner;
    if (critical(world)) found |= editors;
    return found;
  }
  [[nodiscard]] Some eligible(const World& world) const {
    return world.placed & ~excluded(world);
  }
  [[nodiscard]] Some counted(const World& world) const { return yes & eligible(world); }
  [[nodiscard]] bool satisfied(const World& world) const {
    return (world.enough >> counted(world) & 1u) != 0;
  }

  [[nodiscard]] bool takes(const World& world, const Step& step) const {
    const Some one = 1u << step.who;
    if (state != State::pending || (world.placed & one) == 0) return false;
    if (step.event == Event::reject) return true;
    if (step.event == Event::request_changes) return (asked & one) == 0;
    if (critical(world) && fewest(world.rule) < 2) return false;
    if (step.event == Event::approve) return ((yes | excluded(world)) & one) == 0;
    return world.alone || world.level < 3 || step.who != world.owner;
  }

  void take(const World& world, const Step& step) {
    const Some one = 1u << step.who;
    if (step.event == Event::reject) {
      state = State::rejected;
      return;
    }
    if (step.event == Event::request_changes) {
      yes &= ~one;
      asked |= one;
      return;
    }
    if (step.event == Event::edit) {
      ++version;
      modified = true;
      editors |= one;
      yes = asked = 0;
    }
    // An edit is its author's yes, except at critical (evidence.md 8).
    if (step.event != Event::edit || world.level < 4) yes |= one;
    asked &= ~one;
    if (satisfied(world)) state = modified ? State::approved_with_modifications : State::approved;
  }

  void revised() {
    ++version;
    modified = false;
    yes = editors = asked = 0;
  }
};

std::string name_of(unsigned who) {
  return "m" + std::to_string(who);
}

Rule real_rule(const Tree& tree) {
  Rule real{.kind = Rule::Kind::n_of, .parts = {}, .count = 1, .group = {}};
  if (tree.kind == Tree::n_of) {
    real.count = static_cast<std::uint64_t>(tree.count);
    real.group = tree.group < group_count ? "group:" + std::to_string(tree.group)
                                          : "member:" + name_of(tree.group - group_count);
    return real;
  }
  real.kind = tree.kind == Tree::all ? Rule::Kind::all : Rule::Kind::any;
  for (const Tree& part : tree.parts) real.parts.push_back(real_rule(part));
  return real;
}

// As the roster lists them: an entry for each key.
std::vector<Person> real_people(const World& world) {
  std::vector<evidence::RosterEntry> entries;
  for (unsigned key = 0; key < 2; ++key) {
    for (unsigned who = 0; who < people_count; ++who) {
      const Member& member = world.members[who];
      if (!member.listed || key >= std::max(member.keys, 1u)) continue;
      evidence::RosterEntry entry;
      entry.member = name_of(who);
      entry.key_class = member.keys == 0 ? "none" : "passkey";
      for (unsigned group = 0; group < group_count; ++group) {
        if ((member.groups >> group & 1u) != 0) entry.groups.push_back(std::to_string(group));
      }
      entries.push_back(std::move(entry));
    }
  }
  return people_of(entries);
}

Some bits(const std::vector<Person>& people) {
  Some found = 0;
  for (const Person& person : people) found |= 1u << static_cast<unsigned>(person.member[1] - '0');
  return found;
}

Tree random_tree(SeededEntropy& dice, unsigned depth, unsigned parts_max) {
  Tree tree;
  tree.kind = depth == 0 ? Tree::n_of : static_cast<Tree::Kind>(dice.next() % 3);
  tree.count = 1 + static_cast<int>(dice.next() % 4 / 2);
  const bool person = dice.next() % 8 == 0;
  tree.group = static_cast<unsigned>(
      person ? group_count + dice.next() % people_count : dice.next() % group_count);
  if (person) tree.count = 1;
  if (tree.kind == Tree::n_of) return tree;
  for (std::uint64_t parts = 1 + dice.next() % parts_max; parts > 0; --parts) {
    tree.parts.push_back(random_tree(dice, depth - 1, parts_max));
  }
  return tree;
}

Member random_member(SeededEntropy& dice) {
  Member member;
  member.keys = static_cast<unsigned>(dice.next() % 8 == 0 ? 0 : 1 + dice.next() % 2);
  member.groups = static_cast<unsigned>(dice.next() % 8);
  return member;
}

void gather(World& world) {
  world.enough = enough_for(world, world.rule);
  world.placed = placed_in(world, world.rule);
}

World random_world(SeededEntropy& dice) {
  World world;
  world.rule = dice.next() % 2 == 0 ? random_tree(dice, 2, 3) : random_tree(dice, 3, 2);
  for (Member& member : world.members) member = random_member(dice);
  world.owner = static_cast<unsigned>(dice.next() % (people_count + 1));
  world.level = 1 + static_cast<int>(dice.next() % 4);
  world.alone = dice.next() % 6 == 0;
  gather(world);
  return world;
}

// People leave, come back, change groups and lose keys, and a level is raised, between reviews.
void turn(World& world, SeededEntropy& dice) {
  if (dice.next() % 8 == 0) {
    Member& member = world.members[dice.next() % people_count];
    if (dice.next() % 2 == 0) {
      member.listed = !member.listed;
    } else {
      member = random_member(dice);
    }
    gather(world);
  }
  if (dice.next() % 16 == 0) world.level = std::min(world.level + 1, 4);
}

Step random_step(SeededEntropy& dice) {
  static constexpr Event rare[] = {Event::edit, Event::edit, Event::request_changes, Event::reject};
  Step step;
  if (dice.next() % 5 == 0) step.event = rare[dice.next() % std::size(rare)];
  step.who = static_cast<unsigned>(dice.next() % people_count);
  step.key = static_cast<unsigned>(dice.next() % 2);
  return step;
}

std::expected<Change, Refusal> put(const Request& request, const Step& step,
                                   const Context& context) {
  const std::string content = "edit of " + std::to_string(request.version);
  Review wish = step.event == Event::edit ? edits(name_of(step.who), request, content)
                : step.event == Event::reject
                    ? says(Verdict::reject, name_of(step.who), request)
                : step.event == Event::request_changes
                    ? says(Verdict::request_changes, name_of(step.who), request)
                    : says(Verdict::approve, name_of(step.who), request);
  wish.key += std::to_string(step.key);
  return review(request, wish, context);
}

// What is told of a request must be what would happen.
void hold(const Request& request, const Model& model, const World& world, const Context& context) {
  for (unsigned who = 0; who < people_count; ++who) {
    const bool can = model.takes(world, {.event = Event::approve, .who = who, .key = 0});
    ASSERT_EQ(!ineligible(request, name_of(who), context).has_value(), can) << name_of(who);
  }
  const std::vector<Person> may = eligible_people(request, context);
  const std::vector<Person> have = counted_people(request, context);
  ASSERT_EQ(bits(may), model.eligible(world));
  ASSERT_EQ(bits(have), model.counted(world));
  const bool possible = (world.enough >> model.eligible(world) & 1u) != 0;
  ASSERT_EQ(unsatisfiable(context.rule, may).has_value(), !possible);
  const Progress far = progress(context.rule, have);
  ASSERT_EQ(far.done == far.needed, model.satisfied(world));
  std::uint64_t missing = 0;
  for (const auto& part : far.missing) missing += part.heads;
  ASSERT_EQ(far.done + missing, far.needed);
  ASSERT_LE(far.done, have.size());
  // Whoever is named twice, and in whatever order: the same people.
  std::vector<Person> twice(have.rbegin(), have.rend());
  twice.insert(twice.end(), have.begin(), have.end());
  ASSERT_EQ(satisfied(context.rule, twice), model.satisfied(world));
}

// What must hold of every approval, said without the model.
void hold_approval(const Request& request, const World& world, const Context& context) {
  const Some have = bits(counted_people(request, context));
  ASSERT_NE(have, 0u);
  for (unsigned who = 0; who < people_count; ++who) {
    if ((have >> who & 1u) == 0) continue;
    ASSERT_TRUE(world.members[who].listed && world.members[who].keys > 0);
    ASSERT_TRUE(world.alone || world.level < 3 || who != world.owner);
    const auto& editors = request.editors;
    const bool edited = std::find(editors.begin(), editors.end(), name_of(who)) != editors.end();
    ASSERT_TRUE(!critical(world) || !edited);
  }
  if (critical(world)) ASSERT_GE(std::popcount(have), 2);
}

struct Played {
  std::map<std::string, std::uint64_t> counts;
};

void play(std::uint64_t seed, Played& played) {
  SeededEntropy dice(seed);
  World world = random_world(dice);
  Model model;
  Request request = pending();
  request.agent_owner = world.owner == nobody ? "mem_elsewhere" : name_of(world.owner);
  Context context;
  context.now = created;
  context.single_operator = world.alone;
  context.takes_changes = true;
  const auto rule = Rule::from_json(real_rule(world.rule).to_json());
  ASSERT_TRUE(rule);
  context.rule = *rule;
  for (std::uint64_t steps = 2 + dice.next() % 14; steps > 0; --steps) {
    turn(world, dice);
    context.people = real_people(world);
    request.level = static_cast<Level>(world.level);
    if (request.state == State::pending) {
      ASSERT_NO_FATAL_FAILURE(hold(request, model, world, context));
    }
    if (dice.next() % 24 == 0 && request.state == State::pending) {
      request = after(revise(request, request.version, envelope("revised"), context.now));
      model.revised();
      ++played.counts["revised"];
    }
    const Step step = random_step(dice);
    const auto real = put(request, step, context);
    const bool taken = model.takes(world, step);
    ASSERT_EQ(real.has_value(), taken) << (real ? "taken" : to_string(real.error()));
    if (!real) {
      ++played.counts["refused: " + std::string(to_string(real.error()))];
      if (request.state != State::pending) return;
      continue;
    }
    model.take(world, step);
    request = real->request;
    ASSERT_EQ(to_string(request.state), to_string(model.state));
    ASSERT_EQ(request.version, model.version);
    ++played.counts[std::string(to_string(request.state))];
    if (request.state == State::pending && std::popcount(model.counted(world)) > 1) {
      ++played.counts["more than one, and not enough"];
    }
    if (request.state == State::approved || request.state == State::approved_with_modifications) {
      ASSERT_NO_FATAL_FAILURE(hold_approval(request, world, context));
    }
  }
}

TEST(QuorumModel, DecidesAsTheModelDoesOnGeneratedHistories) {
  Played played;
  const std::uint64_t count = sequences(3'000);
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    play(seed, played);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  if (count < 1'000) return;  // Too few to have met everything.
  for (const char* one :
       {"pending", "approved", "approved_with_modifications", "rejected", "revised",
        "more than one, and not enough", "refused: already_closed", "refused: not_a_reviewer",
        "refused: own_request", "refused: own_edit", "refused: already_reviewed",
        "refused: second_person_needed"}) {
    EXPECT_GT(played.counts[one], 0u) << one;
  }
}

}  // namespace
}  // namespace lp::approval
