#include "base/digest.h"

#include <algorithm>

namespace lp {

std::optional<Digest> Digest::from_bytes(std::string_view raw) {
  Digest digest;
  if (raw.size() != digest.bytes.size()) return std::nullopt;
  std::copy(raw.begin(), raw.end(), digest.bytes.begin());
  return digest;
}

std::optional<Digest> Digest::from_hex(std::string_view text) {
  const auto raw = lp::from_hex(text);
  if (!raw) return std::nullopt;
  return from_bytes(*raw);
}

}  // namespace lp
