// Files beside a payload, sealed piece by piece for those who hold the content key
// (spec/encryption.md, section 13).
//
// What a file is called, what it holds and how large it is stands in the payload, under
// `_lp_attachments`: so the commitment that a person signs covers it, and a server without the key
// does not know it. The server knows the sizes and hashes of the sealed pieces alone. A piece opens
// only as the piece that it is, of the file that it is of, in the request that it was made for.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/secret.h"
#include "crypto/aead.h"
#include "json/value.h"

namespace lp::seal {

inline constexpr std::uint64_t attachment_piece_bytes = 1u << 20;  // of the file; the last is less
inline constexpr std::uint64_t attachment_bytes_max = 64u << 20;   // of one file
inline constexpr std::uint64_t attachments_bytes_max = 256u << 20;  // of all of a request
inline constexpr std::size_t attachments_max = 16;
inline constexpr std::size_t attachment_name_max = 255;  // characters
inline constexpr std::size_t attachment_salt_bytes = 32;

inline constexpr std::string_view attachment_list_member = "_lp_attachments";

// Letters, digits: at most 32 characters of [a-z0-9].
[[nodiscard]] bool is_attachment_id(std::string_view id);

// How many pieces a file of `size` bytes has: an empty one has one.
[[nodiscard]] std::uint64_t attachment_pieces(std::uint64_t size);
// Of the piece at `index` in a file of `size` bytes, unsealed.
[[nodiscard]] std::uint64_t attachment_piece_size(std::uint64_t size, std::uint64_t index);
// Of the sealed pieces together.
[[nodiscard]] std::uint64_t sealed_attachment_size(std::uint64_t size);

// What an agent says that it will upload: bytes as they come over the wire, sealed where the
// payload is.
struct DeclaredAttachment {
  std::string id;
  std::uint64_t size = 0;
  std::vector<Digest> pieces;  // SHA-256 of each

  [[nodiscard]] json::Value to_json() const;
  static std::optional<DeclaredAttachment> from_json(const json::Value& value);
  friend bool operator==(const DeclaredAttachment&, const DeclaredAttachment&) = default;
};

// How many pieces make `size` bytes as they are uploaded.
[[nodiscard]] std::uint64_t uploaded_pieces(std::uint64_t size, bool sealed);
// Of the bytes of the piece at `index` as they are uploaded; LP_ASSERTs that there is one.
[[nodiscard]] std::uint64_t uploaded_piece_size(const DeclaredAttachment& declared,
                                                std::uint64_t index, bool sealed);

// What the payload says of one.
struct ListedAttachment {
  std::string id, name, type;
  std::uint64_t size = 0;
  Digest sha256;
  std::string salt;  // 32 bytes; "" in a payload that is not sealed

  friend bool operator==(const ListedAttachment&, const ListedAttachment&) = default;
};

// The list in a payload; empty without one. The error is a sentence.
std::expected<std::vector<ListedAttachment>, std::string> listed_attachments(
    const json::Value& payload, bool sealed);

// Why what was declared cannot be what is listed; nothing when it can.
std::optional<std::string> attachments_differ(const std::vector<ListedAttachment>& listed,
                                              const std::vector<DeclaredAttachment>& declared,
                                              bool sealed);

// Where a file belongs.
struct AttachmentPlace {
  std::string origin, client_nonce, service, action;
  std::string id;
};
// The additional data: JCS of the place.
std::string context_of(const AttachmentPlace& place);

// One piece under the key of the file (ContentKey::attachment_key). `last`: none follows it.
std::string seal_attachment_piece(std::string_view key, std::string_view context,
                                  std::uint64_t index, bool last, std::string_view plaintext);
std::optional<std::string> open_attachment_piece(std::string_view key, std::string_view context,
                                                 std::uint64_t index, bool last,
                                                 std::string_view sealed);

}  // namespace lp::seal
