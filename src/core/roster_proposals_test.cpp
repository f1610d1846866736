#include "core/roster_proposals.h"

#include <gtest/gtest.h>

#include "core/roster_offer.h"
#include "core/testing.h"

namespace lp::core {
namespace {

using evidence::RosterAct;
using evidence::RosterWish;

// A house in which changes wait for its owner.
struct Proposals : House {
  const ProjectView& view() { return *engine->directory()->project(project); }
  std::vector<store::RosterProposal> waiting() {
    return *waiting_proposals(engine->reader(), clock.now());
  }
  static RosterWish member_wish(std::string name = "Bob",
                                std::vector<std::string> roles = {"reviewer"}) {
    return {RosterAct::add_member, {}, std::move(name), std::move(roles), {}, {}};
  }
  store::RosterProposal proposed(RosterWish wish) {
    const auto done = engine->run(ProposeRoster{.wish = std::move(wish)});
    EXPECT_TRUE(done.has_value());
    return done ? done->proposal : store::RosterProposal{};
  }
  Fault refusal_of(RosterWish wish) {
    const auto done = engine->run(ProposeRoster{.wish = std::move(wish)});
    EXPECT_FALSE(done.has_value());
    return done ? Fault::stopping : done.error().fault;
  }
  ChangeRosters as_signed(const store::RosterProposal& proposal) {
    auto entries = view().entries;
    evidence::carry_out(proposal.wish, entries, [&] { return entropy.bytes(32); });
    const auto head = next_roster_head(*view().roster, entries, clock.now()).bytes();
    evidence::RosterDocument document{.head = head, .entries = {}, .signatures = {}};
    for (const auto& entry : entries) document.entries.push_back(entry.bytes());
    document.signatures = evidence::signatures_text(
        {{approver.spki(), approver.sign(evidence::roster_signing_bytes(head))}});
    return {.changes = {{project, std::move(document)}},
            .names = {{proposal.wish.member, proposal.wish.name}},
            .proposal = proposal.id};
  }
  std::string bob() {
    const auto proposal = proposed(member_wish());
    EXPECT_TRUE(engine->run(as_signed(proposal)).has_value());
    return proposal.wish.member;
  }
  LinkState state_of(const Secret& token) {
    return find_login_link(engine->reader(), *engine->directory(), token.reveal(), clock.now())
        ->value()
        .state;
  }
};

TEST(RosterProposals, GiveAMemberOtherRolesOnceAnOwnerHasSigned) {
  Proposals house;
  const std::string bob = house.bob();
  const auto proposal =
      house.proposed({RosterAct::change_member, bob, {}, {"auditor"}, {"finance"}, {}});
  const auto before = house.view().live->signed_size.load();
  EXPECT_EQ(house.view().entries.back().roles, std::vector<std::string>{"reviewer"});
  ASSERT_TRUE(house.engine->run(house.as_signed(proposal)).has_value());
  const auto& entry = house.view().entries.back();
  EXPECT_EQ(entry.member, bob);
  EXPECT_EQ(entry.roles, std::vector<std::string>{"auditor"});
  EXPECT_EQ(entry.groups, std::vector<std::string>{"finance"});
  const auto leaves = *house.engine->reader().leaves(house.project, before, 10);
  ASSERT_EQ(leaves.size(), 2U);
  EXPECT_EQ(leaves[1].type, evidence::EventType::member_changed);
}

TEST(RosterProposals, TakeNobodyWhatTheFounderNeedsNorGiveUnknownRoles) {
  Proposals house;
  const std::string bob = house.bob();
  using Roles = std::vector<std::string>;
  const auto wish = [](const std::string& member, Roles roles) {
    return RosterWish{RosterAct::change_member, member, {}, std::move(roles), {}, {}};
  };
  EXPECT_EQ(house.refusal_of(wish(bob, {})), Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of(wish(bob, {"king"})), Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of(wish("mem_none", {"auditor"})), Fault::unknown);
  EXPECT_EQ(house.refusal_of(wish(house.member, {"reviewer"})), Fault::roster_mismatch);
}

TEST(RosterProposals, GiveNobodyAnythingUntilAnOwnerSigns) {
  Proposals house;
  const auto proposal = house.proposed(Proposals::member_wish());
  EXPECT_TRUE(is_id("mem", proposal.wish.member));
  EXPECT_EQ(house.view().row.roster_version, 1U);
  EXPECT_FALSE(house.engine->directory()->members.contains(proposal.wish.member));
  EXPECT_EQ(house.waiting(), std::vector{proposal});
  ASSERT_TRUE(house.engine->run(house.as_signed(proposal)).has_value());
  EXPECT_EQ(house.engine->directory()->members.at(proposal.wish.member).name, "Bob");
  EXPECT_TRUE(house.waiting().empty());
  // Once more is no second member.
  const auto again = house.engine->run(house.as_signed(proposal));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().fault, Fault::unknown);
}

TEST(RosterProposals, WaitHalfAnHour) {
  Proposals house;
  const auto proposal = house.proposed(Proposals::member_wish());
  house.clock.advance_ms(proposal_ms - 1);
  EXPECT_EQ(house.waiting().size(), 1U);
  house.clock.advance_ms(1);
  EXPECT_TRUE(house.waiting().empty());
  const auto late = house.engine->run(house.as_signed(proposal));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().fault, Fault::unknown);
  EXPECT_EQ(house.view().row.roster_version, 1U);
}

