#include "identity/cbor_reader.h"

#include <cbor.h>

#include <limits>

namespace lp::identity {
namespace {

// What libcbor found at the front of the bytes. Callbacks that are not set here leave it empty, and
// so refuse: indefinite lengths, floats, tags, null and undefined.
using Found = std::optional<CborItem>;

template <typename Number>
void take_positive(void* found, Number value) {
  if (std::uint64_t{value} > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return;
  static_cast<Found*>(found)->emplace(
      CborItem{.kind = CborItem::Kind::integer, .number = static_cast<std::int64_t>(value)});
}

// CBOR writes -1 - n as n.
template <typename Number>
void take_negative(void* found, Number value) {
  if (std::uint64_t{value} > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return;
  static_cast<Found*>(found)->emplace(
      CborItem{.kind = CborItem::Kind::integer, .number = -1 - static_cast<std::int64_t>(value)});
}

template <CborItem::Kind kind>
void take_content(void* found, cbor_data data, std::size_t size) {
  static_cast<Found*>(found)->emplace(
      CborItem{.kind = kind, .content = {reinterpret_cast<const char*>(data), size}});
}

template <CborItem::Kind kind>
void take_head(void* found, std::size_t size) {
  static_cast<Found*>(found)->emplace(CborItem{.kind = kind, .size = size});
}

void take_boolean(void* found, bool truth) {
  static_cast<Found*>(found)->emplace(CborItem{.kind = CborItem::Kind::boolean, .truth = truth});
}

cbor_callbacks callbacks_of_our_kinds() {
  cbor_callbacks callbacks = cbor_empty_callbacks;
  callbacks.uint8 = take_positive<std::uint8_t>;
  callbacks.uint16 = take_positive<std::uint16_t>;
  callbacks.uint32 = take_positive<std::uint32_t>;
  callbacks.uint64 = take_positive<std::uint64_t>;
  callbacks.negint8 = take_negative<std::uint8_t>;
  callbacks.negint16 = take_negative<std::uint16_t>;
  callbacks.negint32 = take_negative<std::uint32_t>;
  callbacks.negint64 = take_negative<std::uint64_t>;
  callbacks.byte_string = take_content<CborItem::Kind::bytes>;
  callbacks.string = take_content<CborItem::Kind::text>;
  callbacks.array_start = take_head<CborItem::Kind::array>;
  callbacks.map_start = take_head<CborItem::Kind::map>;
  callbacks.boolean = take_boolean;
  return callbacks;
}

// How long the shortest head with this argument is (RFC 8949 §3).
std::size_t head_bytes(std::uint64_t argument) {
  if (argument < 24) return 1;
  if (argument <= 0xff) return 2;
  if (argument <= 0xffff) return 3;
  return argument <= 0xffff'ffff ? 5 : 9;
}

std::size_t shortest(const CborItem& item) {
  switch (item.kind) {
    case CborItem::Kind::integer:
      return head_bytes(
          static_cast<std::uint64_t>(item.number < 0 ? -1 - item.number : item.number));
    case CborItem::Kind::bytes:
    case CborItem::Kind::text:
      return head_bytes(item.content.size()) + item.content.size();
    case CborItem::Kind::array:
    case CborItem::Kind::map:
      return head_bytes(item.size);
    case CborItem::Kind::boolean:
      return 1;
  }
  return 0;
}

}  // namespace

std::optional<CborItem> CborReader::next() {
  static const cbor_callbacks callbacks = callbacks_of_our_kinds();
  if (failed_) return std::nullopt;
  failed_ = true;
  Found found;
  const cbor_decoder_result result = cbor_stream_decode(reinterpret_cast<cbor_data>(rest_.data()),
                                                        rest_.size(), &callbacks, &found);
  if (result.status != CBOR_DECODER_FINISHED || !found) return std::nullopt;
  if (result.read != shortest(*found)) return std::nullopt;
  rest_.remove_prefix(result.read);
  // Each item takes a byte at least: who claims more than there are bytes is believed nothing.
  if (found->size > rest_.size()) return std::nullopt;
  failed_ = false;
  return found;
}

std::optional<CborItem> CborReader::next(CborItem::Kind kind) {
  auto item = next();
  if (item && item->kind != kind) {
    failed_ = true;
    return std::nullopt;
  }
  return item;
}

bool CborReader::skip(unsigned depth_max) {
  const auto item = next();
  if (!item) return false;
  std::uint64_t items = 0;
  if (item->kind == CborItem::Kind::array) items = item->size;
  if (item->kind == CborItem::Kind::map) items = 2 * item->size;
  if (items > 0 && depth_max == 0) {
    failed_ = true;
    return false;
  }
  for (; items > 0; --items) {
    if (!skip(depth_max - 1)) return false;
  }
  return true;
}

}  // namespace lp::identity
