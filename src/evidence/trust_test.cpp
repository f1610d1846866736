#include "evidence/trust.h"

#include <gtest/gtest.h>

#include "evidence/receipt_testing.h"

namespace lp::evidence {
namespace {

using testing::World;

std::string error_of(const json::Value& value) {
  const auto trust = Trust::parse(json::canonical(value));
  return trust ? "" : trust.error();
}

TEST(Trust, ReadsTheLeastThatAFileMustSay) {
  const World world;
  const auto trust = Trust::parse(json::canonical(world.trust()));
  ASSERT_TRUE(trust) << trust.error();
  EXPECT_EQ(trust->origin, testing::log_origin);
  EXPECT_EQ(trust->roster_genesis, world.head().sha256());
  EXPECT_EQ(trust->min_human, HumanClass::device);
  EXPECT_EQ(trust->min_log, LogLevel::logged);
}

TEST(Trust, RefusesAMistypedDemand) {
  json::Value value = World().trust();
  value.add("minimum", json::Value::object());
  EXPECT_EQ(error_of(value), "it has a member that is not known: minimum");
  value = World().trust();
  value.add("min", json::Value::object().add("humans", "passkey"));
  EXPECT_EQ(error_of(value), "the member min is missing or not of its form");
  value = World().trust();
  value.add("min", json::Value::object().add("human", "none"));
  EXPECT_NE(error_of(value), "");
}

TEST(Trust, ReadsEachDemand) {
  json::Value value = World().trust();
  value.add("min", json::Value::object().add("human", "passkey").add("log", "time-stamped"));
  const auto trust = Trust::parse(json::canonical(value));
  ASSERT_TRUE(trust);
  EXPECT_EQ(trust->min_human, HumanClass::passkey);
  EXPECT_EQ(trust->min_log, LogLevel::time_stamped);
}

TEST(Trust, NamesWhatIsMissing) {
  for (const char* name : {"origin", "roster_genesis_sha256", "log_vkeys"}) {
    json::Value value = World().trust();
    std::erase_if(value.members(), [name](const auto& one) { return one.first == name; });
    EXPECT_NE(error_of(value).find("missing"), std::string::npos) << name;
  }
  EXPECT_EQ(Trust::parse("[]").error(), "it is not a JSON object");
}

TEST(Trust, RefusesOtherFormsOfItsMembers) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"roster_sha256", R"(["00"])"},
      {"issuer", "[]"},
      {"issuer", R"([{"from":0,"spki":"AAAA","to":0}])"},
      {"root", R"({"origin":"a/root"})"},
      {"witness_policy", R"({"quorum":1,"witnesses":[]})"},
      {"rp", R"([{"rpId":"a"}])"},
      {"rp", R"([{"origins":[],"rpId":"a"}])"},
      {"tsa_roots", R"(["a file name"])"},
      {"project", "1"},
      {"single_operator", "1"},
  };
  for (const auto& [name, text] : wrong) {
    json::Value value = World().trust();
    value.add(name, json::parse(text)->root);
    EXPECT_EQ(error_of(value), "the member " + std::string(name) + " is missing or not of its form")
        << text;
  }
}

TEST(Trust, HasEachKeyOfTheLogSignTheSizesThatItSays) {
  const json::Value bare = World().trust();
  const std::string vkey = bare.find("log_vkeys")->items().front().as_string();
  const auto with = [&](const std::string& log) {
    json::Value value = bare;
    value.add("log", json::parse(log)->root);
    return value;
  };
  const auto trust =
      Trust::parse(json::canonical(with(R"([{"from":2,"to":5,"vkey":")" + vkey + R"("}])")));
  ASSERT_TRUE(trust) << trust.error();
  EXPECT_FALSE(may_sign(*trust, vkey, 1));
  EXPECT_TRUE(may_sign(*trust, vkey, 2));
  EXPECT_FALSE(may_sign(*trust, vkey, 5));
  EXPECT_FALSE(may_sign(*trust, "another", 2));
  EXPECT_TRUE(may_sign(*Trust::parse(json::canonical(bare)), vkey, 5));
  for (const std::string& wrong :
       {std::string("[]"), std::string(R"([{"from":0,"vkey":"another"}])"),
        R"([{"from":0,"vkey":")" + vkey + R"("},{"from":9,"vkey":"another"}])",
        R"([{"from":3,"to":3,"vkey":")" + vkey + R"("}])", R"([{"vkey":")" + vkey + R"("}])"}) {
    EXPECT_EQ(error_of(with(wrong)), "the member log is missing or not of its form") << wrong;
  }
}

TEST(Trust, RefusesAKeyOfAnotherLogAndAWitnessAsALog) {
  for (const auto& vkey :
       {tlog::VerifierKey::make("another/p/00", testing::ed25519(9).public_key()).to_string(),
        tlog::CosignerKey::make(testing::log_origin, testing::ed25519(9).public_key())
            .to_string()}) {
    json::Value value = World().trust();
    for (auto& [name, member] : value.members()) {
      if (name == "log_vkeys") member = json::Value::array({json::Value(vkey)});
    }
    EXPECT_NE(error_of(value), "") << vkey;
  }
}

json::Value elsewhere() {
  json::Value value = World().trust();
  const std::string origin = "log.example/p/2";
  for (auto& [name, member] : value.members()) {
    if (name == "origin") member = origin;
    if (name == "log_vkeys") {
      const auto key = tlog::VerifierKey::make(origin, testing::ed25519(9).public_key());
      member = json::Value::array({json::Value(key.to_string())});
    }
  }
  return value;
}

TEST(Trust, NamesTheLogsInWhosePlaceItsOwnOpened) {
  json::Value before = World().trust(), value = elsewhere();
  before.add("closed_at", 7);
  value.add("predecessors", json::Value::array({before}));
  const auto trust = Trust::parse(json::canonical(value));
  ASSERT_TRUE(trust) << trust.error();
  const std::vector<Trust> files{*trust};
  EXPECT_EQ(trust_of(files, "log.example/p/2"), &files[0]);
  ASSERT_NE(trust_of(files, testing::log_origin), nullptr);
  EXPECT_EQ(trust_of(files, testing::log_origin)->closed_at, 7U);
  EXPECT_EQ(trust_of(files, "log.example/p/3"), nullptr);
}

TEST(Trust, NamesEachLogOnceAndInOneList) {
  for (const auto& before :
       {json::Value::array({elsewhere()}), json::Value::array(), json::Value(1),
        json::Value::array({World().trust(), World().trust()}), json::Value::array({1}),
        json::Value::array({World().trust().add("predecessors", json::Value::array())})}) {
    json::Value value = elsewhere();
    value.add("predecessors", before);
    EXPECT_NE(error_of(value), "") << json::canonical(before);
  }
  json::Value ended = elsewhere();
  ended.add("closed_at", -1);
  EXPECT_NE(error_of(ended), "");
}

}  // namespace
}  // namespace lp::evidence
