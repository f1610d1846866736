// Logs that open in the place of others, as owners sign them at the terminal: the exact texts of
// the server's offer, read, and the body that carries the signatures back.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/p256.h"
#include "evidence/roster.h"
#include "evidence/succession.h"
#include "json/value.h"

namespace lp::cli {

struct Opening {
  std::string project, document_bytes, head_bytes;
  evidence::SuccessionDocument document;
  evidence::RosterHead head;

  // Whether document and head are about the same log, in the place of that of `before`, and the
  // head is `expected`.
  [[nodiscard]] bool fits(const evidence::RosterHead& before,
                          const evidence::RosterHead& expected) const;
};
// Nothing when it makes no sense.
std::optional<Opening> read_opening(const json::Value& item);

// {openings} with the signatures of this key over all of them.
json::Value openings_body(const std::vector<Opening>& openings, const crypto::P256Key& key);

}  // namespace lp::cli
