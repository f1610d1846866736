#include "seal/attachment.h"

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "base/text.h"
#include "json/write.h"

namespace lp::seal {
namespace {

constexpr std::size_t id_max = 32;
constexpr std::size_t type_max = 127;

// A piece has its place in its iv: 11 bytes of its index, and whether it is the last. Each file has
// a key of its own, so no iv is used twice under one.
std::string iv_of(std::uint64_t index, bool last) {
  std::string iv(crypto::aead_iv_bytes, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    iv[crypto::aead_iv_bytes - 2 - i] = static_cast<char>(index >> (8 * i));
  }
  iv.back() = last ? '\1' : '\0';
  return iv;
}

// Of a piece that another follows, as it is uploaded.
std::uint64_t uploaded_full(bool sealed) {
  return attachment_piece_bytes + (sealed ? crypto::aead_tag_bytes : 0);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_media_type(std::string_view type) {
  return !type.empty() && type.size() <= type_max && type.find('/') != std::string_view::npos &&
         std::ranges::all_of(type, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<ListedAttachment> read_listed(const json::Value& item, bool sealed) {
  if (!item.is_object()) return std::nullopt;
  const auto text = [&](std::string_view name) {
    return std::string(item.find_string(name).value_or(""));
  };
  ListedAttachment listed;
  listed.id = text("id");
  listed.name = text("name");
  listed.type = text("type");
  const auto size = item.find_integer("size");
  const auto sha256 = Digest::from_hex(text("sha256"));
  const auto salt = from_base64(text("salt"));
  if (!is_attachment_id(listed.id) || listed.name.empty() || !is_media_type(listed.type) ||
      characters(listed.name) > attachment_name_max || !size || *size < 0 || !sha256 ||
      static_cast<std::uint64_t>(*size) > attachment_bytes_max) {
    return std::nullopt;
  }
  if (sealed && (!salt || salt->size() != attachment_salt_bytes)) return std::nullopt;
  listed.size = static_cast<std::uint64_t>(*size);
  listed.sha256 = *sha256;
  if (sealed) listed.salt = *salt;
  return listed;
}

}  // namespace

bool is_attachment_id(std::string_view id) {
  return !id.empty() && id.size() <= id_max && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

std::uint64_t attachment_pieces(std::uint64_t size) {
  return size == 0 ? 1 : (size + attachment_piece_bytes - 1) / attachment_piece_bytes;
}

std::uint64_t attachment_piece_size(std::uint64_t size, std::uint64_t index) {
  LP_ASSERT(index < attachment_pieces(size));
  return std::min(attachment_piece_bytes, size - index * attachment_piece_bytes);
}

std::uint64_t sealed_attachment_size(std::uint64_t size) {
  return size + attachment_pieces(size) * crypto::aead_tag_bytes;
}

std::uint64_t uploaded_pieces(std::uint64_t size, bool sealed) {
  const std::uint64_t full = uploaded_full(sealed);
  return size == 0 ? 1 : (size + full - 1) / full;
}

std::uint64_t uploaded_piece_size(const DeclaredAttachment& declared, std::uint64_t index,
                                  bool sealed) {
  LP_ASSERT(index < declared.pieces.size());
  const std::uint64_t full = uploaded_full(sealed);
  return std::min(full, declared.size - index * full);
}

json::Value DeclaredAttachment::to_json() const {
  json::Array hashes;
  for (const Digest& piece : pieces) hashes.push_back(piece.hex());
  auto value = json::Value::object();
  value.add("id", id).add("size", size).add("pieces", json::Value::array(std::move(hashes)));
  return value;
}

std::optional<DeclaredAttachment> DeclaredAttachment::from_json(const json::Value& value) {
  if (!value.is_object()) return std::nullopt;
  DeclaredAttachment declared;
  declared.id = std::string(value.find_string("id").value_or(""));
  const auto size = value.find_integer("size");
  const json::Value* pieces = value.find("pieces");
  if (!is_attachment_id(declared.id) || !size || *size < 0 || pieces == nullptr ||
      !pieces->is_array()) {
    return std::nullopt;
  }
  declared.size = static_cast<std::uint64_t>(*size);
  for (const json::Value& item : pieces->items()) {
    const auto hash = item.is_string() ? Digest::from_hex(item.as_string()) : std::nullopt;
    if (!hash) return std::nullopt;
    declared.pieces.push_back(*hash);
  }
  return declared;
}

std::expected<std::vector<ListedAttachment>, std::string> listed_attachments(
    const json::Value& payload, bool sealed) {
  std::vector<ListedAttachment> listed;
  const json::Value* list = payload.is_object() ? payload.find(attachment_list_member) : nullptr;
  if (list == nullptr) return listed;
  if (!list->is_array() || list->items().size() > attachments_max) {
    return std::unexpected("The payload's list of attachments is not one that anybody can read.");
  }
  std::set<std::string, std::less<>> ids;
  for (const json::Value& item : list->items()) {
    auto read = read_listed(item, sealed);
    if (!read || !ids.insert(read->id).second) {
      return std::unexpected("The payload's list of attachments is not one that anybody can read.");
    }
    listed.push_back(*std::move(read));
  }
  return listed;
}

std::optional<std::string> attachments_differ(const std::vector<ListedAttachment>& listed,
                                              const std::vector<DeclaredAttachment>& declared,
                                              bool sealed) {
  if (listed.size() != declared.size()) {
    return "The payload lists other attachments than those that were announced.";
  }
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const std::uint64_t size = sealed ? sealed_attachment_size(listed[i].size) : listed[i].size;
    if (listed[i].id != declared[i].id || size != declared[i].size ||
        attachment_pieces(listed[i].size) != declared[i].pieces.size()) {
      return "The payload lists other attachments than those that were announced.";
    }
  }
  return std::nullopt;
}

std::string context_of(const AttachmentPlace& place) {
  auto value = json::Value::object();
  value.add("action", place.action)
      .add("attachment", place.id)
      .add("client_nonce", place.client_nonce)
      .add("origin", place.origin)
      .add("service", place.service);
  return json::canonical(value);
}

std::string seal_attachment_piece(std::string_view key, std::string_view context,
                                  std::uint64_t index, bool last, std::string_view plaintext) {
  return crypto::aes_256_gcm_seal(key, iv_of(index, last), plaintext, context);
}

std::optional<std::string> open_attachment_piece(std::string_view key, std::string_view context,
                                                 std::uint64_t index, bool last,
                                                 std::string_view sealed) {
  return crypto::aes_256_gcm_open(key, iv_of(index, last), sealed, context);
}

}  // namespace lp::seal
