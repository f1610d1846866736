#include "core/new_keys.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/rosters_testing.h"
#include "evidence/cosignature.h"

namespace lp::core {
namespace {

constexpr std::int64_t hour_ms = 3'600'000, day_ms = 24 * hour_ms;

// A house in which new keys wait for a day, and whose second person has come.
struct Waiting : Rosters {
  crypto::P256Key third = crypto::P256Key::generate();
  std::string cleo = "mem_" + base32(entropy.bytes(16));

  explicit Waiting(std::vector<std::string> roles = {"owner", "reviewer"}) {
    close();
    new_key_wait_ms = day_ms;
    open();
    EXPECT_TRUE(engine->run(next(with_bob(std::move(roles)))).has_value());
  }
  std::string asked_at(std::string_view level) {
    auto command = ask();
    command.priority = level;
    return engine->run(command)->id;
  }
  // What the second person's rejection of a new request at a level comes to.
  std::optional<Fault> as_bob(std::string_view level) {
    const auto done = decide_as_bob(consider_as_bob(asked_at(level), evidence::Verdict::reject));
    return done ? std::nullopt : std::optional(done.error().fault);
  }
  // The entries with the first one of `spki` cosigned by a key in a member's name.
  Entries cosigned(const crypto::P256Key& of, const crypto::P256Key& by, const std::string& name,
                   std::string origin = {}) {
    Entries all = entries();
    const auto entry = std::ranges::find(all, of.spki(), &evidence::RosterEntry::spki);
    if (origin.empty()) origin = view().row.origin;
    evidence::add_cosignature(
        *entry, {.member = name,
                 .spki = by.spki(),
                 .signature = by.sign(evidence::cosignature_bytes(origin, *entry, name))});
    return all;
  }
  ChangeRosters signed_by(const crypto::P256Key& signer, const Entries& all) {
    const auto head = next_roster_head(*view().roster, all, clock.now());
    return {.changes = {{project, document(head, all, signer)}}, .names = {{cleo, "Cleo"}}};
  }
};

TEST(NewKeys, CountAtOnceBelowHighAndADayLaterFromThereOn) {
  Waiting house;
  EXPECT_EQ(house.as_bob("medium"), std::nullopt);
  EXPECT_EQ(house.as_bob("high"), Fault::key_too_new);
  const auto request = house.asked_at("high");
  const auto considered = house.consider_as_bob(request, evidence::Verdict::reject);
  const auto refused = house.decide_as_bob(considered);
  const Instant counts_at = (*house.engine->reader().roster(house.project, 2))->created + day_ms;
  EXPECT_EQ(refused.error().detail, to_string(counts_at));
  EXPECT_EQ(house.state(request), approval::State::pending);
  house.clock.set({counts_at.ms - 1});
  ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
  EXPECT_EQ(house.as_bob("high"), Fault::key_too_new);
  house.clock.set(counts_at);
  EXPECT_EQ(house.as_bob("high"), std::nullopt);
}

TEST(NewKeys, LeaveTheFoundersKeyAlone) {
  Waiting house;
  EXPECT_TRUE(house.decide(house.consider(house.asked_at("high"), evidence::Verdict::reject)));
  const auto found = new_keys(*house.engine, house.clock.now());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().member, house.bob);
}

TEST(NewKeys, AreNotAskedOfAProjectOfOnePerson) {
  Waiting house({"owner"});
  EXPECT_TRUE(house.view().row.single_operator);
  EXPECT_EQ(new_key_wait_ms(house.engine->options(), house.view()), 0);
  EXPECT_TRUE(new_keys(*house.engine, house.clock.now()).empty());
}

TEST(NewKeys, CountOnceASecondOwnerHasCosignedThem) {
  Waiting house;
  const Entries all = house.cosigned(house.second, house.approver, house.member);
  ASSERT_TRUE(house.engine->run(house.signed_by(house.approver, all)).has_value());
  EXPECT_EQ(house.as_bob("high"), std::nullopt);
  EXPECT_TRUE(new_keys(*house.engine, house.clock.now()).empty());
  // What was cosigned stays so through later versions, and across a restart.
  Entries more = house.entries();
  more.push_back(house.entry_of(house.cleo, &house.third));
  ASSERT_TRUE(house.engine->run(house.signed_by(house.approver, more)).has_value());
  house.close();
  house.open();
  EXPECT_EQ(house.as_bob("critical"), std::nullopt);
}

TEST(NewKeys, WaitAgainForWhatAMemberIsGivenAndNotForWhatIsTakenOrVersionsSince) {
  Waiting house;
  house.clock.advance_ms(day_ms);
  Entries less = house.entries();
  less.back().roles = {"reviewer"};
  ASSERT_TRUE(house.engine->run(house.next(less)).has_value());
  EXPECT_EQ(house.as_bob("high"), std::nullopt);
  Entries more = house.entries();
  more.back().groups = {"finance"};
  ASSERT_TRUE(house.engine->run(house.next(more)).has_value());
  EXPECT_EQ(house.as_bob("high"), Fault::key_too_new);
}

TEST(NewKeys, DoNotMakeEachOtherOld) {
  Waiting house;
  Entries more = house.entries();
  more.push_back(house.entry_of(house.cleo, &house.third));
  ASSERT_TRUE(house.engine->run(house.signed_by(house.approver, more)).has_value());
  const auto by_bob = [&] { return house.cosigned(house.third, house.second, house.bob); };
  EXPECT_EQ(house.refusal_of(house.signed_by(house.second, by_bob())), Fault::key_too_new);
  house.clock.advance_ms(day_ms);
  EXPECT_TRUE(house.engine->run(house.signed_by(house.second, by_bob())).has_value());
}

TEST(NewKeys, AreCosignedByOwnersOfThisLogInTheirOwnName) {
  Waiting house({"reviewer"});
  Entries more = house.entries();
  more.push_back(house.entry_of(house.cleo, &house.third));
  ASSERT_TRUE(house.engine->run(house.signed_by(house.approver, more)).has_value());
  const auto fault = [&](const Entries& all) {
    return house.refusal_of(house.signed_by(house.approver, all));
  };
  EXPECT_EQ(fault(house.cosigned(house.third, house.second, house.bob)), Fault::roster_mismatch)
      << "no owner";
  EXPECT_EQ(fault(house.cosigned(house.third, house.approver, house.bob)), Fault::roster_mismatch)
      << "in another's name";
  EXPECT_EQ(fault(house.cosigned(house.third, house.approver, house.member, "another/log")),
            Fault::bad_signature);
}

TEST(NewKeys, WaitAtLeastAnHourWhereNothingIsADemonstration) {
  const Waiting house;
  ProjectView project = *house.engine->directory()->project(house.project);
  EngineOptions options;
  options.new_key_wait_ms = 0;
  EXPECT_EQ(new_key_wait_ms(options, project), hour_ms);
  EXPECT_NE(lowered_wait(options, *house.engine->directory()).find("after 60 minutes"),
            std::string::npos);
  project.roster->marks = {"demo"};
  EXPECT_EQ(new_key_wait_ms(options, project), 0);
  EXPECT_EQ(new_key_wait_ms(EngineOptions{}, project), day_ms);
  project.roster->marks = {"test"};
  EXPECT_EQ(new_key_wait_ms(EngineOptions{}, project), 0);
  EXPECT_EQ(lowered_wait(EngineOptions{}, *house.engine->directory()), "");
}

}  // namespace
}  // namespace lp::core
