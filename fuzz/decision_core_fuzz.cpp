// Any bytes as a decision core: one core has one text, and only that text is read.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "evidence/decision_core.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto core = lp::evidence::DecisionCore::parse(bytes);
  if (!core) return 0;
  LP_ASSERT(core->bytes() == bytes);
  LP_ASSERT(core->payload.well_formed() && core->version >= 1);
  LP_ASSERT(!core->base || core->verdict == lp::evidence::Verdict::approve);
  LP_ASSERT(lp::from_base64(core->nonce).has_value());
  return 0;
}
