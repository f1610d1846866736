// Signature-Input, Signature and Content-Digest, one a line: no text is a crash, what is read is
// what was sent, and the base says it line by line.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "identity/http_signature.h"
#include "lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view input = lp::fuzz::take_line(rest);
  const std::string_view signature = lp::fuzz::take_line(rest);
  if (const auto digest = lp::identity::content_sha256(rest)) LP_ASSERT(digest->size() == 32);

  const auto read = lp::identity::parse_http_signature(input, signature);
  if (!read) {
    LP_ASSERT(!lp::identity::to_string(read.error()).empty());
    return 0;
  }
  LP_ASSERT(input.ends_with(read->parameters));
  const auto base = lp::identity::signature_base(
      *read, [](std::string_view name) -> std::optional<std::string> { return std::string(name); });
  LP_ASSERT(base && base->ends_with(read->parameters));
  const auto lines = std::ranges::count(*base, '\n');
  LP_ASSERT(static_cast<std::size_t>(lines) == read->components.size());
  return 0;
}
