#include "identity/api_key.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "base/testing.h"

namespace lp::identity {
namespace {

constexpr KeyRole roles[] = {KeyRole::agent, KeyRole::executor, KeyRole::auditor, KeyRole::admin};

TEST(ApiKey, HasTheDocumentedForm) {
  SeededEntropy entropy;
  for (const KeyRole role : roles) {
    const std::string key = new_api_key(role, entropy);
    const std::string prefix = "lp_" + std::string(to_string(role)) + "_";
    ASSERT_TRUE(key.starts_with(prefix)) << key;
    ASSERT_EQ(key.size(), prefix.size() + 10 + 1 + 52 + 1 + 8) << key;
    EXPECT_EQ(key[prefix.size() + 10], '_');
    EXPECT_EQ(key[prefix.size() + 63], '_');
    EXPECT_EQ(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos);
    EXPECT_TRUE(well_formed(key));
    EXPECT_EQ(api_key_role(key), role);
  }
}

TEST(ApiKey, OfTheFrozenFormatStaysValid) {
  // A key once handed out must stay valid: this text was made when the format was frozen.
  EXPECT_TRUE(well_formed(
      "lp_agent_0123456789_1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz_85e1e122"));
}

TEST(ApiKey, NeverRepeats) {
  SeededEntropy entropy;
  std::set<std::string> names;
  std::set<std::string> secrets;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = new_api_key(KeyRole::agent, entropy);
    names.insert(key.substr(9, 10));
    secrets.insert(key.substr(20, 52));
  }
  EXPECT_EQ(names.size(), 1000u);
  EXPECT_EQ(secrets.size(), 1000u);
}

TEST(ApiKey, RefusesEveryChangedCharacter) {
  SeededEntropy entropy;
  const std::string good = new_api_key(KeyRole::executor, entropy);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'0', 'z', '_', 'A', 'u', '\0'}) {
      std::string bad = good;
      if (bad[i] == c) continue;
      bad[i] = c;
      EXPECT_FALSE(well_formed(bad)) << bad;
    }
    EXPECT_FALSE(well_formed(good.substr(0, i)));
    EXPECT_FALSE(well_formed(good.substr(i + 1)));
  }
  EXPECT_FALSE(well_formed(good + "0"));
  EXPECT_FALSE(well_formed(" " + good));
}

TEST(ApiKey, RefusesForeignKeys) {
  for (const char* text :
       {"", "lp_", "lp_live_test", "lp_sk_123", "lp_agent", "lp_agent_", "lp_agent___",
        "lp_agent_0123456789_00000000_00000000", "sk-proj-0123456789"}) {
    EXPECT_FALSE(well_formed(text)) << text;
    EXPECT_FALSE(api_key_role(text)) << text;
  }
}

TEST(ApiKey, IsStoredAsTheHashOfItsText) {
  EXPECT_EQ(api_key_digest("lp_live_test").hex(),
            "3ae196dfc62045dcc2245bbcce6fc28a004d7c5d7ab00c5df1c8931e5983c6d9");
}

TEST(ApiKey, NamesItsRoles) {
  for (const KeyRole role : roles) EXPECT_EQ(key_role(to_string(role)), role);
  EXPECT_FALSE(key_role("owner"));
  EXPECT_FALSE(key_role(""));
}

TEST(ApiKey, AnswersAnyTextWithoutFailing) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    RC_ASSERT(!well_formed(text));
    RC_ASSERT(!well_formed("lp_agent_" + text));
  }));
}

}  // namespace
}  // namespace lp::identity
