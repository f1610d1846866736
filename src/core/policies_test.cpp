// A policy comes into force by people, and then rules on what is asked.

#include "core/policies.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>

#include "core/passkeys_testing.h"
#include "core/policy_ports.h"
#include "core/receipt.h"
#include "core/replay.h"

namespace lp::core {
namespace {

using approval::State;
using evidence::Level;
using evidence::Verdict;

constexpr std::string_view money = R"(version: 1
tools:
  - { service: stripe, action: refund, facts: { amount: { from: /amount } } }
  - { service: db, action: sql, facts: { verb: { from: /verb } } }
  - { service: db, action: list }
defaults: { level: medium, decide_by: 2h, rule: { n_of: [1, "role:reviewer"] } }
unknown_tool: { level: high }
rules:
  - name: never drop
    match: { service: db, action: sql, facts: { verb: [DROP, TRUNCATE] } }
    effect: deny
  - name: lists
    match: { service: db, action: list }
    effect: allow
  - name: large refunds
    match: { service: stripe, action: refund, facts: { amount: { gt: 500 } } }
    level: high
    decide_by: 10m
)";

constexpr std::string_view counted = R"(version: 1
tools: [ { service: stripe, action: refund, facts: { amount: { from: /amount } } } ]
defaults: { level: medium, rule: { n_of: [1, "role:reviewer"] } }
rules:
  - name: many
    match:
      service: stripe
      recent: { over: 1h, per: [agent, tool], sum: { facts.amount: { gt: 1000 } } }
    level: high
)";

// Of any house: what people do about its policy.
template <typename Base>
struct WithPolicies : Base {
  using Base::engine;
  using Base::project;

  std::expected<PushPolicy::Result, Refused> push(std::string_view text, std::string author = "") {
    const auto document = policy::read_document(text, policy_ports());
    EXPECT_TRUE(document.has_value());
    return engine->run(PushPolicy{.project = project,
                                  .document = std::string(text),
                                  .sha256 = document->sha256,
                                  .author = std::move(author),
                                  .actor = operator_said()});
  }
  std::expected<ActivatePolicy::Result, Refused> activate(std::uint64_t version) {
    return engine->run(ActivatePolicy{.project = project,
                                      .version = version,
                                      .asked_by = {},
                                      .actor = operator_said()});
  }
  static evidence::Actor operator_said() {
    return {.id = "local_operator",
            .kind = evidence::ActorKind::system,
            .method = evidence::ActorMethod::session,
            .key = {}};
  }
  Ingest ask_for(std::string_view service, std::string_view action, std::string facts = "") {
    Ingest command = this->ask();
    command.service = service;
    command.action = action;
    command.facts = std::move(facts);
    return command;
  }
  store::FullRequest rows(const std::string& id) { return engine->request(id, {})->rows; }
  std::uint64_t in_force() { return engine->directory()->project(project)->row.policy_version; }
};

struct Alone : WithPolicies<House> {
  void approve(const std::string& request) {
    const auto done = decide(consider(request, Verdict::approve));
    ASSERT_TRUE(done.has_value()) << to_string(done.error().fault) << done.error().detail;
  }
  void rule_by(std::string_view text) {
    const auto version = push(text);
    ASSERT_TRUE(version.has_value());
    const auto asked = activate(version->version);
    ASSERT_TRUE(asked.has_value()) << to_string(asked.error().fault) << asked.error().detail;
    approve(asked->request);
    ASSERT_EQ(in_force(), version->version);
  }
  Ingest::Result asked_for(std::string_view service, std::string_view action,
                           std::string facts = "") {
    const auto result = engine->run(ask_for(service, action, std::move(facts)));
    EXPECT_TRUE(result.has_value());
    return *result;
  }
};

TEST(Policies, ComeIntoForceByAnApprovalAndBackInTheSameWay) {
  Alone house;
  ASSERT_EQ(house.push(money)->version, 1u);
  EXPECT_TRUE(house.push(money)->known);
  const auto asked = house.activate(1);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(house.in_force(), 0u);
  // What people look at is the document, and what it changes.
  const auto view = house.engine->request(asked->request, {});
  EXPECT_NE(view->payload.find("never drop"), std::string::npos);
  EXPECT_NE(view->payload.find("\"changes\":[{"), std::string::npos);
  house.approve(asked->request);
  EXPECT_EQ(house.in_force(), 1u);
  EXPECT_EQ(house.activate(1).error().fault, Fault::policy_in_force);
  house.rule_by(counted);
  EXPECT_EQ(house.in_force(), 2u);
  house.approve(house.activate(1)->request);
  EXPECT_EQ(house.in_force(), 1u);
  const auto activations = house.engine->reader().policy_activations(house.project);
  ASSERT_EQ(activations->size(), 3u);
  EXPECT_EQ(activations->front().member, house.member);

  house.close();
  house.open();
  EXPECT_EQ(house.in_force(), 1u);
  EXPECT_EQ(house.asked_for("stripe", "refund", R"({"amount":501})").level, Level::high);
}

