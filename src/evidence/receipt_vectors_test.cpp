// The cases that the verifiers in all languages share: sdk/vectors/README.md says how they are
// written down.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "evidence/verify_receipt.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

json::Value read_vectors() {
  std::ifstream file(LP_VECTORS_DIR "/receipts.json");
  std::ostringstream text;
  text << file.rdbuf();
  auto document = json::parse(text.str(), {.depth_max = 64, .members_max = 10'000'000});
  return document ? document->root : json::Value::object();
}

std::string bytes_of(const json::Value& one, const json::Value& bases) {
  if (const auto file = one.find_string("file")) return from_base64(*file).value_or("");
  std::string bytes = from_base64(*bases.find_string(*one.find_string("base"))).value_or("");
  const json::Array& edits = one.find("edits")->items();
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    const auto at = static_cast<std::size_t>(*edit->items()[0].as_integer());
    const auto count = static_cast<std::size_t>(*edit->items()[1].as_integer());
    bytes.replace(at, count, from_base64(edit->items()[2].as_string()).value_or(""));
  }
  return bytes;
}

std::vector<Trust> trusts_of(const json::Value& one, const json::Value& all) {
  std::vector<Trust> trusts;
  for (const json::Value& name : one.find("trust")->items()) {
    auto trust = Trust::parse(json::canonical(*all.find(name.as_string())));
    EXPECT_TRUE(trust) << name.as_string() << ": " << (trust ? "" : trust.error());
    if (trust) trusts.push_back(*std::move(trust));
  }
  return trusts;
}

Demands demands_of(const json::Value& one) {
  Demands demands{.allow_test = one.find("allow_test") != nullptr};
  if (const json::Value* const require = one.find("require")) {
    if (const auto name = require->find_string("human")) demands.human = *human_demand(*name);
    if (const auto name = require->find_string("log")) demands.log = *log_demand(*name);
  }
  return demands;
}

std::string told(std::string_view verdict, std::string_view check, std::string_view human,
                 std::string_view log) {
  std::string text(verdict);
  for (const std::string_view part : {check, human, log}) text += " " + std::string(part);
  return text;
}

TEST(ReceiptVectors, AreJudgedAsInEveryOtherLanguage) {
  const json::Value vectors = read_vectors();
  ASSERT_NE(vectors.find("cases"), nullptr);
  const json::Array& cases = vectors.find("cases")->items();
  EXPECT_GE(cases.size(), 500u);
  for (const json::Value& one : cases) {
    const std::string bytes = bytes_of(one, *vectors.find("bases"));
    const ReceiptReport report = verify_receipt(
        without_line_feed(bytes), trusts_of(one, *vectors.find("trust")), demands_of(one));
    const json::Value& expected = *one.find("expect");
    const json::Value said = report.to_json();
    EXPECT_EQ(told(to_string(report.verdict), said.find_string("check").value_or("-"),
                   to_string(report.human), to_string(report.log)),
              told(*expected.find_string("verdict"), expected.find_string("check").value_or("-"),
                   *expected.find_string("human"), *expected.find_string("log")))
        << *one.find_string("name") << ": " << *one.find_string("why") << "\n"
        << report.why;
    if (const json::Value* marks = one.find("marks")) {
      ASSERT_NE(said.find("marks"), nullptr) << *one.find_string("name");
      EXPECT_EQ(said.find("marks")->items(), marks->items()) << *one.find_string("name");
    }
    if (const json::Value* cosigned = one.find("keys_cosigned")) {
      ASSERT_TRUE(report.cosigned.has_value()) << *one.find_string("name");
      EXPECT_EQ(*said.find("keys_cosigned"), *cosigned) << *one.find_string("name");
    }
    const bool erased = std::ranges::find(report.checks, Outcome::erased, &CheckResult::outcome) !=
                        report.checks.end();
    EXPECT_EQ(erased, one.find_string("human_check") == "erased") << *one.find_string("name");
  }
}

// Not only what the cases thought of: any byte of what says which batch, and where in it.
TEST(ReceiptVectors, OfABatchHoldWithEveryByteOfItAlone) {
  const json::Value vectors = read_vectors();
  const auto base = vectors.find("bases")->find_string("batch");
  ASSERT_TRUE(base.has_value());
  const std::string receipt = from_base64(*base).value_or("");
  auto trust = Trust::parse(json::canonical(*vectors.find("trust")->find("full")));
  ASSERT_TRUE(trust.has_value());
  const std::vector<Trust> trusts = {*std::move(trust)};
  ASSERT_EQ(verify_receipt(receipt, trusts, {}).verdict, Finding::valid);
  const std::size_t begin = receipt.find("\"batch\":{"), end = receipt.find('}', begin);
  ASSERT_LT(begin, end);
  ASSERT_NE(end, std::string::npos);
  for (std::size_t at = begin; at <= end; ++at) {
    std::string changed = receipt;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(verify_receipt(changed, trusts, {}).verdict, Finding::valid) << at;
  }
}

}  // namespace
}  // namespace lp::evidence
