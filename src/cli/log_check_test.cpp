#include "cli/log_check.h"

#include <gtest/gtest.h>

#include "core/testing.h"
#include "json/parse.h"

namespace lp::cli {
namespace {

// A log with an approval and a rejection in it, as a third party fetches it.
struct Fetched {
  core::House house;
  std::vector<LeafText> leaves;
  evidence::RosterDocument roster;
  std::string note, issuer_spki;
  tlog::VerifierKey vkey;

  Fetched() {
    for (const auto verdict : {evidence::Verdict::approve, evidence::Verdict::reject}) {
      const auto done = house.decide(house.consider(house.asked(), verdict));
      EXPECT_TRUE(done.has_value());
    }
    const auto& project = *house.engine->directory()->project(house.project);
    note = *project.live->checkpoint.load();
    vkey = *tlog::VerifierKey::parse(project.log_vkey);
    issuer_spki = project.issuer_spki;
    for (const auto& leaf : *house.engine->reader().leaves(house.project, 0, 100)) {
      leaves.push_back({leaf.index, leaf.statement, leaf.leaf, leaf.evidence});
    }
    const auto stored = house.engine->reader().roster(house.project, 1);
    roster = {(*stored)->head, (*stored)->entries, (*stored)->signatures};
  }

  [[nodiscard]] std::string origin() const {
    return house.engine->directory()->project(house.project)->row.origin;
  }
  // What a check of all of it says, or nothing.
  [[nodiscard]] std::optional<std::string> check(std::optional<Digest> genesis = {}) const {
    LogCheck check(origin(), issuer_spki, false, genesis);
    if (auto wrong = check.roster(roster)) return wrong;
    for (const auto& leaf : leaves) {
      if (auto wrong = check.leaf(leaf)) return wrong;
    }
    return check.head(note, vkey);
  }
};

TEST(LogCheck, AcceptsAWholeLog) {
  const Fetched log;
  EXPECT_EQ(log.check(), std::nullopt);
}

TEST(LogCheck, RefusesEveryLeafThatIsMissingSwappedOrRepeated) {
  for (std::size_t i = 0; i < 4; ++i) {
    Fetched log;
    log.leaves.erase(log.leaves.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(log.check(), std::nullopt) << i;
  }
  Fetched swapped;
  std::swap(swapped.leaves[2].statement, swapped.leaves[3].statement);
  EXPECT_NE(swapped.check(), std::nullopt);
  Fetched truncated;
  truncated.leaves.pop_back();
  EXPECT_NE(truncated.check(), std::nullopt);
}

TEST(LogCheck, RefusesAFlippedBitInAnyStatementLeafOrSignature) {
  const Fetched log;
  for (std::size_t i = 0; i < log.leaves.size(); ++i) {
    for (auto member : {&LeafText::statement, &LeafText::leaf}) {
      Fetched changed = Fetched();
      std::string& bytes = changed.leaves[i].*member;
      bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
      EXPECT_NE(changed.check(), std::nullopt) << i;
    }
    if (i == 1) break;  // each house is a whole installation; two leaves show the point
  }
  Fetched unsigned_review;
  for (auto& leaf : unsigned_review.leaves) {
    if (leaf.evidence.find("device_key") != std::string::npos) leaf.evidence = "[]";
  }
  EXPECT_NE(unsigned_review.check(), std::nullopt);
}

TEST(LogCheck, RefusesAnotherKeyRosterOrCheckpoint) {
  Fetched log;
  EXPECT_NE(log.check(Digest{}), std::nullopt);
  Fetched stranger;
  stranger.vkey = tlog::VerifierKey::make(
      stranger.origin(), crypto::Ed25519Key::from_seed(std::string(32, 's')).public_key());
  EXPECT_NE(stranger.check(), std::nullopt);
  Fetched other_issuer;
  other_issuer.issuer_spki = crypto::P256Key::generate().spki();
  EXPECT_NE(other_issuer.check(), std::nullopt);
  Fetched other_owner;
  other_owner.roster.signatures = "[]";
  EXPECT_NE(other_owner.check(), std::nullopt);
}

}  // namespace
}  // namespace lp::cli
