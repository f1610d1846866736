// A roster version as it is stored and sent: the exact texts that owners signed, and their
// signatures as JSON. Whoever reads one checks it against the version before; there is no way to
// read one unchecked.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/roster.h"

namespace lp::evidence {

struct RosterDocument {
  std::string head;
  std::vector<std::string> entries;  // in tree order
  std::string signatures;            // JSON array [{spki, signature}]
};

struct RosterVersion {
  RosterHead head;
  std::vector<RosterEntry> entries;
  std::vector<OwnerSignature> signatures;
};

// `previous` is null for version 1 only.
std::expected<RosterVersion, RosterFault> read_roster(const RosterDocument& document,
                                                      const RosterHead* previous);

// The member `signatures`: canonical JSON, binary members in base64.
std::string signatures_text(const std::vector<OwnerSignature>& signatures);
// Nothing for what signatures_text could not have written.
std::optional<std::vector<OwnerSignature>> read_signatures(std::string_view text);

}  // namespace lp::evidence