TEST(Policies, AreNotInForceWhenTheRequestIsRejectedStaleOrEdited) {
  Alone house;
  ASSERT_TRUE(house.push(money).has_value());
  ASSERT_TRUE(house.push(counted).has_value());
  const std::string first = house.activate(1)->request, second = house.activate(2)->request;
  const std::string third = house.activate(2)->request;
  ASSERT_TRUE(house.decide(house.consider(third, Verdict::reject)).has_value());
  EXPECT_EQ(house.in_force(), 0u);
  Considered edit = house.consider(first, Verdict::approve);
  edit.edit = R"({"version":2})";
  EXPECT_EQ(house.decide(edit).error().fault, Fault::edit_not_allowed);
  house.approve(first);
  // It showed what it would change of nothing, and something is in force now.
  EXPECT_EQ(house.decide(house.consider(second, Verdict::approve)).error().fault,
            Fault::policy_stale);
  EXPECT_EQ(house.in_force(), 1u);
  EXPECT_EQ(house.state(second), State::pending);
}

TEST(Policies, AreRefusedWhereNothingCouldHoldWhatTheyPromise) {
  Alone house;
  const auto why = [&](std::string_view text) {
    const auto document = policy::read_document(text, policy_ports());
    EXPECT_TRUE(document.has_value());
    return why_not_in_force(*document, *house.engine->directory()->project(house.project));
  };
  EXPECT_EQ(why(money), "");
  EXPECT_NE(why(R"(version: 1
tools: [ { service: s, action: a, facts: { amount: { from: /amount } } } ]
rules: [ { name: small, match: { service: s, facts: { amount: { lt: 5 } } }, effect: allow,
           verify_facts: true } ]
)")
                .find("no executor"),
            std::string::npos);
  EXPECT_NE(why(R"(version: 1
rules: [ { name: mondays, effect: allow,
           match: { service: s, time: { within: { zone: UTC, days: [mon] } } } } ]
)")
                .find("service, action and a proven agent alone"),
            std::string::npos);
  // Nobody is in that group: no quorum comes out of nobody.
  EXPECT_NE(why(R"(version: 1
defaults: { rule: { n_of: [1, "group:finance"] } }
)")
                .find("group:finance"),
            std::string::npos);
  const auto none = policy::read_document(
      "version: 1\ndefaults: { rule: { n_of: [0, \"role:reviewer\"] } }", policy_ports());
  EXPECT_FALSE(none.has_value());
  ASSERT_TRUE(house.push("version: 1\ndefaults: { rule: { n_of: [2, \"role:reviewer\"] } }")
                  .has_value());
  EXPECT_EQ(house.activate(1).error().fault, Fault::policy_refused);
}

TEST(Policies, DenyWithTheNameOfTheRule) {
  Alone house;
  house.rule_by(money);
  const auto before = house.engine->directory()->project(house.project)->live->pending.load();
  const auto denied = house.asked_for("db", "sql", R"({"verb":"DROP"})");
  EXPECT_EQ(house.state(denied.id), State::denied);
  const auto view = house.engine->request(denied.id, {});
  EXPECT_EQ(view->reason, "Denied by the policy: never drop.");
  EXPECT_EQ(view->rows.state.actor_kind, "policy");
  EXPECT_NE(view->ruling.find(R"("rule":"never drop")"), std::string::npos);
  EXPECT_NE(view->ruling.find("facts.verb"), std::string::npos);
  EXPECT_EQ(house.engine->directory()->project(house.project)->live->pending.load(), before);
  // A verb that is not said could be the one that is denied.
  EXPECT_EQ(house.state(house.asked_for("db", "sql").id), State::denied);
  EXPECT_EQ(house.state(house.asked_for("db", "sql", R"({"verb":"SELECT"})").id), State::pending);
}

