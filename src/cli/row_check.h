// Checks that the database's own columns say what the log says: what LogCheck, which sees the log
// as a third party does, cannot see (evidence.md 12; security.md R-LOG-02).
//
// Covers every row whose content the log or the row key settles: leaves, upper hashes, log heads,
// rosters, requests, revisions, states, reviews, and the directory. Sessions, links, proposals,
// outbox, idempotency keys, snapshots and checkpoints of agents are not evidence and not covered.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cli/log_check.h"
#include "core/keys.h"
#include "store/store.h"

namespace lp::cli {

class RowCheck {
 public:
  // References live as long as the check. The reader is pinned.
  RowCheck(store::Reader& reader, const core::Keys& keys, store::Project project);

  // Each says which row is wrong, or nothing. Directory first, then rosters and leaves in order,
  // each after LogCheck took it, then the rest.
  std::optional<std::string> directory();
  std::optional<std::string> roster(const store::Roster& row, const evidence::RosterHead& head);
  std::optional<std::string> leaf(const store::Leaf& row, const evidence::Statement& statement);
  std::optional<std::string> erased_leaf(const store::Leaf& row);
  // After the last leaf: the row of an erasure whose event a copy of the data has lost.
  std::optional<std::string> lost_erasure(const store::Erasure& row);
  std::optional<std::string> rest(const LogCheck& log, const store::LogHead& head);

 private:
  std::optional<std::string> review(const store::Leaf& row, const evidence::Statement& statement);
  std::optional<std::string> roster_change(const store::Leaf& row,
                                           const evidence::Statement& statement) const;
  std::optional<std::string> request(const std::string& id, const LogCheck::Stream& stream);
  std::optional<std::string> handoff(const std::string& id, const LogCheck::Stream& stream);
  std::optional<std::string> erasure(const store::Leaf& row, const evidence::Statement& statement);
  [[nodiscard]] std::optional<std::string> erased_rows_are_of(
      std::string_view request, const std::vector<std::uint64_t>& indices) const;
  std::optional<std::string> person_erasure(const store::Leaf& row,
                                            const evidence::Statement& statement,
                                            const std::string& subject);
  std::optional<std::string> hold(const store::Leaf& row, const evidence::Statement& statement);
  std::optional<std::string> holds();
  std::optional<std::string> permit(const store::Permit& row, const store::RequestState& state,
                                    const LogCheck::Stream& stream) const;
  std::optional<std::string> epoch(const store::Leaf& row);
  std::optional<std::string> epochs();
  std::optional<std::string> counts();
  [[nodiscard]] bool is_last(Instant time) const;
  std::optional<std::string> upper_hashes(const Digest& leaf_hash);

  store::Reader& reader_;
  const core::Keys& keys_;
  const store::Project project_;
  tlog::CompactRange range_;
  store::RowCounts expected_{};
  Instant last_time_;                                 // of a statement that is there
  bool ends_erased_ = false;                          // the statements behind that one are gone
  std::map<Digest, store::Roster> rosters_;           // by hash; without their entries
  std::map<std::uint64_t, std::string> erased_rows_;  // the request that each says was erased
  std::map<std::string, store::LegalHold> holds_;     // that stand, as the log says
  std::map<std::pair<std::string, std::string>, std::uint64_t> epochs_;  // by kind and subject
};

}  // namespace lp::cli
