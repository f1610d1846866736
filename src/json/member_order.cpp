#include "json/member_order.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lp::json {
namespace {

// Equal names stay in the order they stand. (std::stable_sort of libstdc++ 12 uses what C++23
// deprecates.)
template <typename Compare>
std::vector<std::size_t> sorted_positions(const Object& members, Compare compare) {
  struct Name {
    std::string_view text;
    std::size_t position;
  };
  std::vector<Name> names;
  names.reserve(members.size());
  for (const Member& member : members) names.push_back({member.first, names.size()});
  std::sort(names.begin(), names.end(), [&](const Name& a, const Name& b) {
    const int order = compare(a.text, b.text);
    return order < 0 || (order == 0 && a.position < b.position);
  });
  std::vector<std::size_t> positions;
  positions.reserve(names.size());
  for (const Name& name : names) positions.push_back(name.position);
  return positions;
}

// UTF-8 sorts by code point. UTF-16 differs only in that surrogates (0xD800…0xDFFF), so everything
// beyond U+FFFF (lead bytes F0 to F4), come before U+E000…U+FFFF (lead bytes EE and EF).
int utf16_weight(char c) {
  const int byte = static_cast<unsigned char>(c);
  if (byte == 0xEE || byte == 0xEF) return byte + 0x100;
  return byte;
}

struct CompareUtf16 {
  int operator()(std::string_view a, std::string_view b) const {
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (y == b.end()) return x == a.end() ? 0 : 1;
    if (x == a.end()) return -1;
    return utf16_weight(*x) - utf16_weight(*y);
  }
};

struct CompareBytes {
  int operator()(std::string_view a, std::string_view b) const { return a.compare(b); }
};

// "0" to "4294967294" in canonical decimal (ECMA-262 "array index").
std::optional<std::uint32_t> array_index(std::string_view name) {
  if (name.empty() || name.size() > 10) return std::nullopt;
  if (name.size() > 1 && name.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value > 4'294'967'294U) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

constexpr std::size_t few = 16;  // below it, comparing all pairs is faster than sorting

}  // namespace

std::vector<std::size_t> order_by_bytes(const Object& members) {
  return sorted_positions(members, CompareBytes());
}

std::vector<std::size_t> order_by_utf16(const Object& members) {
  return sorted_positions(members, CompareUtf16());
}

bool ordered_by_utf16(const Object& members) {
  return std::ranges::adjacent_find(members, [](const Member& a, const Member& b) {
           return CompareUtf16()(a.first, b.first) > 0;
         }) == members.end();
}

std::vector<std::size_t> order_by_javascript(const Object& members) {
  // For each run of equal names: the place of the first and the value of the last.
  struct Slot {
    std::size_t place;
    std::size_t value;
    std::optional<std::uint32_t> index;
  };
  std::vector<Slot> slots;
  slots.reserve(members.size());
  const std::vector<std::size_t> by_name = order_by_bytes(members);
  for (std::size_t i = 0; i < by_name.size(); ++i) {
    const std::string& name = members[by_name[i]].first;
    if (i > 0 && members[by_name[i - 1]].first == name) {
      slots.back().value = by_name[i];
    } else {
      slots.push_back({by_name[i], by_name[i], array_index(name)});
    }
  }
  std::sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
    if (a.index && b.index) return *a.index < *b.index;
    if (a.index.has_value() != b.index.has_value()) return a.index.has_value();
    return a.place < b.place;
  });
  std::vector<std::size_t> order;
  order.reserve(slots.size());
  for (const Slot& slot : slots) order.push_back(slot.value);
  return order;
}

std::size_t first_duplicate(const Object& members) {
  std::size_t first = members.size();
  if (members.size() <= few) {
    for (std::size_t later = 1; later < members.size(); ++later) {
      for (std::size_t earlier = 0; earlier < later; ++earlier) {
        if (members[earlier].first == members[later].first) return later;
      }
    }
    return first;
  }
  const std::vector<std::size_t> by_name = order_by_bytes(members);
  for (std::size_t i = 1; i < by_name.size(); ++i) {
    if (members[by_name[i - 1]].first == members[by_name[i]].first) {
      first = std::min(first, by_name[i]);
    }
  }
  return first;
}

}  // namespace lp::json
