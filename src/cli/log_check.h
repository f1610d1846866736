// Checks a whole log from its first leaf to its signed head, as a third party would (evidence.md 9,
// 12): every statement, leaf, issuer signature, human signature and chain, the tree, the
// checkpoint.
//
// Pure: the caller fetches. What the keys are worth is the caller's to know: taken from the server
// under test they prove consistency, not independence.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/cosignature.h"
#include "evidence/log_keys.h"
#include "evidence/roster_document.h"
#include "evidence/statement.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::cli {

struct LeafText {
  std::uint64_t index = 0;
  std::string statement, leaf, evidence;  // statement: "" when it was erased
};

class LogCheck {
 public:
  // `issuers` are the keys that are trusted, as a trust file has them; `genesis` pins the first
  // roster when it is given.
  LogCheck(std::string origin, std::vector<evidence::IssuerRange> issuers, bool allow_test,
           std::optional<Digest> genesis);

  // Each says what is wrong, or nothing. Rosters first, then leaves in order, then the head.
  std::optional<std::string> roster(const evidence::RosterDocument& document);
  std::optional<std::string> leaf(const LeafText& text);
  // `keys`: what is trusted of the log's own, with the sizes that each signs.
  std::optional<std::string> head(std::string_view note, const evidence::LogKeyRanges& keys);
  // After the last leaf, of an erasure that came later, in what a copy of the data has lost.
  std::optional<std::string> lost_erasure(std::string_view entries);
  // After those: every statement that is gone was erased by owners.
  [[nodiscard]] std::optional<std::string> all_told() const;

  [[nodiscard]] std::uint64_t size() const { return range_.size(); }
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }
  [[nodiscard]] std::uint64_t erased() const { return erased_; }
  [[nodiscard]] std::uint64_t erased_people() const { return erased_people_.size(); }

  // What the leaves say of a stream: how many statements, and the last.
  struct Stream {
    std::uint64_t next = 0;
    Digest last;
    std::uint64_t last_index = 0;
  };
  [[nodiscard]] const std::map<std::string, Stream>& streams() const { return streams_; }
  // What was taken last.
  [[nodiscard]] const evidence::RosterHead* newest_roster() const {
    return newest_ ? &*newest_ : nullptr;
  }
  // Null when the statement taken last was erased.
  [[nodiscard]] const evidence::Statement* statement() const {
    return statement_ ? &*statement_ : nullptr;
  }

 private:
  std::optional<std::string> chain(const evidence::Statement& statement, const Digest& sha256);
  std::optional<std::string> human(const evidence::Statement& statement, std::string_view entries);
  std::optional<std::string> change_roster(const evidence::Statement& statement);
  [[nodiscard]] std::optional<std::string> issuer(const evidence::Statement& statement,
                                                  const std::string& spki) const;
  std::optional<std::string> erasure(const evidence::Statement& statement,
                                     std::string_view entries);
  std::optional<std::string> take_out(const std::vector<std::uint64_t>& indices);
  std::optional<std::string> opening(const evidence::Statement& statement,
                                     std::string_view entries);

  std::string origin_;
  std::vector<evidence::IssuerRange> issuers_;
  bool allow_test_;
  std::optional<Digest> genesis_;
  tlog::CompactRange range_;
  std::map<std::string, Stream> streams_;
  std::map<Digest, evidence::RosterVersion> rosters_;
  evidence::Owners owners_;
  std::optional<evidence::RosterHead> newest_;         // that was read
  const evidence::RosterVersion* in_force_ = nullptr;  // at the newest leaf; in rosters_
  std::optional<evidence::Statement> statement_;
  Instant last_time_;
  std::uint64_t decisions_ = 0, erased_ = 0;
  std::set<std::string> erased_people_;  // pseudonyms
  std::set<std::uint64_t> missing_;  // statements that are gone and that no erasure has named yet
};

}  // namespace lp::cli
