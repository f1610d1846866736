// CBOR as a tree, for what a platform asks of the key in software.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lp::soft_key {

struct Cbor {
  enum class Kind : std::uint8_t { integer, bytes, text, array, map, boolean };
  Kind kind = Kind::integer;
  std::int64_t number = 0;
  std::string content;
  bool truth = false;
  std::vector<Cbor> items;  // array; map: its values
  std::vector<Cbor> names;  // map: of the items, in their order

  [[nodiscard]] const Cbor* at(std::int64_t key) const;
  [[nodiscard]] const Cbor* at(std::string_view key) const;
  // Of a map that may lack it.
  [[nodiscard]] std::string content_at(std::string_view key) const;
};

// Strict: one item and nothing behind it.
std::optional<Cbor> read_cbor(std::string_view bytes);

}  // namespace lp::soft_key
