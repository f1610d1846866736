// The worked example of spec/receipt-format.md, made again of those in log-format.md and compared:
// the two documents cannot drift from the code, nor from each other.

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/leaf.h"
#include "evidence/receipt.h"
#include "evidence/spec_examples.h"
#include "evidence/verify_receipt.h"
#include "json/parse.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

using Examples = std::map<std::string, std::string>;

std::string one_line(const Examples& examples, const std::string& name) {
  const auto found = examples.find(name);
  EXPECT_NE(found, examples.end()) << name;
  return found == examples.end() ? "" : found->second.substr(0, found->second.size() - 1);
}

Receipt built_of(const Examples& log) {
  Receipt receipt;
  receipt.logged.statement = one_line(log, "statement");
  receipt.logged.leaf = one_line(log, "leaf");
  const auto leaf = read_leaf(receipt.logged.leaf);
  receipt.logged.issuer = IssuerSignature{*leaf->issuer_spki, *leaf->der_signature};
  receipt.logged.proof = {.extra = std::nullopt,
                          .index = 0,
                          .path = {tlog::leaf_hash(one_line(log, "unsigned-leaf"))},
                          .checkpoint = log.at("checkpoint")};
  receipt.descriptor = json::parse(one_line(log, "descriptor"))->root;
  const auto head = RosterHead::parse(one_line(log, "roster-head"));
  receipt.rosters = {{*head, {{head->owners[0], *from_base64(one_line(log, "roster-signature"))}}}};
  return receipt;
}

TEST(ReceiptFormat, ShowsAReceiptThatIsValid) {
  const Examples log = spec_examples(LP_SOURCE_DIR "/spec/log-format.md"),
                 page = spec_examples(LP_SOURCE_DIR "/spec/receipt-format.md");
  const Receipt receipt = built_of(log);
  EXPECT_EQ(one_line(page, "receipt"), receipt.bytes());
  EXPECT_EQ(page.at("proof"), receipt.logged.proof.to_string());
  const auto trust = Trust::parse(one_line(page, "trust"));
  ASSERT_TRUE(trust) << trust.error();
  const ReceiptReport report = verify_receipt(one_line(page, "receipt"), {*trust}, {});
  EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  EXPECT_EQ(report.human, HumanClass::none);
  EXPECT_EQ(report.log, LogLevel::logged);
}

// Every check, verdict and demand stands on the page.
TEST(ReceiptFormat, NamesEveryCheck) {
  std::ifstream file(LP_SOURCE_DIR "/spec/receipt-format.md");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (int i = 0; i <= static_cast<int>(Check::requirement); ++i) {
    const std::string name = "`" + std::string(to_string(static_cast<Check>(i))) + "`";
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace lp::evidence
