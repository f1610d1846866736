#include "seal/wrapped_key.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/text.h"
#include "json/write.h"

namespace lp::seal {
namespace {

json::Value good() {
  auto value = json::Value::object();
  value.add("ct", base64(std::string(48, 'c')))
      .add("epk", base64(std::string(91, 'e')))
      .add("epoch", 3)
      .add("from", std::string(64, 'a'))
      .add("iv", base64(std::string(12, 'i')))
      .add("kid", "31e9e43f19195b15")
      .add("origin", "lp.example/p/00112233445566778899aabbccddeeff")
      .add("roster_sha256", std::string(64, 'd'))
      .add("to", std::string(64, 'b'));
  return value;
}

json::Value with(std::string_view name, const json::Value& changed) {
  json::Value value = good();
  for (auto& [key, member] : value.members()) {
    if (key == name) member = changed;
  }
  return value;
}

TEST(WrappedKey, IsReadFromItsCanonicalText) {
  const auto key = WrappedKey::parse(json::canonical(good()));
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->kid, "31e9e43f19195b15");
  EXPECT_EQ(key->epoch, 3U);
  EXPECT_EQ(key->from, std::string(64, 'a'));
  EXPECT_EQ(key->to, std::string(64, 'b'));
  EXPECT_EQ(key->ct, std::string(48, 'c'));
}

TEST(WrappedKey, IsNothingElse) {
  EXPECT_FALSE(WrappedKey::parse(""));
  EXPECT_FALSE(WrappedKey::parse("[]"));
  EXPECT_FALSE(WrappedKey::parse(json::canonical(good()) + " "));
  auto more = good();
  more.add("note", "x");
  EXPECT_FALSE(WrappedKey::parse(json::canonical(more)));
  const std::vector<json::Value> wrong{with("ct", base64(std::string(47, 'c'))),
                                       with("epk", ""),
                                       with("epoch", 0),
                                       with("epoch", "3"),
                                       with("from", std::string(64, 'A')),
                                       with("iv", base64(std::string(13, 'i'))),
                                       with("kid", "31E9E43F19195B15"),
                                       with("kid", "31e9"),
                                       with("origin", ""),
                                       with("roster_sha256", "d"),
                                       with("to", 1),
                                       with("ct", "not base64")};
  for (const auto& value : wrong) {
    EXPECT_FALSE(WrappedKey::parse(json::canonical(value))) << json::canonical(value);
  }
}

TEST(WrappedKey, IsSignedUnderTagsOfItsOwn) {
  EXPECT_EQ(wrap_signing_bytes("{}"), std::string("lp-wrap/1\0{}", 12));
  EXPECT_EQ(wrap_key_signing_bytes("d", "\x01"),
            std::string("lp-wrap-key/1\0", 14) + R"({"device":"d","spki":"AQ=="})");
}

}  // namespace
}  // namespace lp::seal
