#include "cli/log_check.h"

#include <gtest/gtest.h>

#include "core/rosters_testing.h"
#include "evidence/erasure.h"
#include "evidence/leaf.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

// A log with an approval and a rejection in it, as a third party fetches it.
struct Fetched {
  core::House house;
  std::vector<LeafText> leaves;
  evidence::RosterDocument roster;
  std::string note;
  std::vector<evidence::IssuerRange> issuers;
  tlog::VerifierKey vkey;

  Fetched() {
    for (const auto verdict : {evidence::Verdict::approve, evidence::Verdict::reject}) {
      const auto done = house.decide(house.consider(house.asked(), verdict));
      EXPECT_TRUE(done.has_value());
    }
    const auto& project = *house.engine->directory()->project(house.project);
    note = *project.live->checkpoint.load();
    vkey = *tlog::VerifierKey::parse(project.log_vkey);
    issuers = project.issuers();
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
    LogCheck check(origin(), issuers, false, genesis);
    if (auto wrong = check.roster(roster)) return wrong;
    for (const auto& leaf : leaves) {
      if (auto wrong = check.leaf(leaf)) return wrong;
    }
    return check.head(note, {{.vkey = vkey.to_string(), .from = 0, .to = {}}});
  }
};

TEST(LogCheck, AcceptsAWholeLog) {
  const Fetched log;
  EXPECT_EQ(log.check(), std::nullopt);
}

