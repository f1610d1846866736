// Any bytes as what a server shows a monitor, and as what a monitor left for others: nothing is
// read in two ways, and no evidence convinces without the log's signature.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "monitor/contradiction.h"
#include "monitor/log_tiles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const auto key = lp::tlog::VerifierKey::make("log.example/p/1", std::string(32, '\x01'));
  if (const auto found = lp::monitor::Contradiction::parse(bytes)) {
    LP_ASSERT(found->to_text() == bytes);
    LP_ASSERT(!found->holds({key}));
  }
  const std::uint64_t count = size == 0 ? 0U : data[0];
  if (const auto entries = lp::monitor::read_entry_bundle(bytes, count)) {
    std::string again;
    for (const std::string& entry : *entries) again += lp::tlog::bundle_entry(entry);
    LP_ASSERT(again == bytes);
  }
  return 0;
}
