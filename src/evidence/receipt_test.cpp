#include "evidence/receipt.h"

#include <gtest/gtest.h>

#include "evidence/anchor.h"
#include "evidence/receipt_testing.h"

namespace lp::evidence {
namespace {

using testing::World;

json::Value receipt_json() {
  return World().decision().to_json();
}

std::optional<ReceiptFault> fault_of(const json::Value& value) {
  const auto receipt = Receipt::parse(json::canonical(value));
  if (receipt) return std::nullopt;
  return receipt.error();
}

json::Value& member(json::Value& object, std::string_view name) {
  for (auto& [key, value] : object.members()) {
    if (key == name) return value;
  }
  ADD_FAILURE() << "no member " << name;
  return object;
}

void drop(json::Value& object, std::string_view name) {
  std::erase_if(object.members(), [name](const auto& one) { return one.first == name; });
}

TEST(Receipt, ReadsWhatItWrites) {
  World world;
  const auto [performed, gone] = world.erased();
  for (const Receipt& receipt :
       {world.decision(), world.review(0), world.created(), performed, gone}) {
    const std::string bytes = receipt.bytes();
    const auto read = Receipt::parse(bytes);
    ASSERT_TRUE(read) << bytes;
    EXPECT_EQ(read->bytes(), bytes);
  }
}

TEST(Receipt, RefusesAMemberThatItDoesNotKnow) {
  json::Value value = receipt_json();
  value.add("more", 1);
  EXPECT_EQ(fault_of(value), ReceiptFault::malformed);
  for (const char* inside : {"issuer", "tlog", "descriptor"}) {
    json::Value nested = receipt_json();
    member(nested, inside).add("more", 1);
    EXPECT_EQ(fault_of(nested), ReceiptFault::malformed) << inside;
  }
  for (const char* inside : {"rosters", "humans", "reviews"}) {
    json::Value nested = receipt_json();
    member(nested, inside).items()[0].add("more", 1);
    EXPECT_EQ(fault_of(nested), ReceiptFault::malformed) << inside;
  }
}

TEST(Receipt, RefusesWhatIsMissingOrEmpty) {
  for (const char* name : {"v", "statement", "tlog"}) {
    json::Value value = receipt_json();
    drop(value, name);
    EXPECT_EQ(fault_of(value), ReceiptFault::malformed) << name;
  }
  for (const char* name : {"humans", "reviews", "rosters", "time", "owners"}) {
    json::Value value = receipt_json();
    drop(value, name);
    value.add(name, json::Value::array());
    EXPECT_EQ(fault_of(value), ReceiptFault::malformed) << name;
  }
}

TEST(Receipt, HoldsToItsBounds) {
  json::Value value = receipt_json();
  auto& humans = member(value, "humans").items();
  for (int i = 0; i < 16; ++i) humans.push_back(humans.front());
  EXPECT_EQ(fault_of(value), ReceiptFault::malformed);
  value = receipt_json();
  value.add("time", json::Value::array(json::Array(5, json::Value("AAAA"))));
  EXPECT_EQ(fault_of(value), ReceiptFault::malformed);
  value = receipt_json();
  value.add("document", base64(std::string(receipt_bytes_max, 'x')));
  EXPECT_EQ(fault_of(value), ReceiptFault::malformed);
  Receipt receipt = World().decision();
  for (int i = 0; i < 16; ++i) World::cosign(receipt.logged.proof, 11, testing::start);
  EXPECT_EQ(Receipt::parse(receipt.bytes()).error(), ReceiptFault::malformed);
}

TEST(Receipt, RefusesAnotherSpelling) {
  const std::string bytes = World().decision().bytes();
  EXPECT_EQ(Receipt::parse(" " + bytes).error(), ReceiptFault::not_canonical);
  EXPECT_EQ(Receipt::parse(json::compact(receipt_json())).error(), ReceiptFault::not_canonical);
  EXPECT_EQ(Receipt::parse(bytes + "x").error(), ReceiptFault::malformed);
  EXPECT_EQ(Receipt::parse("").error(), ReceiptFault::malformed);
}

TEST(Receipt, RefusesSignaturesOutOfOrderOrTwice) {
  json::Value value = receipt_json();
  auto& signatures = member(member(value, "rosters").items()[0], "signatures").items();
  signatures.push_back(signatures.front());
  EXPECT_EQ(fault_of(value), ReceiptFault::malformed);
}

TEST(Receipt, RefusesAProofWithSomethingExtra) {
  Receipt receipt = World().decision();
  receipt.logged.proof.extra = "x";
  EXPECT_EQ(Receipt::parse(receipt.bytes()).error(), ReceiptFault::malformed);
}

TEST(Receipt, RefusesAnErasureInAnErasureOrBesideAnything) {
  World world;
  const auto [performed, gone] = world.erased();
  Receipt nested = gone;
  nested.erasure[0] = gone;
  EXPECT_EQ(Receipt::parse(nested.bytes()).error(), ReceiptFault::malformed);
  Receipt beside = gone;
  beside.logged.statement = "a statement";
  EXPECT_EQ(Receipt::parse(beside.bytes()).error(), ReceiptFault::malformed);
}

TEST(Receipt, AnchorsTheBodyOfACheckpoint) {
  const std::string entry = anchor_leaf(World().checkpoint());
  EXPECT_EQ(entry.size(), 76u);
  EXPECT_TRUE(entry.starts_with("lp-anchor/1"));
}

TEST(ErasureDocument, ReadsWhatItWritesAndNothingElse) {
  ErasureDocument document{.origin = testing::log_origin,
                           .indices = {3, 5},
                           .salt = testing::salt_of('E'),
                           .request_id = std::nullopt,
                           .basis = "Art. 17 GDPR",
                           .operator_name = "mem_owner",
                           .complete_by = testing::start,
                           .exports = {crypto::sha256("export")}};
  const auto read = ErasureDocument::parse(document.bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bytes(), document.bytes());
  std::string descending = document.bytes();
  descending.replace(descending.find("[3,5]"), 5, "[5,3]");
  EXPECT_FALSE(ErasureDocument::parse(descending));
  EXPECT_FALSE(ErasureDocument::parse(document.bytes() + " "));
  EXPECT_FALSE(ErasureDocument::parse(""));
}

}  // namespace
}  // namespace lp::evidence
