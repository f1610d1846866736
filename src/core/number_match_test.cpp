#include "core/number_match.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <set>

#include "core/passkeys_testing.h"

namespace lp::core {
namespace {

using evidence::Verdict;

// A person with a passkey, beside the owner.
struct Reviewer {
  std::string member;
  crypto::P256Key device = crypto::P256Key::generate();
  identity::SoftPasskey passkey = {};
};

struct Numbers : Passkeys {
  std::string asked_live(std::string_view priority = "critical") {
    Ingest command = ask();
    command.priority = priority;
    command.capabilities = {"edit", std::string(number_capability)};
    return engine->run(std::move(command))->id;
  }
  approval::Request standing_request(const std::string& request) {
    return engine->request(request, {})->rows.state.state;
  }
  NumberStanding standing(const std::string& request) {
    return *number_standing(engine->reader(), *keys, standing_request(request));
  }
  ShownNumber shown(const std::string& request) {
    return shown_number(*keys, standing_request(request), standing(request), clock.now());
  }
  void next_number(const std::string& request) {
    clock.advance_ms(shown(request).until - clock.now());
  }
  // Three digits that nobody was shown.
  std::string wrong(const std::string& request) {
    return shown(request).digits == "000" ? "001" : "000";
  }
  DecideMatched matched(const std::string& request, const std::string& number, bool waits = true) {
    Considered considered = consider_with_passkey(request, Verdict::approve);
    considered.reason = "it was announced";
    return {.decide = signed_by_passkey(considered), .number = number, .side_waits = waits};
  }
  std::expected<DecideMatched::Result, Refused> type(const std::string& request,
                                                     const std::string& number,
                                                     bool waits = true) {
    return engine->run(matched(request, number, waits));
  }
  std::optional<NumberRefusal> refused(const std::string& request, const std::string& number,
                                       bool waits = true) {
    const auto done = type(request, number, waits);
    EXPECT_TRUE(done.has_value());
    return done ? done->refused : std::nullopt;
  }
  void revise(const std::string& request) {
    const Ingest again = ask();
    ASSERT_TRUE(engine
                    ->run(Revise{.project = project,
                                 .request = request,
                                 .api_key = api_key,
                                 .version = standing_request(request).version,
                                 .payload = again.payload,
                                 .envelope = again.envelope})
                    .has_value());
  }
};

TEST(NumberMatch, ApprovesByTheNumberThatIsShown) {
  Numbers house;
  const std::string request = house.asked_live();
  EXPECT_EQ(house.refused(request, ""), NumberRefusal::needed);
  EXPECT_EQ(house.standing(request).tries, 0U);
  EXPECT_EQ(house.refused(request, house.shown(request).digits), std::nullopt);
  EXPECT_EQ(house.state(request), approval::State::approved);
}

TEST(NumberMatch, IsOfCriticalRequestsOfClientsThatAnnounceIt) {
  Numbers house;
  EXPECT_EQ(house.refused(house.asked_live("high"), ""), std::nullopt);
  EXPECT_EQ(house.refused(house.asked_at("critical"), ""), std::nullopt);
}

TEST(NumberMatch, AsksForNoNumberOfAnAgentThatIsGone) {
  Numbers house;
  const std::string request = house.asked_live();
  EXPECT_EQ(house.refused(request, house.shown(request).digits, false), NumberRefusal::not_asked);
  EXPECT_EQ(house.refused(request, house.wrong(request), false), NumberRefusal::not_asked);
  EXPECT_EQ(house.standing(request).tries, 0U);
  EXPECT_EQ(house.refused(request, "", false), std::nullopt);
  EXPECT_EQ(house.state(request), approval::State::approved);
}

TEST(NumberMatch, LocksTheVersionAfterThreeWrongOnesAndLeavesTheRejection) {
  Numbers house;
  const std::string request = house.asked_live();
  for (unsigned left = number_tries_max; left-- > 0;) {
    const auto done = house.type(request, house.wrong(request));
    EXPECT_EQ(done->refused, NumberRefusal::wrong);
    EXPECT_EQ(done->tries_left, left);
  }
  EXPECT_TRUE(house.standing(request).locked());
  EXPECT_EQ(house.refused(request, house.shown(request).digits), NumberRefusal::locked);
  // No way around it by waiting until the agent is gone, or by a new number.
  EXPECT_EQ(house.refused(request, "", false), NumberRefusal::locked);
  house.clock.advance_ms(number_life_ms);
  EXPECT_EQ(house.refused(request, house.shown(request).digits), NumberRefusal::locked);
  EXPECT_EQ(house.state(request), approval::State::pending);
  EXPECT_TRUE(house.decide(house.consider(request, Verdict::reject)).has_value());
  EXPECT_EQ(house.state(request), approval::State::rejected);
}

TEST(NumberMatch, GivesANewVersionItsOwnNumberAndTries) {
  Numbers house;
  const std::string request = house.asked_live();
  for (unsigned i = 0; i < number_tries_max; ++i) house.refused(request, house.wrong(request));
  house.revise(request);
  EXPECT_EQ(house.standing(request).tries_left(), number_tries_max);
  EXPECT_EQ(house.refused(request, house.shown(request).digits), std::nullopt);
  EXPECT_EQ(house.state(request), approval::State::approved);
}

TEST(NumberMatch, RemembersWrongOnesAcrossAStop) {
  Numbers house;
  const std::string request = house.asked_live();
  EXPECT_EQ(house.refused(request, house.wrong(request)), NumberRefusal::wrong);
  EXPECT_EQ(house.refused(request, house.wrong(request)), NumberRefusal::wrong);
  const std::string digits = house.shown(request).digits;
  house.close();
  house.open();
  EXPECT_EQ(house.standing(request).tries, 2U);
  EXPECT_EQ(house.shown(request).digits, digits);
  EXPECT_EQ(house.refused(request, house.wrong(request)), NumberRefusal::wrong);
  EXPECT_TRUE(house.standing(request).locked());
}

TEST(NumberMatch, CountsEachOfSeveralWrongOnesThatOneBatchTakes) {
  Numbers house;
  const std::string request = house.asked_live();
  std::vector<std::future<std::optional<NumberRefusal>>> answers;
  std::vector<DecideMatched> commands;
  for (unsigned i = 0; i < number_tries_max + 2; ++i) {
    commands.push_back(house.matched(request, house.wrong(request)));
  }
  for (auto& command : commands) {
    auto answer = std::make_shared<std::promise<std::optional<NumberRefusal>>>();
    answers.push_back(answer->get_future());
    ASSERT_TRUE(house.engine->submit<DecideMatched>(
        std::move(command), [answer](auto result) { answer->set_value(result->refused); }));
  }
  for (unsigned i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].get(), i < number_tries_max ? NumberRefusal::wrong
                                                     : NumberRefusal::locked);
  }
}

