#include "cbor.h"

#include "identity/cbor_reader.h"

namespace lp::soft_key {
namespace {

std::optional<Cbor> read_item(identity::CborReader& reader, int depth) {
  const auto item = reader.next();
  if (!item || depth == 0) return std::nullopt;
  Cbor value;
  value.kind = static_cast<Cbor::Kind>(item->kind);
  value.number = item->number;
  value.content = item->content;
  value.truth = item->truth;
  for (std::uint64_t i = 0; value.kind == Cbor::Kind::array && i < item->size; ++i) {
    auto inner = read_item(reader, depth - 1);
    if (!inner) return std::nullopt;
    value.items.push_back(*std::move(inner));
  }
  for (std::uint64_t i = 0; value.kind == Cbor::Kind::map && i < item->size; ++i) {
    auto name = read_item(reader, depth - 1);
    auto inner = name ? read_item(reader, depth - 1) : std::nullopt;
    if (!inner) return std::nullopt;
    value.names.push_back(*std::move(name));
    value.items.push_back(*std::move(inner));
  }
  return value;
}

}  // namespace

const Cbor* Cbor::at(std::int64_t key) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].kind == Kind::integer && names[i].number == key) return &items[i];
  }
  return nullptr;
}

const Cbor* Cbor::at(std::string_view key) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].kind == Kind::text && names[i].content == key) return &items[i];
  }
  return nullptr;
}

std::string Cbor::content_at(std::string_view key) const {
  const Cbor* value = at(key);
  return value == nullptr ? std::string() : value->content;
}

std::optional<Cbor> read_cbor(std::string_view bytes) {
  identity::CborReader reader(bytes);
  auto value = read_item(reader, 6);
  if (!value || !reader.rest().empty()) return std::nullopt;
  return value;
}

}  // namespace lp::soft_key
