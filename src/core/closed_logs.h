// The logs that the signer has closed for ever, because the database under them was older than what
// was signed and a person accepted the loss (evidence.md 6).
//
// Remembered where no copy of the data reaches, in the signer's memory, before anything else is
// done about it: whatever is restored later, a log that was closed is never signed again. What
// takes its place is chosen at the same moment, so that a start after a crash goes on with that.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/pair_lines.h"
#include "evidence/succession.h"
#include "store/lock_store.h"

namespace lp::core {

struct ClosedLog {
  std::string origin;
  std::string successor;  // id of the project whose log takes its place; made once owners sign
  evidence::TreeHead last_signed;  // as the signer remembers it
  evidence::TreeHead restored;     // as the database had it
  std::string reason;
  std::string operator_name;
  Instant at;

  friend bool operator==(const ClosedLog&, const ClosedLog&) = default;
};

// The origin of the log that takes its place.
std::string successor_origin(std::string_view log_name, const ClosedLog& closed);

class ClosedLogs {
 public:
  explicit ClosedLogs(store::LockStore& locks) : locks_(locks) {}

  // Durable when it returns. One that was closed before gets another successor, and stays closed.
  store::Result<void> close(const std::vector<ClosedLog>& logs);
  // The error is a sentence for people: one of them cannot be read.
  [[nodiscard]] std::expected<std::vector<ClosedLog>, std::string> all() const;

 private:
  store::LockStore& locks_;
};

// Which project took the place of which: by the id of the one before. Kept in the directory and
// under its seal.
using Successors = PairLines;

// Whether the signer may never sign this log again. Also of a record that cannot be read.
[[nodiscard]] bool is_closed(const store::LockStore& locks, std::string_view origin);

}  // namespace lp::core
