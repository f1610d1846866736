// Any text through every decoder of base: what decodes is what its bytes encode to.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = lp::from_hex(text)) LP_ASSERT(lp::hex(*bytes) == text);
  if (const auto bytes = lp::from_base64(text)) LP_ASSERT(lp::base64(*bytes) == text);
  if (const auto bytes = lp::from_base64url(text)) LP_ASSERT(lp::base64url(*bytes) == text);
  if (const auto bytes = lp::from_base32(text)) LP_ASSERT(lp::base32(*bytes) == text);
  LP_ASSERT(lp::from_hex(lp::hex(text)) == text);
  LP_ASSERT(lp::from_base64(lp::base64(text)) == text);
  LP_ASSERT(lp::from_base64url(lp::base64url(text)) == text);
  LP_ASSERT(lp::from_base32(lp::base32(text)) == text);

  if (const auto instant = lp::parse_instant(text)) LP_ASSERT(lp::to_string(*instant) == text);
  LP_ASSERT(!lp::is_id("req", text) || lp::id_hex(text).size() == 32);

  // The fast path of is_utf8 and the slow one agree.
  std::string_view rest = text;
  while (const auto point = lp::first_code_point(rest)) rest.remove_prefix(point->bytes);
  LP_ASSERT(lp::is_utf8(text) == rest.empty());

  for (const auto format : {lp::log::Format::json, lp::log::Format::pretty}) {
    const std::string line =
        lp::log::line(format, lp::log::Level::info, {}, text, text, {{text, text}, {"n", 1}});
    LP_ASSERT(line.size() <= lp::log::line_bytes_max && lp::is_utf8(line));
    LP_ASSERT(line.find_first_of("\n\r\x1b\x7f") == line.size() - 1);
  }
  return 0;
}