TEST(Policies, AllowAndSayThatThePolicyDidIt) {
  Alone house;
  house.rule_by(money);
  const auto allowed = house.asked_for("db", "list");
  EXPECT_EQ(house.state(allowed.id), State::approved);
  EXPECT_EQ(allowed.level, Level::none);
  const auto rows = house.rows(allowed.id);
  EXPECT_EQ(rows.state.actor, "policy:project");
  EXPECT_EQ(rows.state.method, "rule");
  EXPECT_EQ(rows.state.state.ruled->name, "lists");
  // What calls itself urgent is looked at.
  Ingest urgent = house.ask_for("db", "list");
  urgent.priority = "high";
  EXPECT_EQ(house.state(house.engine->run(std::move(urgent))->id), State::pending);
}

TEST(Policies, AllowWithThePermitOfTheExecutorThatIsAskedFor) {
  Alone house;
  house.rule_by(money);
  Ingest nobody = house.ask_for("db", "list");
  nobody.capabilities = {"permit"};
  const auto refused = house.engine->run(Ingest(nobody));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::executor_unknown);

  const auto executor = house.engine->run(CreateKey{.project = house.project,
                                                    .role = identity::KeyRole::executor,
                                                    .name = "reader"});
  const auto allowed = house.engine->run(std::move(nobody));
  ASSERT_TRUE(allowed.has_value());
  EXPECT_EQ(house.state(allowed->id), State::approved);
  const auto permit = house.engine->reader().permit_of(allowed->id);
  ASSERT_TRUE(permit && *permit);
  EXPECT_EQ((*permit)->executor, executor->id);
  EXPECT_EQ((*permit)->state, "issued");
  // Without one the log says that nothing binds what is executed.
  const auto unbound = house.asked_for("db", "list");
  EXPECT_FALSE(house.engine->reader().permit_of(unbound.id)->has_value());
}

