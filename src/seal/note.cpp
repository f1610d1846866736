#include "seal/note.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/aead.h"
#include "json/write.h"

namespace lp::seal {
namespace {

constexpr std::size_t kid_characters = 16;
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t members = 6;

struct Parts {
  std::string salt, iv, ciphertext;
};

std::optional<std::string> bytes_of(const json::Value& note, std::string_view name) {
  const auto text = note.find_string(name);
  return text ? from_base64(*text) : std::nullopt;
}

bool is_kid(std::optional<std::string_view> kid) {
  return kid && kid->size() == kid_characters && std::ranges::all_of(*kid, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<Parts> parts_of(const json::Value& note, const NotePlace& place) {
  if (!note.is_object() || note.members().size() != members) return std::nullopt;
  if (note.find_integer("v") != 1 || !is_kid(note.find_string("kid"))) return std::nullopt;
  auto salt = bytes_of(note, "salt");
  auto iv = bytes_of(note, "iv");
  auto ciphertext = bytes_of(note, "ct");
  const json::Value* ctx = note.find("ctx");
  if (!salt || !iv || !ciphertext || ctx == nullptr || !ctx->is_object()) return std::nullopt;
  const bool sound = salt->size() == salt_bytes && iv->size() == crypto::aead_iv_bytes &&
                     ciphertext->size() >= crypto::aead_tag_bytes &&
                     json::canonical(*ctx) == context_of(place);
  if (!sound) return std::nullopt;
  return Parts{*std::move(salt), *std::move(iv), *std::move(ciphertext)};
}

}  // namespace

json::Value NotePlace::to_json() const {
  auto value = json::Value::object();
  value.add("author", author)
      .add("id", id)
      .add("kind", kind)
      .add("origin", origin)
      .add("request_id", request_id)
      .add("version", version);
  return value;
}

std::string context_of(const NotePlace& place) {
  return json::canonical(place.to_json());
}

bool is_note_of(const json::Value& note, const NotePlace& place) {
  return parts_of(note, place).has_value();
}

json::Value seal_note(const ContentKey& key, std::string_view text, const NotePlace& place,
                      Entropy& entropy) {
  const std::string salt = entropy.bytes(salt_bytes);
  const std::string iv = entropy.bytes(crypto::aead_iv_bytes);
  const std::string context = context_of(place);
  const Secret note_key = key.note_key(salt, context);
  auto note = json::Value::object();
  note.add("v", 1)
      .add("kid", key.kid())
      .add("salt", base64(salt))
      .add("iv", base64(iv))
      .add("ct", base64(crypto::aes_256_gcm_seal(note_key.reveal(), iv, text, context)))
      .add("ctx", place.to_json());
  return note;
}

std::optional<std::string> open_note(const ContentKey& key, const json::Value& note,
                                     const NotePlace& place) {
  const auto parts = parts_of(note, place);
  if (!parts) return std::nullopt;
  const std::string context = context_of(place);
  return crypto::aes_256_gcm_open(key.note_key(parts->salt, context).reveal(), parts->iv,
                                  parts->ciphertext, context);
}

}  // namespace lp::seal
