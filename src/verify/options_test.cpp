#include "verify/options.h"

#include <gtest/gtest.h>

namespace lp::verify {
namespace {

TEST(Options, ReadsFilesAndTrust) {
  const auto options =
      read_options({"a.json", "--trust", "one", "--trust=two", "-", "--json", "--allow-test"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->files, (std::vector<std::string>{"a.json", "-"}));
  EXPECT_EQ(options->trust_files, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(options->json);
  EXPECT_TRUE(options->demands.allow_test);
}

TEST(Options, ReadsDemands) {
  const auto options = read_options({"a", "--require", "human=passkey,log=witnessed"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->demands.human, evidence::HumanClass::passkey);
  EXPECT_EQ(options->demands.log, evidence::LogLevel::witnessed);
}

TEST(Options, TakesFilesForBundlesWhenToldSo) {
  EXPECT_TRUE(read_options({"a.tar", "--bundle", "--trust=t"})->bundle);
  EXPECT_FALSE(read_options({"a.jsonl", "--trust=t"})->bundle);
}

TEST(Options, RefusesWhatItDoesNotKnow) {
  for (const auto& words :
       std::vector<std::vector<std::string_view>>{{},
                                                  {"--trust"},
                                                  {"--trust", "a"},
                                                  {"a", "--require", "human"},
                                                  {"a", "--require", "human=none"},
                                                  {"a", "--require", "human=passkeys"},
                                                  {"a", "--require", "log=passkey"},
                                                  {"a", "--tust", "b"},
                                                  {"a", "--json=yes"}}) {
    EXPECT_FALSE(read_options(words)) << (words.empty() ? "" : words.back());
  }
}

TEST(Options, TakesFilesWithDashesBehindTwoOfThem) {
  const auto options = read_options({"--", "--json"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->files, std::vector<std::string>{"--json"});
  EXPECT_FALSE(options->json);
}

}  // namespace
}  // namespace lp::verify