TEST(RosterProposals, OutliveARestart) {
  Proposals house;
  const auto proposal = house.proposed(Proposals::member_wish());
  house.close();
  house.open();
  EXPECT_EQ(house.waiting(), std::vector{proposal});
  EXPECT_TRUE(house.engine->run(house.as_signed(proposal)).has_value());
}

TEST(RosterProposals, AreGoneWhenWithdrawn) {
  Proposals house;
  const auto proposal = house.proposed(Proposals::member_wish());
  ASSERT_TRUE(house.engine->run(WithdrawProposal{.id = proposal.id}).has_value());
  EXPECT_TRUE(house.waiting().empty());
  EXPECT_EQ(house.engine->run(WithdrawProposal{.id = proposal.id}).error().fault, Fault::unknown);
  EXPECT_EQ(house.engine->run(house.as_signed(proposal)).error().fault, Fault::unknown);
}

TEST(RosterProposals, AreOnlyOfWhatAnOwnerCouldSign) {
  Proposals house;
  const std::string bob = house.bob();
  const auto spki = crypto::P256Key::generate().spki();
  EXPECT_EQ(house.refusal_of(Proposals::member_wish("Eve", {"king"})), Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of(Proposals::member_wish("Eve", {})), Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of(Proposals::member_wish("")), Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of({RosterAct::remove_member, "mem_x", {}, {}, {}, {}}), Fault::unknown);
  EXPECT_EQ(house.refusal_of({RosterAct::remove_member, house.member, {}, {}, {}, {}}),
            Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of({RosterAct::add_device, "mem_x", {}, {}, {}, spki}), Fault::unknown);
  EXPECT_EQ(house.refusal_of({RosterAct::add_device, bob, {}, {}, {}, "no key"}),
            Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of({RosterAct::add_device, bob, {}, {}, {}, house.approver.spki()}),
            Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of({RosterAct::revoke_device, bob, {}, {}, {}, spki}), Fault::unknown);
  EXPECT_EQ(house.refusal_of({RosterAct::revoke_device, bob, {}, {}, {}, house.approver.spki()}),
            Fault::unknown);

  const auto added = house.proposed({RosterAct::add_device, bob, {}, {}, {}, spki});
  ASSERT_TRUE(house.engine->run(house.as_signed(added)).has_value());
  const RosterWish revoke{RosterAct::revoke_device, bob, {}, {}, {}, spki};
  const auto gone = house.proposed(revoke);
  ASSERT_TRUE(house.engine->run(house.as_signed(gone)).has_value());
  EXPECT_EQ(house.refusal_of(revoke), Fault::already_revoked);
}

TEST(RosterProposals, AreBounded) {
  Proposals house;
  for (int i = 0; i < 100; ++i) house.proposed(Proposals::member_wish());
  EXPECT_EQ(house.refusal_of(Proposals::member_wish()), Fault::proposal_limit);
  house.clock.advance_ms(proposal_ms);
  EXPECT_EQ(house.proposed(Proposals::member_wish()).wish.name, "Bob");
}

