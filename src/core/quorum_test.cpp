// Two people at critical: each signs for themselves, each counts once, and the receipt shows both.

#include <gtest/gtest.h>

#include "approval/quorum.h"
#include "core/passkeys_testing.h"
#include "core/receipt.h"
#include "evidence/verify_receipt.h"

namespace lp::core {
namespace {

using approval::Refusal;
using evidence::Verdict;

// An owner, whose agent asks, and two reviewers with a passkey each.
struct Team : Passkeys {
  crypto::P256Key third = crypto::P256Key::generate();
  std::string carol = "mem_" + base32(entropy.bytes(16));
  identity::SoftPasskey bobs, carols;

  Team() {
    Entries all = with_bob();
    all.push_back(entry_of(carol, &third));
    ChangeRosters change = next(all);
    change.names.push_back({carol, "Carol"});
    EXPECT_TRUE(engine->run(std::move(change)).has_value());
    give(bob, bobs, 'b');
    give(carol, carols, 'k');
  }
  void give(const std::string& who, identity::SoftPasskey& theirs, char credential) {
    theirs.credential = std::string(32, credential);
    evidence::RosterWish wish = wish_for(theirs);
    wish.member = who;
    EXPECT_TRUE(engine->run(as_signed(proposed(wish))).has_value());
  }
  std::expected<Decide::Result, Refused> say(const std::string& who, identity::SoftPasskey& theirs,
                                             const std::string& request, Verdict verdict,
                                             std::string edit = "") {
    Considered considered = consider(request, verdict);
    const auto rows = engine->request(request, {})->rows;
    considered.offer = make_offer(rows.request, rows.state.state, view(), who,
                                  evidence::key_id(theirs.key.spki()), *keys, clock.now(), entropy);
    considered.reason = "looked at it twice";
    considered.edit = std::move(edit);
    Decide command = *sign_decision(considered, second, clock.now(), entropy);
    const auto answer = theirs.get(evidence::decision_challenge(command.core));
    command.signature = answer.signature;
    command.passkey = {.authenticator_data = answer.authenticator_data,
                       .client_data = answer.client_data};
    return engine->run(std::move(command));
  }
  approval::Context context() {
    return {.now = clock.now(),
            .rule = approval::rule_of_level(evidence::Level::critical, false),
            .people = view().people,
            .single_operator = false};
  }
  approval::Progress far(const std::string& request) {
    const auto state = engine->request(request, {})->rows.state.state;
    return approval::progress(context().rule, approval::counted_people(state, context()));
  }
  std::optional<Refusal> barred(const std::string& request, const std::string& who) {
    return approval::ineligible(engine->request(request, {})->rows.state.state, who, context());
  }
};

std::optional<Refusal> refusal_of(const std::expected<Decide::Result, Refused>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? std::nullopt : result.error().refusal;
}

TEST(Quorum, ApprovesAtCriticalWhenTwoDifferentPeopleHave) {
  Team team;
  const std::string request = team.asked_at("critical");
  EXPECT_EQ(to_sentence(team.far(request)),
            "0 of 2 people have approved: 2 more from role:reviewer.");
  ASSERT_TRUE(team.say(team.bob, team.bobs, request, Verdict::approve).has_value());
  EXPECT_EQ(team.state(request), approval::State::pending);
  EXPECT_EQ(to_sentence(team.far(request)),
            "1 of 2 people have approved: 1 more from role:reviewer.");
  EXPECT_EQ(refusal_of(team.say(team.bob, team.bobs, request, Verdict::approve)),
            Refusal::already_reviewed);
  EXPECT_EQ(refusal_of(team.say(team.member, team.passkey, request, Verdict::approve)),
            Refusal::own_request);
  ASSERT_TRUE(team.say(team.carol, team.carols, request, Verdict::approve).has_value());
  EXPECT_EQ(team.state(request), approval::State::approved);

  const auto directory = team.engine->directory();
  const auto index = team.engine->request(request, {})->rows.state.leaf_index;
  const auto receipt = receipt_of(team.engine->reader(), *team.keys, *team.notary, *directory,
                                  team.view(), {.index = index, .first_roster = 1});
  ASSERT_TRUE(receipt.has_value());
  EXPECT_EQ(receipt->reviews.size(), 2u);
  evidence::Trust trust;
  trust.origin = team.view().row.origin;
  trust.roster_genesis = (*team.engine->reader().roster(team.project, 1))->sha256;
  trust.log_vkeys = {*tlog::VerifierKey::parse(team.view().log_vkey)};
  trust.rp.emplace();
  for (const auto& party : relying_parties(*directory)) {
    trust.rp->push_back({.rp_id = party.rp_id, .origins = party.origins});
  }
  const auto report = evidence::verify_receipt(receipt->bytes(), {trust}, {});
  EXPECT_EQ(report.verdict, evidence::Finding::valid) << report.text();

  // With one of the two reviews it is no receipt of this decision.
  evidence::Receipt short_of_one = *receipt;
  short_of_one.reviews.pop_back();
  short_of_one.humans.pop_back();
  EXPECT_NE(evidence::verify_receipt(short_of_one.bytes(), {trust}, {}).verdict,
            evidence::Finding::valid);
}

TEST(Quorum, EndsWithAnyRejection) {
  Team team;
  const std::string request = team.asked_at("critical");
  ASSERT_TRUE(team.say(team.bob, team.bobs, request, Verdict::approve).has_value());
  ASSERT_TRUE(team.say(team.carol, team.carols, request, Verdict::reject).has_value());
  EXPECT_EQ(team.state(request), approval::State::rejected);
}

TEST(Quorum, BeginsAnewWithAnEditWhoseAuthorDoesNotCount) {
  Team team;
  const std::string request = team.asked_at("critical");
  ASSERT_TRUE(team.say(team.carol, team.carols, request, Verdict::approve).has_value());
  ASSERT_TRUE(
      team.say(team.bob, team.bobs, request, Verdict::approve, R"({"amount":1})").has_value());
  EXPECT_EQ(team.far(request).done, 0u);
  EXPECT_EQ(team.barred(request, team.bob), Refusal::own_edit);
  EXPECT_EQ(team.barred(request, team.carol), std::nullopt);
  EXPECT_EQ(team.state(request), approval::State::pending);
}

// Who leaves the roster between the two takes their approval with them.
TEST(Quorum, CountsWhoIsInTheRosterWhenTheLastOneSigns) {
  Team team;
  const std::string request = team.asked_at("critical");
  ASSERT_TRUE(team.say(team.bob, team.bobs, request, Verdict::approve).has_value());
  Entries all = team.entries();
  std::erase_if(all, [&](const auto& entry) { return entry.member == team.bob; });
  ChangeRosters change = team.next(all);
  change.names.clear();
  ASSERT_TRUE(team.engine->run(std::move(change)).has_value());
  ASSERT_TRUE(team.say(team.carol, team.carols, request, Verdict::approve).has_value());
  EXPECT_EQ(team.state(request), approval::State::pending);
}

}  // namespace
}  // namespace lp::core
