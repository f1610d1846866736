// Any bytes as a roster head or entry: one value has one text; no signature, no roster.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "evidence/roster.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto head = lp::evidence::RosterHead::parse(bytes);
  if (head) {
    LP_ASSERT(head->bytes() == bytes);
    LP_ASSERT(head->threshold >= 1 && head->threshold <= head->owners.size());
  }
  const auto entry = lp::evidence::RosterEntry::parse(bytes);
  if (entry) {
    LP_ASSERT(!head && entry->bytes() == bytes);
    LP_ASSERT(entry->rp_id.has_value() == (entry->key_class == "passkey"));
    static_cast<void>(lp::evidence::roster_tree_root({*entry}));
  }
  LP_ASSERT(!lp::evidence::verify_roster(bytes, {}, {}, nullptr));
  return 0;
}
