#include "api/query.h"

#include <charconv>

namespace lp::api {

std::optional<std::uint64_t> query_number(const net::Request& request, std::string_view name,
                                          std::uint64_t otherwise, std::uint64_t max) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  std::uint64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, fault] = std::from_chars(text->data(), end, value);
  if (fault != std::errc{} || stopped != end || value > max) return std::nullopt;
  return value;
}

}  // namespace lp::api