// A copy of the data from before an erasure, whose event it has never seen.
TEST(LogCheck, AcceptsALostStatementOnceAnOwnersErasureNamesItAndNothingElse) {
  const Fetched log;
  const std::uint64_t gone = log.leaves.size() - 1, later = log.leaves.size() + 3;
  const auto said = [&](const crypto::P256Key& owner, const std::string& origin,
                        std::vector<std::uint64_t> indices) -> std::optional<std::string> {
    LogCheck check(log.origin(), log.issuers, false, {});
    EXPECT_EQ(check.roster(log.roster), std::nullopt);
    for (LeafText leaf : log.leaves) {
      if (leaf.index == gone) leaf.statement = leaf.evidence = "";
      EXPECT_EQ(check.leaf(leaf), std::nullopt);
    }
    EXPECT_NE(check.all_told(), std::nullopt);
    const evidence::ErasureDocument document{.origin = origin,
                                             .indices = std::move(indices),
                                             .salt = std::string(32, 's'),
                                             .request_id = "req_x",
                                             .subject = {},
                                             .basis = "Art. 17 GDPR",
                                             .operator_name = "operator",
                                             .complete_by = {},
                                             .exports = {}};
    const std::string bytes = document.bytes();
    const evidence::ErasureRecord record{
        .document = bytes,
        .owners = {{owner.spki(), owner.sign(evidence::erasure_signing_bytes(bytes))}}};
    auto entries = json::Value::array();
    entries.items().push_back(record.evidence_entry(std::string(32, 's')));
    if (auto wrong = check.lost_erasure(json::canonical(entries))) return wrong;
    return check.all_told();
  };
  EXPECT_EQ(said(log.house.approver, log.origin(), {gone}), std::nullopt);
  EXPECT_EQ(said(log.house.approver, log.origin(), {gone, later}), std::nullopt);
  EXPECT_NE(said(log.house.approver, log.origin(), {gone - 1, gone}), std::nullopt);
  EXPECT_NE(said(log.house.approver, log.origin(), {later}), std::nullopt);
  EXPECT_NE(said(log.house.approver, "letsping.example/0", {gone}), std::nullopt);
  EXPECT_NE(said(crypto::P256Key::generate(), log.origin(), {gone}), std::nullopt);
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

// A log whose issuer key was rotated, and what is said of it with one leaf signed by another key.
struct Rotated {
  core::Rosters house;
  std::uint64_t from = 0;

  Rotated() {
    evidence::RosterWish wish;
    wish.act = evidence::RosterAct::rotate_issuer;
    wish.project = house.project;
    const auto proposal = house.engine->run(core::ProposeRoster{.wish = wish})->proposal;
    from = house.size() + 4;
    auto change = house.next_but(house.entries(), [&](evidence::RosterHead& head) {
      EXPECT_TRUE(core::hand_over(head.issuer, proposal.wish.spki, from));
    });
    change.names.clear();
    change.proposal = proposal.id;
    EXPECT_TRUE(house.engine->run(std::move(change)).has_value());
    while (house.size() < from + 3) house.asked();
  }
  std::optional<std::string> check(std::vector<evidence::IssuerRange> pinned,
                                   std::optional<std::uint64_t> forged = {}) {
    LogCheck check(house.view().row.origin, std::move(pinned), false, std::nullopt);
    for (const std::uint64_t version : {1U, 2U}) {
      const auto stored = house.engine->reader().roster(house.project, version);
      if (auto wrong = check.roster({(*stored)->head, (*stored)->entries, (*stored)->signatures})) {
        return wrong;
      }
    }
    for (const auto& row : *house.engine->reader().leaves(house.project, 0, 100)) {
      LeafText text{row.index, row.statement, row.leaf, row.evidence};
      if (row.index == forged) text.leaf = with_the_other_key(row);
      if (auto wrong = check.leaf(text)) return wrong;
    }
    return check.head(*house.view().live->checkpoint.load(), house.view().log_keys());
  }
  std::string with_the_other_key(const store::Leaf& row) {
    const auto& ranges = house.view().roster->issuer;
    const std::string& spki = row.index < from ? ranges[1].spki : ranges[0].spki;
    const auto key = house.keys->issuer_key(house.view().row.origin, spki);
    return evidence::signed_leaf(crypto::sha256(row.statement), key->sign(row.statement), spki);
  }
};

TEST(LogCheck, NamesALeafOutsideTheRangeOfItsKey) {
  Rotated log;
  const auto now = log.house.view().issuers();
  const std::vector<evidence::IssuerRange> before{{now[0].spki, 0, std::nullopt}};
  for (const auto& pinned : {now, before}) {
    EXPECT_EQ(log.check(pinned), std::nullopt);
    for (const std::uint64_t index : {log.from - 1, log.from, log.from + 1}) {
      const auto wrong = log.check(pinned, index);
      ASSERT_TRUE(wrong.has_value()) << index;
      EXPECT_NE(wrong->find("issuer key"), std::string::npos) << *wrong;
    }
  }
  EXPECT_NE(log.check({{now[1].spki, 0, std::nullopt}}), std::nullopt);
}

TEST(LogCheck, JudgesTheCheckpointByTheSizesOfItsKey) {
  Fetched log;
  const std::string own = log.vkey.to_string();
  const auto says = [&log](const evidence::LogKeyRanges& keys) {
    LogCheck check(log.origin(), log.issuers, false, std::nullopt);
    EXPECT_EQ(check.roster(log.roster), std::nullopt);
    for (const auto& leaf : log.leaves) EXPECT_EQ(check.leaf(leaf), std::nullopt);
    return check.head(log.note, keys).value_or("");
  };
  const std::uint64_t size = log.leaves.size();
  EXPECT_EQ(says({{own, 0, std::nullopt}}), "");
  EXPECT_EQ(says({{own, 0, size + 1}}), "");
  for (const evidence::LogKeyRanges& wrong :
       {evidence::LogKeyRanges{{own, 0, size}}, evidence::LogKeyRanges{{own, size + 1, {}}}}) {
    EXPECT_NE(says(wrong).find("does not sign trees of its size"), std::string::npos);
  }
  EXPECT_EQ(says({}), "the checkpoint does not verify");
}

TEST(LogCheck, RefusesAnotherKeyRosterOrCheckpoint) {
  Fetched log;
  EXPECT_NE(log.check(Digest{}), std::nullopt);
  Fetched stranger;
  stranger.vkey = tlog::VerifierKey::make(
      stranger.origin(), crypto::Ed25519Key::from_seed(std::string(32, 's')).public_key());
  EXPECT_NE(stranger.check(), std::nullopt);
  Fetched other_issuer;
  other_issuer.issuers[0].spki = crypto::P256Key::generate().spki();
  EXPECT_NE(other_issuer.check(), std::nullopt);
  Fetched other_owner;
  other_owner.roster.signatures = "[]";
  EXPECT_NE(other_owner.check(), std::nullopt);
}

}  // namespace
}  // namespace lp::cli
