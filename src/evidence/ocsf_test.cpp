#include "evidence/ocsf.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

Statement said_of(EventType type) {
  Statement said;
  said.type = type;
  said.origin = "0011/p/22";
  said.stream.id = "project";
  said.time = *parse_instant("2026-03-01T12:00:00.000Z");
  said.actor = {
      .id = "mem_1", .kind = ActorKind::member, .method = ActorMethod::device_key, .key = "k1"};
  return said;
}

json::Value event_of(OcsfWriter& writer, std::uint64_t index, const Statement& said) {
  ExportEntry entry;
  const std::string statement = said.bytes(std::string(32, 's'));
  entry.index = index;
  entry.statement = statement;
  const std::string line = writer.line(entry, said);
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  auto document = json::parse(line.substr(0, line.size() - 1));
  EXPECT_TRUE(document.has_value()) << line;
  return document ? document->root : json::Value::object();
}

// As a verifier of the profile does: over all but fingerprint and signatures.
std::string fingerprint_of(json::Value event) {
  for (auto& [name, value] : event.members()) {
    if (name != "attestation") continue;
    std::erase_if(value.members(),
                  [](const auto& member) { return member.first == "fingerprint"; });
  }
  return crypto::sha256(json::canonical(event)).hex();
}

std::string stated(const json::Value& attestation) {
  return std::string(attestation.find("fingerprint")->find_string("value").value_or("-"));
}

TEST(OcsfWriter, GivesWhatTheClassRequires) {
  OcsfWriter writer("chain");
  const auto event = event_of(writer, 4, said_of(EventType::key_added));
  EXPECT_EQ(event.find_integer("class_uid"), 6'003);
  EXPECT_EQ(event.find_integer("category_uid"), 6);
  EXPECT_EQ(event.find_integer("activity_id"), 1);
  EXPECT_EQ(event.find_integer("type_uid"), 600'301);
  EXPECT_EQ(event.find_integer("severity_id"), 1);
  EXPECT_EQ(event.find_integer("time"), 1'772'366'400'000);
  EXPECT_EQ(event.find("metadata")->find_string("version"), "1.9.0");
  EXPECT_EQ(event.find("metadata")->find_string("uid"), "0011/p/22/4");
  EXPECT_EQ(event.find("api")->find_string("operation"), "key.added");
  EXPECT_EQ(event.find("actor")->find("user")->find_string("uid"), "mem_1");
  EXPECT_NE(event.find("src_endpoint"), nullptr);
}

TEST(OcsfWriter, CallsOtherWhatTheClassHasNoWordFor) {
  OcsfWriter writer("chain");
  const auto event = event_of(writer, 0, said_of(EventType::login_failed));
  EXPECT_EQ(event.find_integer("activity_id"), 99);
  EXPECT_EQ(event.find_string("activity_name"), "login.failed");
  EXPECT_EQ(event.find_integer("status_id"), 2);
}

TEST(OcsfWriter, GivesEachEventItsOwnHashAndThatOfTheOneBefore) {
  OcsfWriter writer("chain");
  std::string before;
  for (std::uint64_t index = 0; index < 3; ++index) {
    const auto event = event_of(writer, index, said_of(EventType::key_added));
    const json::Value& attestation = *event.find("attestation");
    EXPECT_EQ(stated(attestation), fingerprint_of(event));
    EXPECT_EQ(attestation.find_string("chain_uid"), "chain");
    const json::Value* previous = attestation.find("prev_event");
    ASSERT_EQ(previous != nullptr, index > 0);
    if (previous != nullptr) EXPECT_EQ(stated(*previous), before);
    before = stated(attestation);
  }
}

TEST(OcsfWriter, TellsOfAnErasedEntryItsPlaceAndWhenItWent) {
  OcsfWriter writer("chain");
  const auto before = event_of(writer, 3, said_of(EventType::key_added));
  const std::string line = writer.erased_line({.origin = "0011/p/22",
                                               .index = 4,
                                               .erased = *parse_instant("2026-03-02T00:00:00.000Z"),
                                               .leaf = "the leaf",
                                               .leaf_hash = crypto::sha256("leaf")});
  auto document = json::parse(line.substr(0, line.size() - 1));
  ASSERT_TRUE(document.has_value()) << line;
  const json::Value& event = document->root;
  EXPECT_EQ(event.find_string("activity_name"), "erased");
  EXPECT_EQ(event.find_integer("time"), 1'772'409'600'000);
  EXPECT_EQ(event.find("metadata")->find_string("uid"), "0011/p/22/4");
  EXPECT_EQ(event.find("metadata")->find_integer("sequence"), 4);
  EXPECT_EQ(event.find("unmapped")->find_string("leaf"), "the leaf");
  EXPECT_EQ(event.find("unmapped")->find_string("leaf_hash"), crypto::sha256("leaf").hex());
  EXPECT_EQ(event.find("raw_data"), nullptr);
  const json::Value& attestation = *event.find("attestation");
  EXPECT_EQ(stated(attestation), fingerprint_of(event));
  EXPECT_EQ(stated(*attestation.find("prev_event")), stated(*before.find("attestation")));
}

TEST(OcsfWriter, HasTheExactStatementAndItsHash) {
  OcsfWriter writer("chain");
  const auto said = said_of(EventType::log_opened);
  const auto event = event_of(writer, 0, said);
  const std::string statement = said.bytes(std::string(32, 's'));
  EXPECT_EQ(event.find_string("raw_data"), statement);
  EXPECT_EQ(event.find("raw_data_hash")->find_string("value"), crypto::sha256(statement).hex());
}

}  // namespace
}  // namespace lp::evidence
