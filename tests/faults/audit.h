// What a server shows after a restart: its list of requests, their states and its log, the log leaf
// by leaf as a third party would check it. Each time only what is new is fetched; that the old
// leaves are still the same follows from the root, which is kept for every size.

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/log_check.h"
#include "load.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::faults {

class Audit {
 public:
  using Done = std::expected<void, std::string>;  // the error: the server gives no answer

  // References live as long as this.
  Audit(const Server& server, History& history, Promises& promises)
      : server_(server), history_(history), promises_(promises) {}

  // Tries again what ended without an answer, then looks at what is new, at `touched` and at some
  // of what is old. Nothing else may change the server meanwhile.
  Done after_restart(const Unanswered& unanswered, const std::vector<Ask>& repeated,
                     std::uint64_t random);
  // Looks at everything.
  Done finish();

  // What is wrong with the log; the History holds the rest.
  [[nodiscard]] const std::vector<std::string>& shrunk() const { return shrunk_; }
  [[nodiscard]] const std::vector<std::string>& invalid() const { return invalid_; }
  [[nodiscard]] std::uint64_t leaves() const { return range_.size(); }
  [[nodiscard]] std::uint64_t promises() const { return promises_kept_; }

 private:
  Done retry(const Unanswered& unanswered, const std::vector<Ask>& repeated);
  Done list();
  Done look(const std::vector<std::string>& ids);
  Done read_log();
  void open_log(const json::Value& head);
  void take_promises(std::uint64_t size);
  Done take_leaves(std::uint64_t size);
  void take_leaf(const json::Value& leaf);

  const Server& server_;
  History& history_;
  Promises& promises_;
  std::string newest_;              // id up to which the list has been read
  std::vector<std::string> fresh_;  // ids of the last list()
  std::vector<std::string> ids_;    // all that were ever listed
  std::optional<cli::LogCheck> check_;
  std::optional<tlog::VerifierKey> vkey_;
  tlog::CompactRange range_;
  std::vector<Digest> roots_;  // by size
  std::uint64_t promises_kept_ = 0;
  std::vector<std::string> shrunk_, invalid_;
};

}  // namespace lp::faults
