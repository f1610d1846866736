// What one person's device seals for those who hold the content key: a comment, why an agent shall
// change what it asks, what an edit changed (spec/encryption.md, section 12).
//
// A note is bound to its place: its key and its additional data are made of who wrote it, about
// which request and version, and as what. A server can neither move it nor pass it for a payload;
// what it may do with it is to look whether the place that it names is the one where it stands.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "json/value.h"
#include "seal/content_key.h"

namespace lp::seal {

struct NotePlace {
  std::string kind;  // "comment" | "changes" | "edit"
  std::string id;    // of this note: made by its author, or the nonce of what they signed
  std::string origin, request_id;
  std::uint64_t version = 1;
  std::string author;  // roster pseudonym

  [[nodiscard]] json::Value to_json() const;
};

// The additional data: JCS of the place.
std::string context_of(const NotePlace& place);

// Whether `note` is a note {v, kid, salt, iv, ct, ctx}, and of this place.
[[nodiscard]] bool is_note_of(const json::Value& note, const NotePlace& place);

json::Value seal_note(const ContentKey& key, std::string_view text, const NotePlace& place,
                      Entropy& entropy);
// The text; nothing for a note of another place, another key, or a changed one.
std::optional<std::string> open_note(const ContentKey& key, const json::Value& note,
                                     const NotePlace& place);

}  // namespace lp::seal