TEST(Policies, FixLevelTimeAndPeopleOfAReview) {
  Alone house;
  house.rule_by(money);
  const auto large = house.asked_for("stripe", "refund", R"({"amount":501})");
  EXPECT_EQ(large.level, Level::high);
  EXPECT_EQ(large.decide_by, house.rows(large.id).request.created + 600'000);
  const auto small = house.asked_for("stripe", "refund", R"({"amount":500})");
  EXPECT_EQ(small.level, Level::medium);
  EXPECT_EQ(house.rows(small.id).state.state.ruled->name, "defaults");
  EXPECT_EQ(small.decide_by, house.rows(small.id).request.created + 7'200'000);
  EXPECT_EQ(house.asked_for("stripe", "refund").level, Level::high);
  EXPECT_EQ(house.asked_for("stripe", "refund", R"({"amount":"1"})").level, Level::high);
  EXPECT_EQ(house.asked_for("ftp", "put").level, Level::high);
  // Another policy rules on later requests; this one keeps what was said of it.
  house.rule_by(counted);
  EXPECT_EQ(house.rows(small.id).state.state.ruled->version, 1u);
  house.approve(small.id);
  EXPECT_EQ(house.state(small.id), State::approved);
}

// Demand "parameter shadowing": what an agent sends never stands in for who it is or what it asks.
TEST(Policies, FactsNeverShadowServiceActionOrAgent) {
  Alone house;
  house.rule_by(money);
  const auto result = house.asked_for(
      "db", "sql", R"({"service":"db","action":"list","effect":"allow","verb":"DROP"})");
  EXPECT_EQ(house.state(result.id), State::denied);
}

TEST(Policies, RuleAnewOnARevision) {
  Alone house;
  house.rule_by(money);
  const auto revise = [&](const std::string& id, std::string facts) {
    Ingest next = house.ask();
    return house.engine->run(Revise{.project = house.project,
                                    .request = id,
                                    .api_key = house.api_key,
                                    .version = 1,
                                    .payload = next.payload,
                                    .envelope = next.envelope,
                                    .facts = std::move(facts),
                                    .schema = {},
                                    .lossy = {}});
  };
  const auto small = house.asked_for("stripe", "refund", R"({"amount":1})");
  ASSERT_TRUE(revise(small.id, R"({"amount":5000})").has_value());
  EXPECT_EQ(house.rows(small.id).state.state.level, Level::high);
  const auto select = house.asked_for("db", "sql", R"({"verb":"SELECT"})");
  EXPECT_EQ(revise(select.id, R"({"verb":"DROP"})").error().fault, Fault::policy_denied);
  EXPECT_EQ(house.rows(select.id).state.state.version, 1u);
}

// T-AG9: what is split into small parts is counted together, also over a restart.
TEST(Policies, SumsOfAWindowAreThoseOfASmallModel) {
  Alone house;
  house.rule_by(counted);
  std::mt19937 random(7);
  std::vector<std::pair<std::int64_t, int>> model;
  for (int i = 0; i < 120; ++i) {
    if (i == 60) {
      house.close();
      house.open();
    }
    house.clock.advance_ms(static_cast<std::int64_t>(random() % 600'000));
    const int amount = static_cast<int>(random() % 400);
    const auto asked =
        house.asked_for("stripe", "refund", R"({"amount":)" + std::to_string(amount) + "}");
    const std::int64_t at = house.rows(asked.id).request.created.ms;
    int sum = amount;
    for (const auto& [when, how_much] : model) sum += when > at - 3'600'000 ? how_much : 0;
    model.emplace_back(at, amount);
    ASSERT_EQ(asked.level, sum > 1000 ? Level::high : Level::medium) << i << ": " << sum;
  }
}

TEST(Policies, ThatWereChangedInTheDatabaseTakeNothingIn) {
  Alone house;
  house.rule_by(money);
  house.close();
  house.edit_database(
      "DROP TRIGGER policy_version_is_not_changed; UPDATE policy_version SET document = "
      "CAST(replace(CAST(document AS TEXT), 'deny', 'review') AS BLOB)");
  house.open();
  EXPECT_EQ(house.engine->run(house.ask_for("db", "sql")).error().fault, Fault::policy_unusable);
  // Another one can still come into force: its activation is ruled by none.
  ASSERT_TRUE(house.push(counted).has_value());
  house.approve(house.activate(2)->request);
  EXPECT_TRUE(house.engine->run(house.ask_for("db", "sql")).has_value());
}

// Bob wrote it, or nobody knows who did.
struct Team : WithPolicies<Passkeys> {
  identity::SoftPasskey bobs;

  Team() {
    EXPECT_TRUE(engine->run(next(with_bob())).has_value());
    bobs.credential = std::string(32, 'b');
    evidence::RosterWish wish = wish_for(bobs);
    wish.member = bob;
    EXPECT_TRUE(engine->run(as_signed(proposed(wish))).has_value());
  }
  std::expected<Decide::Result, Refused> approve(const std::string& request, bool as_bob) {
    Considered considered = consider_with_passkey(request, Verdict::approve);
    if (as_bob) {
      const auto rows = engine->request(request, {})->rows;
      considered.offer =
          make_offer(rows.request, rows.state.state, view(), bob,
                     evidence::key_id(bobs.key.spki()), *keys, clock.now(), entropy);
    }
    Decide command = *sign_decision(considered, approver, clock.now(), entropy);
    const auto answer =
        (as_bob ? bobs : passkey).get(evidence::decision_challenge(command.core));
    command.signature = answer.signature;
    command.passkey = {.authenticator_data = answer.authenticator_data,
                       .client_data = answer.client_data};
    return engine->run(std::move(command));
  }
};

TEST(Policies, OfATeamTakeAnotherPersonThanTheirAuthor) {
  Team house;
  ASSERT_TRUE(house.push(money, house.bob).has_value());
  const auto asked = house.activate(1);
  ASSERT_TRUE(asked.has_value()) << asked.error().detail;
  EXPECT_EQ(asked->level, Level::high);
  EXPECT_EQ(house.approve(asked->request, true).error().refusal, approval::Refusal::own_request);
  ASSERT_TRUE(house.approve(asked->request, false).has_value());
  EXPECT_EQ(house.in_force(), 1u);
  // Uploaded at the command line: two approve, of whom one at least has not written it.
  ASSERT_TRUE(house.push(counted).has_value());
  const auto other = house.activate(2);
  ASSERT_TRUE(other.has_value()) << other.error().detail;
  ASSERT_TRUE(house.approve(other->request, false).has_value());
  EXPECT_EQ(house.in_force(), 1u);
  ASSERT_TRUE(house.approve(other->request, true).has_value());
  EXPECT_EQ(house.in_force(), 2u);
}

// A draft over what was asked: what people rejected and it would allow comes first, and the same
// history says the same again.
TEST(Policies, AreReplayedOverWhatPeopleDid) {
  Alone house;
  const std::string rejected = house.asked_for("db", "list").id;
  const std::string approved = house.asked_for("db", "sql", R"({"verb":"DROP"})").id;
  const std::string stricter = house.asked_for("stripe", "refund", R"({"amount":501})").id;
  const std::string same = house.asked_for("stripe", "refund", R"({"amount":1})").id;
  ASSERT_TRUE(house.decide(house.consider(rejected, Verdict::reject)).has_value());
  house.approve(approved);
  const auto document = policy::read_document(money, policy_ports());
  const auto draft = policy::Policy::compile(*document);
  const auto replayed = [&](Instant since) {
    const auto directory = house.engine->directory();
    return *replay(*house.engine, *directory->project(house.project), *draft, since);
  };
  const Replay all = replayed({0});
  ASSERT_EQ(all.requests.size(), 4u);
  const std::vector<std::pair<std::string, Shift>> expected{
      {rejected, Shift::allowed_though_rejected},
      {approved, Shift::denied_though_approved},
      {stricter, Shift::stricter},
      {same, Shift::same}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(all.requests[i].request, expected[i].first);
    EXPECT_EQ(all.requests[i].shift, expected[i].second) << to_string(all.requests[i].shift);
    EXPECT_EQ(replayed({0}).requests[i].request, expected[i].first);
  }
  EXPECT_EQ(all.requests[0].rule, "lists");
  EXPECT_EQ(all.requests[2].now.level, Level::high);
  EXPECT_TRUE(replayed(house.clock.now() + 1).requests.empty());
  // Nothing has changed, and what the server asks in its own name is nobody's to rule on.
  EXPECT_EQ(house.in_force(), 0u);
  house.rule_by(money);
  EXPECT_EQ(replayed({0}).requests.size(), 4u);
}

// What it would count is counted as the server counts when it rules.
TEST(Policies, AreReplayedWithTheirWindows) {
  Alone house;
  house.rule_by(counted);
  std::vector<Level> ruled;
  for (const char* amount : {"600", "300", "200", "1"}) {
    ruled.push_back(
        house.asked_for("stripe", "refund", fmt::format(R"({{"amount":{}}})", amount)).level);
  }
  EXPECT_EQ(ruled, (std::vector{Level::medium, Level::medium, Level::high, Level::high}));
  const auto draft = policy::Policy::compile(*policy::read_document(counted, policy_ports()));
  const auto directory = house.engine->directory();
  const auto replayed =
      replay(*house.engine, *directory->project(house.project), *draft, Instant{0});
  ASSERT_EQ(replayed->requests.size(), 4u);
  for (const Replayed& one : replayed->requests) EXPECT_EQ(one.shift, Shift::same) << one.request;
}

TEST(Policies, NameEachShiftOfAReplay) {
  using policy::Effect;
  const Said none{.effect = Effect::allow, .level = Level::none};
  const Said medium{.effect = Effect::review, .level = Level::medium, .people = 1};
  const Said high{.effect = Effect::review, .level = Level::high, .people = 1};
  const Said two{.effect = Effect::review, .level = Level::medium, .people = 2};
  const Said never{.effect = Effect::deny, .level = Level::medium};
  EXPECT_EQ(shift_of(State::rejected, medium, none), Shift::allowed_though_rejected);
  EXPECT_EQ(shift_of(State::expired, medium, none), Shift::newly_allowed);
  EXPECT_EQ(shift_of(State::denied, never, none), Shift::newly_allowed);
  EXPECT_EQ(shift_of(State::approved, medium, never), Shift::denied_though_approved);
  EXPECT_EQ(shift_of(State::approved_with_modifications, medium, never),
            Shift::denied_though_approved);
  EXPECT_EQ(shift_of(State::rejected, medium, never), Shift::newly_denied);
  EXPECT_EQ(shift_of(State::approved, none, never), Shift::newly_denied);
  EXPECT_EQ(shift_of(State::approved, none, medium), Shift::newly_asked);
  EXPECT_EQ(shift_of(State::denied, never, medium), Shift::newly_asked);
  EXPECT_EQ(shift_of(State::approved, high, two), Shift::milder);
  EXPECT_EQ(shift_of(State::approved, two, high), Shift::milder);
  EXPECT_EQ(shift_of(State::approved, medium, two), Shift::stricter);
  EXPECT_EQ(shift_of(State::pending, never, never), Shift::same);
}

}  // namespace
}  // namespace lp::core
