#include "core/accounts.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/account_commands.h"
#include "core/testing.h"
#include "identity/session_token.h"
#include "identity/setup_token.h"

namespace lp::core {
namespace {

identity::ProvenAccount alice(std::string session = {}) {
  return {.issuer = "https://login.example",
          .subject = "alice",
          .session = std::move(session),
          .authenticated = {},
          .groups = {"finance"},
          .member = {}};
}

struct Accounts : House {
  std::string link() {
    const auto made = engine->run(MakeAccountLink{.member = member, .made_by = "local_operator"});
    EXPECT_TRUE(made.has_value());
    return made ? std::string(made->token.reveal()) : std::string();
  }
  std::expected<SignInByAccount::Result, Refused> sign_in(identity::ProvenAccount account,
                                                          std::string token = {},
                                                          std::string device = {}) {
    return engine->run(SignInByAccount{
        .account = std::move(account), .link = std::move(token), .device = std::move(device)});
  }
  Fault fault_of(identity::ProvenAccount account, std::string token = {}) {
    const auto done = sign_in(std::move(account), std::move(token));
    EXPECT_FALSE(done.has_value());
    return done ? Fault::stopping : done.error().fault;
  }
  bool lives(const Secret& session) {
    const auto row = engine->session(identity::session_token_digest(session.reveal()));
    return row->has_value();
  }
  std::vector<evidence::EventType> newest(std::uint64_t count) {
    const std::uint64_t size = engine->directory()->project(project)->live->signed_size;
    std::vector<evidence::EventType> types;
    for (const auto& leaf : *engine->reader().leaves(project, size - count, count)) {
      types.push_back(leaf.type);
    }
    return types;
  }
  std::expected<EndAccountSessions::Result, Refused> log_out(std::string subject,
                                                             std::string session, std::string id) {
    return engine->run(EndAccountSessions{.logout = {.issuer = "https://login.example",
                                                     .subject = std::move(subject),
                                                     .session = std::move(session),
                                                     .token_id = std::move(id),
                                                     .expires = clock.now() + 420'000}});
  }
};

TEST(Accounts, SignInOnceALinkHasBroughtThem) {
  Accounts house;
  EXPECT_EQ(house.fault_of(alice()), Fault::account_unknown);
  const auto first = house.sign_in(alice(), house.link());
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->member, house.member);
  EXPECT_EQ(first->key, first->account);
  using enum evidence::EventType;
  EXPECT_EQ(house.newest(2), (std::vector{key_added, login_succeeded}));
  const auto again = house.sign_in(alice());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->account, first->account);
  EXPECT_TRUE(house.lives(first->session) && house.lives(again->session));
  auto of_another_issuer = alice();
  of_another_issuer.issuer = "https://evil.example";
  EXPECT_EQ(house.fault_of(of_another_issuer), Fault::account_unknown);
}

TEST(Accounts, AreBroughtByALinkOnceAndInItsTime) {
  Accounts house;
  const std::string token = house.link(), late = house.link();
  ASSERT_TRUE(house.sign_in(alice(), token).has_value());
  EXPECT_EQ(house.fault_of(alice(), token), Fault::account_link_invalid);
  EXPECT_EQ(house.fault_of(alice(), "no token"), Fault::account_link_invalid);
  house.clock.advance_ms(identity::setup_token_ms);
  EXPECT_EQ(house.fault_of(alice(), late), Fault::account_link_expired);
  EXPECT_EQ(house.engine->run(MakeAccountLink{.member = "mem_x"}).error().fault, Fault::unknown);
  for (int i = 0; i < 100; ++i) house.link();
  EXPECT_EQ(house.engine->run(MakeAccountLink{.member = house.member}).error().fault,
            Fault::proposal_limit);
}

TEST(Accounts, OfSomebodyElseAreNotBroughtByALink) {
  Accounts house;
  ASSERT_TRUE(house.sign_in(alice(), house.link()).has_value());
  const std::string token = house.link();
  house.close();
  // The link becomes one of another member.
  house.edit_database(
      "INSERT INTO member (id, name, created) VALUES ('mem_bob', 'Bob', 1);"
      "UPDATE account_link SET member = 'mem_bob'");
  house.forget_seal();
  house.open();
  EXPECT_EQ(house.fault_of(alice(), token), Fault::account_known);
}

TEST(Accounts, OfAMemberAreOneAtAProvider) {
  Accounts house;
  const auto first = house.sign_in(alice(), house.link());
  auto other = alice();
  other.subject = "alice2";
  const auto second = house.sign_in(other, house.link());
  ASSERT_TRUE(second.has_value());
  EXPECT_NE(second->account, first->account);
  EXPECT_FALSE(house.lives(first->session));
  EXPECT_TRUE(house.lives(second->session));
  EXPECT_EQ(house.fault_of(alice()), Fault::account_unknown);
}

TEST(Accounts, AreLinkedByWhatTheProviderClaimsOnlyToWhoNeverHadOne) {
  Accounts house;
  auto claimed = alice();
  claimed.member = "mem_nobody";
  EXPECT_EQ(house.fault_of(claimed), Fault::account_unknown);
  claimed.member = house.member;
  const auto done = house.sign_in(claimed);
  ASSERT_TRUE(done.has_value());
  auto second = claimed;
  second.subject = "mallory";
  EXPECT_EQ(house.fault_of(second), Fault::account_unknown);
  const evidence::Actor by{.id = house.member,
                           .kind = evidence::ActorKind::member,
                           .method = evidence::ActorMethod::session,
                           .key = "k"};
  ASSERT_TRUE(house.engine->run(UnlinkAccount{.id = done->account, .by = by}).has_value());
  EXPECT_FALSE(house.lives(done->session));
  EXPECT_EQ(house.newest(1), std::vector{evidence::EventType::key_revoked});
  // What people unlink stays so, whatever the provider goes on saying.
  EXPECT_EQ(house.fault_of(claimed), Fault::account_unknown);
  EXPECT_EQ(house.engine->run(UnlinkAccount{.id = done->account, .by = by}).error().fault,
            Fault::already_revoked);
  EXPECT_EQ(house.engine->run(UnlinkAccount{.id = "acc_x", .by = by}).error().fault,
            Fault::unknown);
  EXPECT_TRUE(house.sign_in(claimed, house.link()).has_value());
}

TEST(Accounts, KeepTheGroupsThatTheProviderNamesLast) {
  Accounts house;
  const auto first = house.sign_in(alice(), house.link());
  auto moved = alice();
  moved.groups = {"ops"};
  ASSERT_TRUE(house.sign_in(moved).has_value());
  EXPECT_EQ(house.engine->directory()->accounts.at(first->account).groups,
            std::vector<std::string>{"ops"});
  // What owners have signed of somebody's groups is another thing.
  EXPECT_TRUE(house.engine->directory()->project(house.project)->entries.front().groups.empty());
}

TEST(Accounts, MakeASessionAtADeviceOfTheSameMember) {
  Accounts house;
  const std::string device = evidence::key_id(house.approver.spki());
  const auto at = house.sign_in(alice(), house.link(), device);
  ASSERT_TRUE(at.has_value());
  EXPECT_EQ(at->key, device);
  const auto row = house.engine->session(identity::session_token_digest(at->session.reveal()));
  EXPECT_EQ((*row)->account, at->account);
  const auto without = house.sign_in(alice(), {}, "of nobody");
  EXPECT_EQ(without->key, without->account);
}

TEST(Accounts, EndTheSessionsThatTheProviderNames) {
  Accounts house;
  const auto one = house.sign_in(alice("s1"), house.link());
  const auto two = house.sign_in(alice("s2"));
  const auto unnamed = house.sign_in(alice());
  EXPECT_EQ(house.log_out("", "s9", "j1")->ended, 0U);
  EXPECT_EQ(house.log_out("bob", "", "j2")->ended, 0U);
  EXPECT_EQ(house.log_out("", "s1", "j3")->ended, 1U);
  EXPECT_FALSE(house.lives(one->session));
  EXPECT_TRUE(house.lives(two->session) && house.lives(unnamed->session));
  // Which of its own the third is, the provider never said: it may be the one that has ended.
  EXPECT_EQ(house.log_out("alice", "s1", "j4")->ended, 1U);
  EXPECT_FALSE(house.lives(unnamed->session));
  EXPECT_TRUE(house.lives(two->session));
  EXPECT_EQ(house.log_out("alice", "", "j5")->ended, 1U);
  EXPECT_FALSE(house.lives(two->session));
}

TEST(Accounts, EndSessionsByALogoutTokenOnceAlsoAfterARestart) {
  Accounts house;
  ASSERT_TRUE(house.log_out("alice", "", "j1").has_value());
  EXPECT_EQ(house.log_out("alice", "", "j1").error().fault, Fault::token_replayed);
  house.close();
  house.open();
  EXPECT_EQ(house.log_out("alice", "", "j1").error().fault, Fault::token_replayed);
}

TEST(Accounts, AreNobodysOnceTheirMemberIsGone) {
  Accounts house;
  ASSERT_TRUE(house.sign_in(alice(), house.link()).has_value());
  Directory directory = *house.engine->directory();
  EXPECT_NE(live_account(directory, "https://login.example", "alice"), nullptr);
  EXPECT_EQ(live_account(directory, "https://login.example", ""), nullptr);
  directory.members.at(house.member).removed = house.clock.now();
  EXPECT_EQ(live_account(directory, "https://login.example", "alice"), nullptr);
}

TEST(Accounts, StandUnderTheSealOfTheDirectory) {
  Accounts house;
  ASSERT_TRUE(house.sign_in(alice(), house.link()).has_value());
  house.close();
  house.edit_database("UPDATE linked_account SET subject = 'mallory'");
  const auto started = house.try_open();
  EXPECT_FALSE(started.has_value());
}

TEST(Accounts, ThatWereNotProvenJustNowDecideNothingAtHigh) {
  Accounts house;
  auto wish = house.ask();
  wish.priority = "high";
  const std::string high = house.engine->run(std::move(wish))->id, medium = house.asked();
  const auto decide = [&](const std::string& request) {
    auto command = *sign_decision(house.consider(request, evidence::Verdict::reject),
                                  house.approver, house.clock.now(), house.entropy);
    command.account_stale = true;
    return house.engine->run(std::move(command));
  };
  EXPECT_EQ(decide(high).error().fault, Fault::account_stale);
  EXPECT_EQ(house.state(high), approval::State::pending);
  EXPECT_TRUE(decide(medium).has_value());
}

}  // namespace
}  // namespace lp::core
