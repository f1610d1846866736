#include "evidence/roster_document.h"

#include <gtest/gtest.h>

#include "crypto/p256.h"

namespace lp::evidence {
namespace {

crypto::P256Key key(char seed) {
  return crypto::P256Key::from_uniform(std::string(48, seed));
}

struct Signed {
  RosterHead head;
  RosterDocument document;
};

// Version 1 with one owner, or the next one after `previous`.
Signed version(const RosterHead* previous = nullptr) {
  RosterEntry entry;
  entry.salt = std::string(32, 's');
  entry.member = "mem_1";
  entry.roles = {"owner", "reviewer"};
  entry.key_class = "device";
  entry.spki = key('a').spki();
  RosterHead head;
  head.origin = "log.example/p/1";
  if (previous != nullptr) {
    head.version = previous->version + 1;
    head.prev = previous->sha256();
  }
  head.owners = {entry.spki};
  head.tree_size = 1;
  head.tree_root = roster_tree_root({entry});
  head.time = *parse_instant("2026-03-01T12:00:00.000Z");
  const OwnerSignature signature{key('a').spki(),
                                 key('a').sign(roster_signing_bytes(head.bytes()))};
  return {head, {head.bytes(), {entry.bytes()}, signatures_text({signature})}};
}

TEST(RosterDocument, IsReadWithTheVersionBeforeIt) {
  const Signed first = version();
  const Signed second = version(&first.head);
  const auto read = read_roster(first.document, nullptr);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->head.sha256(), first.head.sha256());
  EXPECT_EQ(read->entries.size(), 1U);
  EXPECT_EQ(read->signatures.size(), 1U);
  EXPECT_TRUE(read_roster(second.document, &first.head).has_value());
  EXPECT_EQ(read_roster(second.document, nullptr).error(), RosterFault::wrong_previous);
  EXPECT_EQ(read_roster(first.document, &first.head).error(), RosterFault::wrong_previous);
}

TEST(RosterDocument, IsRefusedInAnyOtherForm) {
  const Signed first = version();
  RosterDocument changed = first.document;
  changed.head += " ";
  EXPECT_EQ(read_roster(changed, nullptr).error(), RosterFault::malformed);
  changed = first.document;
  changed.entries[0] += " ";
  EXPECT_EQ(read_roster(changed, nullptr).error(), RosterFault::malformed);
  changed = first.document;
  changed.signatures = "[]";
  EXPECT_EQ(read_roster(changed, nullptr).error(), RosterFault::too_few_signatures);
  changed.signatures = "{}";
  EXPECT_EQ(read_roster(changed, nullptr).error(), RosterFault::malformed);
}

TEST(RosterSignatures, HaveOneForm) {
  const std::vector<OwnerSignature> two{{"key", "signature"}, {"other", "one"}};
  const std::string text = signatures_text(two);
  EXPECT_EQ(
      text,
      R"([{"signature":"c2lnbmF0dXJl","spki":"a2V5"},{"signature":"b25l","spki":"b3RoZXI="}])");
  const auto read = read_signatures(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(1).spki, "other");
  EXPECT_FALSE(read_signatures(R"([{"spki":"a2V5","signature":"c2lnbmF0dXJl"}])").has_value());
  EXPECT_FALSE(read_signatures(R"([{"spki":"a2V5"}])").has_value());
  EXPECT_FALSE(read_signatures("").has_value());
}

}  // namespace
}  // namespace lp::evidence
