#include "evidence/values.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

json::Value parsed(std::string text) {
  auto document = json::parse(std::move(text));
  EXPECT_TRUE(document.has_value());
  return document->root;
}

const std::string hex_a(64, 'a');
const std::string hex_b(64, 'b');

TEST(Level, IsOrderedAndNamed) {
  EXPECT_LT(Level::none, Level::low);
  EXPECT_LT(Level::high, Level::critical);
  for (int i = 0; i <= static_cast<int>(Level::critical); ++i) {
    const auto one = static_cast<Level>(i);
    EXPECT_EQ(level(to_string(one)), one);
  }
  EXPECT_FALSE(level("urgent"));
}

TEST(Verdict, IsNamed) {
  for (int i = 0; i <= static_cast<int>(Verdict::request_changes); ++i) {
    const auto one = static_cast<Verdict>(i);
    EXPECT_EQ(verdict(to_string(one)), one);
  }
  EXPECT_FALSE(verdict("approved"));
}

TEST(PayloadRef, ReadsBackWhatItWrites) {
  const Digest digest = crypto::sha256("x");
  const PayloadRef refs[] = {
      {.kind = "v1", .env_sha256 = digest, .commit = std::nullopt, .kid = std::nullopt},
      {.kind = "v1", .env_sha256 = digest, .commit = digest, .kid = std::nullopt},
      {.kind = "v2", .env_sha256 = digest, .commit = digest, .kid = "0011223344556677"},
      {.kind = "plain", .env_sha256 = std::nullopt, .commit = digest, .kid = std::nullopt},
      {.kind = "plain", .env_sha256 = std::nullopt, .commit = std::nullopt, .kid = std::nullopt},
  };
  for (const PayloadRef& ref : refs) EXPECT_EQ(PayloadRef::from_json(ref.to_json()), ref);
}

TEST(PayloadRef, RefusesInadmissibleCombinationsAndForms) {
  const std::string refused[] = {
      R"([])",
      R"({})",
      R"({"kind":"v1"})",
      R"({"kind":"v3","env_sha256":")" + hex_a + R"("})",
      R"({"kind":1,"env_sha256":")" + hex_a + R"("})",
      R"({"kind":"v1","env_sha256":")" + hex_a + R"(","kid":"0011223344556677"})",
      R"({"kind":"v2","env_sha256":")" + hex_a + R"("})",
      R"({"kind":"v2","env_sha256":")" + hex_a + R"(","kid":"0011"})",
      R"({"kind":"v2","env_sha256":")" + hex_a + R"(","kid":"001122334455667Z"})",
      R"({"kind":"v2","env_sha256":")" + hex_a + R"(","kid":null})",
      R"({"kind":"plain","env_sha256":")" + hex_a + R"("})",
      R"({"kind":"plain","kid":"0011223344556677"})",
      R"({"kind":"v1","env_sha256":")" + hex_a + R"(","more":1})",
      R"({"kind":"v1","env_sha256":")" + hex_a.substr(1) + R"("})",
      R"({"kind":"v1","env_sha256":")" + std::string(64, 'A') + R"("})",
      R"({"kind":"v1","env_sha256":")" + hex_a + R"(","commit":1})",
  };
  for (const std::string& text : refused) {
    EXPECT_FALSE(PayloadRef::from_json(parsed(text))) << text;
  }
}

TEST(PayloadRef, RefusesAMemberThatStandsTwice) {
  json::Value twice = json::Value::object();
  twice.add("kind", "v1").add("env_sha256", hex_a).add("env_sha256", hex_b);
  EXPECT_FALSE(PayloadRef::from_json(twice));
}

TEST(PlainValue, HoldsTextBooleansAndSmallIntegersOnly) {
  EXPECT_TRUE(is_plain(parsed(R"({"a":"x","b":[1,true,{"c":9007199254740991}],"d":{}})")));
  for (const char* text : {"null", "-1", "1.5", "1.0", "1e2", "9007199254740992", "[null]",
                           R"({"a":{"b":null}})", "18446744073709551616"}) {
    EXPECT_FALSE(is_plain(parsed(text))) << text;
  }
}

Descriptor example() {
  Descriptor descriptor;
  descriptor.salt = std::string(32, '\x01');
  descriptor.origin = "log.example/p/00112233445566778899aabbccddeeff";
  descriptor.service = "stripe";
  descriptor.action = "refund";
  descriptor.agent_id = "ak_1";
  descriptor.agent_owner = "mem_1";
  return descriptor;
}

TEST(Descriptor, IsCanonicalAndOmitsWhatDoesNotApply) {
  EXPECT_EQ(example().bytes(),
            R"({"action":"refund","agent_id":"ak_1","agent_owner":"mem_1","facts":{},)"
            R"("origin":"log.example/p/00112233445566778899aabbccddeeff",)"
            R"("salt":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","service":"stripe"})");
}

TEST(Descriptor, HoldsEveryOptionalMember) {
  Descriptor descriptor = example();
  descriptor.client_nonce = "n1";
  descriptor.facts.add("amount", 5);
  descriptor.schema_sha256 = Digest::from_hex(hex_a);
  descriptor.environment = "prod";
  const json::Value value = parsed(descriptor.bytes());
  EXPECT_EQ(value.find_string("client_nonce"), "n1");
  EXPECT_EQ(value.find_string("schema_sha256"), hex_a);
  EXPECT_EQ(value.find_string("environment"), "prod");
  EXPECT_EQ(value.find("facts")->find_integer("amount"), 5);
  EXPECT_EQ(descriptor.sha256(), crypto::sha256(descriptor.bytes()));
  EXPECT_NE(descriptor.sha256(), example().sha256());
}

TEST(DescriptorDeathTest, NeedsAFullSaltAndAnObjectOfFacts) {
  Descriptor short_salt = example();
  short_salt.salt.pop_back();
  EXPECT_DEATH((void)short_salt.bytes(), "salt");
  Descriptor no_object = example();
  no_object.facts = json::Value::array();
  EXPECT_DEATH((void)no_object.bytes(), "facts");
}

}  // namespace
}  // namespace lp::evidence