TEST(NumberMatch, ChangesTheNumberEveryTenMinutesAndForgivesTheOneBefore) {
  Numbers house;
  const std::string request = house.asked_live();
  const ShownNumber first = house.shown(request);
  EXPECT_EQ(first.until - house.standing_request(request).created, number_life_ms);
  // Not all of a hundred are the same by chance.
  std::set<std::string> all;
  std::string last = first.digits;
  for (int i = 0; i < 100; ++i) {
    house.next_number(request);
    last = house.shown(request).digits;
    EXPECT_EQ(last.size(), 3U);
    all.insert(last);
  }
  EXPECT_GT(all.size(), 50U);
  // The one before until it differs: equal ones follow each other once in a thousand times.
  while (house.shown(request).digits == last) house.next_number(request);
  const std::string before = last;
  EXPECT_EQ(house.refused(request, before), NumberRefusal::superseded);
  EXPECT_EQ(house.standing(request).tries, 0U);
  EXPECT_EQ(house.refused(request, house.shown(request).digits), std::nullopt);
}

TEST(NumberMatch, IsTheSameForItsWholeTimeAndForNobodyElsesRequest) {
  Numbers house;
  const std::string request = house.asked_live();
  const ShownNumber first = house.shown(request);
  house.clock.advance_ms(number_life_ms - 1);
  EXPECT_EQ(house.shown(request).digits, first.digits);
  std::set<std::string> others;
  for (int i = 0; i < 20; ++i) others.insert(house.shown(house.asked_live()).digits);
  EXPECT_GT(others.size(), 10U);
}

