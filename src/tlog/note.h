// Signed notes and checkpoints: c2sp.org/signed-note, c2sp.org/tlog-checkpoint (Ed25519, type
// 0x01). What witnesses add to them is in cosignature.h.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "crypto/ed25519.h"

namespace lp::tlog {

// What a key signs, which is also the byte before it in a vkey (signed-note, signature types).
enum class KeyType : std::uint8_t { log = 0x01, cosigner = 0x04 };

// `<name>+<8 hex key id>+<base64(type ‖ 32-byte public key)>`. Keys of the two types are two C++
// types, so that a witness never passes for a log.
template <KeyType type>
struct NamedKey {
  std::string name;
  std::uint32_t id = 0;    // first 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key)
  std::string public_key;  // 32 bytes

  static NamedKey make(std::string_view name, std::string_view public_key);
  static std::optional<NamedKey> parse(std::string_view vkey);  // refuses a wrong id
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const NamedKey&, const NamedKey&) = default;
};
using VerifierKey = NamedKey<KeyType::log>;
using CosignerKey = NamedKey<KeyType::cosigner>;

// Whether `name` can stand in a vkey and in a signature line.
[[nodiscard]] bool is_key_name(std::string_view name);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;

  // "<origin>\n<size>\n<base64 root>\n", the bytes that are signed.
  [[nodiscard]] std::string body() const;
  static std::optional<Checkpoint> parse_body(std::string_view body);  // strict, no extensions
  // Of a log that is not ours: extension lines, which are opaque, may follow.
  static std::optional<Checkpoint> parse_foreign_body(std::string_view body);
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

struct SignatureLine {
  std::string name;
  std::uint32_t key_id = 0;
  std::string signature;  // without the key id

  // "— <name> <base64>\n"
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const SignatureLine&, const SignatureLine&) = default;
};

// One or more signature lines and nothing else: what a witness answers.
std::optional<std::vector<SignatureLine>> parse_signature_lines(std::string_view text);

struct Note {
  std::string body;  // with its final newline
  std::vector<SignatureLine> signatures;

  static std::optional<Note> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
};

// A checkpoint signed by one log key whose name is the origin.
std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Key& key);

enum class NoteFault : std::uint8_t { malformed, unknown_key, bad_signature, wrong_origin };

// Whether the note carries a signature of `key`, and none in its name that does not verify; other
// signature lines are left alone.
std::expected<void, NoteFault> check_signature(const Note& note, const VerifierKey& key);

// Verifies the log's own signature (origin = key name).
std::expected<Checkpoint, NoteFault> open_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace lp::tlog