TEST(LoginLinks, BringOneKeyThatCountsOnceAnOwnerHasSigned) {
  Proposals house;
  const std::string bob = house.bob();
  const auto link = house.engine->run(MakeLoginLink{.member = bob});
  ASSERT_TRUE(link.has_value());
  EXPECT_EQ(house.state_of(link->token), LinkState::fresh);
  const auto key = crypto::P256Key::generate();
  const std::string token(link->token.reveal());
  const auto used = house.engine->run(UseLoginLink{.token = token, .spki = key.spki()});
  ASSERT_TRUE(used.has_value());
  EXPECT_EQ(used->member, bob);
  EXPECT_EQ(house.state_of(link->token), LinkState::waiting);
  EXPECT_FALSE(house.engine->directory()->devices.contains(evidence::key_id(key.spki())));
  EXPECT_EQ(house.engine->run(OpenSession{.member = bob, .key = evidence::key_id(key.spki())})
                .error()
                .fault,
            Fault::unknown);
  // A reply that got lost is asked for again; another key comes too late.
  const auto again = house.engine->run(UseLoginLink{.token = token, .spki = key.spki()});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->proposal, used->proposal);
  EXPECT_EQ(
      house.engine->run(UseLoginLink{.token = token, .spki = crypto::P256Key::generate().spki()})
          .error()
          .fault,
      Fault::login_link_expired);
  const auto waiting = house.waiting();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].wish.spki, key.spki());
  ASSERT_TRUE(house.engine->run(house.as_signed(waiting[0])).has_value());
  EXPECT_EQ(house.state_of(link->token), LinkState::counted);
  EXPECT_TRUE(house.engine->run(OpenSession{.member = bob, .key = evidence::key_id(key.spki())})
                  .has_value());
}

TEST(LoginLinks, AreRefusedWhenTheirChangeIsWithdrawn) {
  Proposals house;
  const std::string bob = house.bob();
  const auto link = house.engine->run(MakeLoginLink{.member = bob});
  const auto used = house.engine->run(UseLoginLink{.token = std::string(link->token.reveal()),
                                                   .spki = crypto::P256Key::generate().spki()});
  ASSERT_TRUE(house.engine->run(WithdrawProposal{.id = used->proposal}).has_value());
  EXPECT_EQ(house.state_of(link->token), LinkState::refused);
}

TEST(LoginLinks, AreForMembersAndLiveHalfAnHour) {
  Proposals house;
  const std::string bob = house.bob();
  EXPECT_EQ(house.engine->run(MakeLoginLink{.member = "mem_x"}).error().fault, Fault::unknown);
  const auto link = house.engine->run(MakeLoginLink{.member = bob});
  const UseLoginLink use{.token = std::string(link->token.reveal()),
                         .spki = crypto::P256Key::generate().spki()};
  house.clock.advance_ms(proposal_ms);
  EXPECT_EQ(house.engine->run(use).error().fault, Fault::login_link_expired);
  UseLoginLink other = use;
  other.token = base64url(house.entropy.bytes(32));
  EXPECT_EQ(house.engine->run(other).error().fault, Fault::login_link_invalid);
}

// Two browsers at the same moment, in one batch of the core: the reader shows neither to the other.
TEST(LoginLinks, AreUsedOnceAlsoAtTheSameMoment) {
  Proposals house;
  const std::string bob = house.bob();
  for (int round = 0; round < 5; ++round) {
    const auto link = house.engine->run(MakeLoginLink{.member = bob});
    std::atomic<int> taken = 0, answered = 0;
    constexpr int uses = 8;
    for (int i = 0; i < uses; ++i) {
      UseLoginLink use{.token = std::string(link->token.reveal()),
                       .spki = crypto::P256Key::generate().spki()};
      ASSERT_TRUE(house.engine->submit<UseLoginLink>(std::move(use), [&](auto result) {
        taken += result.has_value() ? 1 : 0;
        ++answered;
      }));
    }
    ASSERT_TRUE(house.engine->run(EndSession{}).has_value());  // All before it are answered.
    EXPECT_EQ(answered, uses);
    EXPECT_EQ(taken, 1);
  }
  EXPECT_EQ(house.waiting().size(), 5U);
}

TEST(LoginLinks, AreBounded) {
  Proposals house;
  const std::string bob = house.bob();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(house.engine->run(MakeLoginLink{.member = bob}).has_value());
  }
  EXPECT_EQ(house.engine->run(MakeLoginLink{.member = bob}).error().fault, Fault::proposal_limit);
}

}  // namespace
}  // namespace lp::core
