// Signed notes and checkpoints: c2sp.org/signed-note, c2sp.org/tlog-checkpoint (Ed25519, type
// 0x01).

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

// `<name>+<8 hex key id>+<base64(0x01 ‖ 32-byte public key)>`.
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;    // first 4 bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key)
  std::string public_key;  // 32 bytes

  static VerifierKey make(std::string_view name, std::string_view public_key);
  static std::optional<VerifierKey> parse(std::string_view vkey);  // refuses a wrong id
  [[nodiscard]] std::string to_string() const;
};

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;

  // "<origin>\n<size>\n<base64 root>\n", the bytes that are signed.
  [[nodiscard]] std::string body() const;
  static std::optional<Checkpoint> parse_body(std::string_view body);  // strict, no extensions
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

struct SignatureLine {
  std::string name;
  std::uint32_t key_id = 0;
  std::string signature;  // without the key id
};

struct Note {
  std::string body;  // with its final newline
  std::vector<SignatureLine> signatures;

  static std::optional<Note> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
};

// A checkpoint signed by one log key whose name is the origin.
std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Key& key);

enum class NoteFault : std::uint8_t { malformed, unknown_key, bad_signature, wrong_origin };

// Verifies the log's own signature (origin = key name); other signature lines are left alone.
std::expected<Checkpoint, NoteFault> open_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace lp::tlog
