#include "core/teller.h"

#include <gtest/gtest.h>

#include "core/testing.h"
#include "json/parse.h"

namespace lp::core {
namespace {

using evidence::EventType;

// All statements of the house's log, oldest first.
std::vector<evidence::Statement> statements(House& house) {
  std::vector<evidence::Statement> said;
  const auto leaves = house.engine->reader().leaves(house.project, 0, 1'000);
  for (const auto& leaf : *leaves) said.push_back(*evidence::read_statement(leaf.statement));
  return said;
}

evidence::Statement last_of(House& house, EventType type) {
  const auto said = statements(house);
  const auto found =
      std::find_if(said.rbegin(), said.rend(), [&](const auto& one) { return one.type == type; });
  EXPECT_NE(found, said.rend());
  return *found;
}

std::optional<evidence::Asked> told(House& house, const evidence::Statement& said) {
  Teller teller(house.engine->reader(), house.engine->keys());
  auto asked = teller.tell(said);
  EXPECT_TRUE(asked.has_value());
  return asked ? *asked : std::nullopt;
}

TEST(Teller, TellsWhatWasAskedOutOfTheDescriptorThatTheStatementNames) {
  House house;
  house.asked();
  const auto created = last_of(house, EventType::request_created);
  const auto asked = told(house, created);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked->service, "db-agent");
  EXPECT_EQ(asked->action, "sql");
  EXPECT_EQ(crypto::sha256(asked->descriptor), created.request->sha256);
  EXPECT_FALSE(asked->reason.has_value());
}

TEST(Teller, TellsTheReasonWithTheDecisionAndNowhereElse) {
  House house;
  const std::string request = house.asked();
  auto considered = house.consider(request, evidence::Verdict::reject);
  considered.reason = "=wrong\ttable";
  ASSERT_TRUE(house.decide(considered).has_value());
  EXPECT_EQ(told(house, last_of(house, EventType::decision_rejected))->reason, "=wrong\ttable");
  EXPECT_FALSE(told(house, last_of(house, EventType::review_rejected))->reason.has_value());
}

TEST(Teller, TellsOfEachVersionWhatItsStatementNames) {
  House house;
  const std::string request = house.asked();
  Ingest again = house.ask();
  Revise revise{.project = house.project, .request = request, .api_key = house.api_key};
  revise.payload = again.payload;
  revise.envelope = again.envelope;
  revise.facts = R"({"rows":2})";
  ASSERT_TRUE(house.engine->run(std::move(revise)).has_value());
  const auto first = told(house, last_of(house, EventType::request_created));
  const auto second = told(house, last_of(house, EventType::request_revised));
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->descriptor, second->descriptor);
  EXPECT_NE(second->descriptor.find(R"("rows":2)"), std::string::npos);
}

TEST(Teller, TellsNothingThatTheStatementDoesNotVouchFor) {
  House house;
  house.asked();
  auto other = last_of(house, EventType::request_created);
  other.request->sha256 = crypto::sha256("another");
  EXPECT_FALSE(told(house, other).has_value());
  other.stream.id = "req_unknown";
  EXPECT_FALSE(told(house, other).has_value());
  EXPECT_FALSE(told(house, last_of(house, EventType::log_opened)).has_value());
}

TEST(Teller, TellsNothingOfWordsThatWereAltered) {
  House house;
  house.asked();
  const auto created = last_of(house, EventType::request_created);
  house.close();
  house.edit_database(
      "DROP TRIGGER request_is_not_changed; UPDATE request SET details_sealed = zeroblob(64)");
  house.open();
  EXPECT_FALSE(told(house, created).has_value());
}

}  // namespace
}  // namespace lp::core
