#include "seal/wrapped_key.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/aead.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::seal {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kid_characters = 16;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t member_count = 9;

std::string text_in(const json::Value& root, std::string_view name) {
  return std::string(root.find_string(name).value_or(""));
}

std::string bytes_in(const json::Value& root, std::string_view name) {
  return from_base64(text_in(root, name)).value_or(std::string());
}

bool well_formed(const WrappedKey& key) {
  return is_kid(key.kid) && key.epoch >= 1 && !key.origin.empty() && Digest::from_hex(key.from) &&
         Digest::from_hex(key.to) && !key.epk.empty() && key.iv.size() == crypto::aead_iv_bytes &&
         key.ct.size() == key_bytes + crypto::aead_tag_bytes;
}

}  // namespace

bool is_kid(std::string_view text) {
  return text.size() == kid_characters && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<WrappedKey> WrappedKey::parse(std::string_view document) {
  const auto parsed = json::parse(std::string(document));
  if (!parsed || !parsed->root.is_object()) return std::nullopt;
  const json::Value& root = parsed->root;
  if (root.members().size() != member_count || json::canonical(root) != document) {
    return std::nullopt;
  }
  const auto epoch = root.find_integer("epoch");
  const auto roster = Digest::from_hex(text_in(root, "roster_sha256"));
  if (!epoch || *epoch < 1 || !roster) return std::nullopt;
  WrappedKey key{.kid = text_in(root, "kid"),
                 .epoch = static_cast<std::uint64_t>(*epoch),
                 .origin = text_in(root, "origin"),
                 .from = text_in(root, "from"),
                 .to = text_in(root, "to"),
                 .roster_sha256 = *roster,
                 .epk = bytes_in(root, "epk"),
                 .iv = bytes_in(root, "iv"),
                 .ct = bytes_in(root, "ct")};
  return well_formed(key) ? std::optional(std::move(key)) : std::nullopt;
}

std::string wrap_signing_bytes(std::string_view document) {
  return std::string("lp-wrap/1\0"sv).append(document);
}

std::string wrap_key_signing_bytes(std::string_view device, std::string_view spki) {
  auto said = json::Value::object();
  said.add("device", device).add("spki", base64(spki));
  return std::string("lp-wrap-key/1\0"sv).append(json::canonical(said));
}

}  // namespace lp::seal
