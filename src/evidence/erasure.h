// The document of an erasure: whose statements went, why, and what became of the copies
// (spec/receipt-format.md §6). Owners sign it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"

namespace lp::evidence {

struct ErasureDocument {
  std::string origin;
  std::vector<std::uint64_t> indices;  // of the leaves, ascending, at least one
  std::string salt;                    // 32 bytes
  std::optional<std::string> request_id;
  std::string basis;            // the legal basis, in words
  std::string operator_name;    // member "operator"
  Instant complete_by;          // when the last key that could open a backup is destroyed
  std::vector<Digest> exports;  // hashes of the export.made statements that handed the data out

  [[nodiscard]] std::string bytes() const;                              // JCS, member v = 1
  static std::optional<ErasureDocument> parse(std::string_view bytes);  // exact round trip only
};

}  // namespace lp::evidence