// A number opens one approval; the second of two people reads another one.
TEST(NumberMatch, IsSpentByTheFirstOfTwoReviewers) {
  Numbers house;
  Reviewer bob{.member = house.bob};
  Reviewer carol{.member = "mem_" + base32(house.entropy.bytes(16))};
  Entries all = house.entries();
  for (const Reviewer* one : {&bob, &carol}) {
    all.push_back(house.entry_of(one->member, &one->device));
  }
  ChangeRosters change = house.next(all);
  change.names.push_back({carol.member, "Carol"});
  ASSERT_TRUE(house.engine->run(std::move(change)).has_value());
  char credential = 'b';
  for (Reviewer* one : {&bob, &carol}) {
    one->passkey.credential = std::string(20, credential++);
    auto wish = house.wish_for(one->passkey);
    wish.member = one->member;
    ASSERT_TRUE(house.engine->run(house.as_signed(house.proposed(wish))).has_value());
  }
  const std::string request = house.asked_live();
  const auto as = [&](Reviewer& who, const std::string& number) {
    Considered considered = house.consider(request, Verdict::approve);
    considered.reason = "it was announced";
    const auto row = house.engine->request(request, {})->rows;
    considered.offer = make_offer(row.request, row.state.state, house.view(), who.member,
                                  evidence::key_id(who.passkey.key.spki()), *house.keys,
                                  house.clock.now(), house.entropy);
    Decide command = *sign_decision(considered, who.device, house.clock.now(), house.entropy);
    const auto answer = who.passkey.get(evidence::decision_challenge(command.core));
    command.signature = answer.signature;
    command.passkey = {.authenticator_data = answer.authenticator_data,
                       .client_data = answer.client_data};
    const auto done = house.engine->run(DecideMatched{.decide = command, .number = number});
    EXPECT_TRUE(done.has_value());
    return done ? done->refused : std::nullopt;
  };
  const std::string first = house.shown(request).digits;
  EXPECT_EQ(as(bob, first), std::nullopt);
  EXPECT_EQ(house.state(request), approval::State::pending);
  EXPECT_EQ(house.standing(request).spent, 1U);
  // The next one is equal once in a thousand times.
  if (house.shown(request).digits != first) {
    EXPECT_EQ(as(carol, first), NumberRefusal::superseded);
  }
  EXPECT_EQ(house.standing(request).tries, 0U);
  EXPECT_EQ(as(carol, house.shown(request).digits), std::nullopt);
  EXPECT_EQ(house.state(request), approval::State::approved);
}

TEST(NumberMatch, AnswersALostReplyAgainWithoutAnotherNumber) {
  Numbers house;
  const std::string request = house.asked_live();
  const DecideMatched command = house.matched(request, house.shown(request).digits);
  ASSERT_FALSE(house.engine->run(command)->refused.has_value());
  const auto again = house.engine->run(command);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->replay);
  EXPECT_FALSE(again->refused.has_value());
}

TEST(NumberMatch, CostsNoTryWhereTheApprovalWasRefusedForMore) {
  Numbers house;
  const std::string request = house.asked_live();
  Considered considered = house.consider_with_passkey(request, Verdict::approve);
  const auto silent = house.engine->run(DecideMatched{
      .decide = house.signed_by_passkey(considered), .number = house.wrong(request)});
  ASSERT_FALSE(silent.has_value());
  EXPECT_EQ(silent.error().refusal, approval::Refusal::reason_needed);
  EXPECT_EQ(house.standing(request).tries, 0U);
}

TEST(NumberMatch, IsNotPassedByADecisionThatBringsNone) {
  Numbers house;
  const std::string request = house.asked_live();
  const auto bare = house.engine->run(house.matched(request, "").decide);
  ASSERT_FALSE(bare.has_value());
  EXPECT_EQ(bare.error().fault, Fault::not_permitted);
  EXPECT_EQ(house.state(request), approval::State::pending);
}

TEST(NumberMatch, KnowsTheAskingSideByItsOwnPolls) {
  Presence presence;
  const std::string side = asking_side("req_1");
  static_cast<void>(presence.poll_begins("req_1", "key_2", {0}, 15'000));
  EXPECT_FALSE(asking_side_waits(presence, "req_1", {0}));
  static_cast<void>(presence.poll_begins(side, "key_1", {0}, 15'000));
  EXPECT_TRUE(asking_side_waits(presence, "req_1", {0}));
  presence.poll_ends(side, {10});
  EXPECT_TRUE(asking_side_waits(presence, "req_1", {20}));
  EXPECT_FALSE(asking_side_waits(presence, "req_1", {30'011}));
}

}  // namespace
}  // namespace lp::core
