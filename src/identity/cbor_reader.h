// CBOR as authenticators write it (CTAP2 canonical form), read item by item: definite lengths, the
// shortest encoding of each number and length, nothing larger than what is there. What is not of
// that form has no second reading here, it is refused.
//
// Inside identity. Nothing is allocated for what an item claims to hold: an authenticator's answer
// comes from whoever sends it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lp::identity {

struct CborItem {
  enum class Kind : std::uint8_t { integer, bytes, text, array, map, boolean };
  Kind kind = Kind::integer;
  std::int64_t number = 0;        // integer
  std::uint64_t size = 0;         // array: its items, map: its pairs
  std::string_view content = {};  // bytes, text
  bool truth = false;             // boolean
};

class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  // The next item; of an array or map only its head. Nothing for any other form, and from then on.
  std::optional<CborItem> next();
  // The next item if it is of this kind.
  std::optional<CborItem> next(CborItem::Kind kind);
  // Passes over one whole item, arrays and maps with all that is in them.
  [[nodiscard]] bool skip(unsigned depth_max = 4);
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace lp::identity
