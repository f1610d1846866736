#include "evidence/succession.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

crypto::P256Key key(char seed) {
  return crypto::P256Key::from_uniform(std::string(48, seed));
}

SuccessionDocument document() {
  return {.origin = "log.example/p/2",
          .predecessor = "log.example/p/1",
          .last_signed = {.size = 9, .root = crypto::sha256("nine")},
          .restored = {.size = 7, .root = crypto::sha256("seven")},
          .roster_genesis = crypto::sha256("roster"),
          .reason = "the disk died",
          .operator_name = "olga",
          .salt = std::string(32, 's'),
          .time = *parse_instant("2026-03-01T12:00:00.000Z")};
}

RosterHead owned_by(std::vector<std::string> owners, std::uint64_t threshold) {
  RosterHead head;
  head.origin = "log.example/p/1";
  head.owners = std::move(owners);
  head.threshold = threshold;
  return head;
}

// By the owners whose keys have these letters.
SuccessionRecord signed_by(std::string_view letters) {
  SuccessionRecord record{.document = document().bytes(), .owners = {}};
  for (const char letter : letters) {
    const auto one = key(letter);
    record.owners.push_back({one.spki(), one.sign(succession_signing_bytes(record.document))});
  }
  std::ranges::sort(record.owners, {}, &OwnerSignature::spki);
  return record;
}

TEST(Succession, ReadsWhatItHasWritten) {
  const auto read = SuccessionDocument::parse(document().bytes());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->bytes(), document().bytes());
  EXPECT_EQ(read->last_signed.size, 9U);
  EXPECT_EQ(read->restored.root, crypto::sha256("seven"));
}

TEST(Succession, RefusesAnyOtherText) {
  const std::string text = document().bytes();
  EXPECT_FALSE(SuccessionDocument::parse(" " + text).has_value());
  EXPECT_FALSE(SuccessionDocument::parse(text.substr(1)).has_value());
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"\"v\":1", "\"v\":2"},
                                 {"\"v\":1", "\"v\":1,\"z\":1"},
                                 {"the disk died", ""},
                                 {"log.example/p/2", "log.example/p/1"},
                                 {"\"size\":9", "\"size\":-9"}}) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_FALSE(SuccessionDocument::parse(changed).has_value()) << changed;
  }
}

TEST(Succession, IsFoundInTheEvidenceOfALeaf) {
  const auto record = signed_by("a");
  json::Value entries = json::Value::array({record.evidence_entry(std::string(32, 'x'))});
  const auto found = SuccessionRecord::find(json::canonical(entries));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->document, record.document);
  EXPECT_EQ(found->owners.at(0).signature, record.owners.at(0).signature);
  EXPECT_FALSE(SuccessionRecord::find("[]").has_value());
  EXPECT_FALSE(SuccessionRecord::find("").has_value());
}

TEST(Succession, CountsDistinctOwnersWhoSignedIt) {
  const auto a = key('a'), b = key('b');
  const auto head = owned_by({a.spki(), b.spki()}, 2);
  EXPECT_EQ(refuse_owners(signed_by("ab"), head), std::nullopt);
  EXPECT_NE(refuse_owners(signed_by("a"), head), std::nullopt);
  EXPECT_NE(refuse_owners(signed_by("aa"), head), std::nullopt);
  EXPECT_NE(refuse_owners(signed_by("ac"), head), std::nullopt);
  auto other = signed_by("ab");
  other.owners[0].signature = a.sign("something else");
  EXPECT_NE(refuse_owners(other, head), std::nullopt);
}

}  // namespace
}  // namespace lp::evidence
