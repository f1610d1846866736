// A content key as one device hands it to another (spec/encryption.md §10), as seen by a server
// that can open none: the document that says which key it is and for whom, and what is signed
// beside it.
//
// The device that receives it checks all of this again, against a roster that it has verified; the
// server checks so that nobody fills it with what no device would take.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace lp::seal {

struct WrappedKey {
  std::string kid;  // 16 hex characters
  std::uint64_t epoch = 1;
  std::string origin;    // of the project's log
  std::string from, to;  // ids of the devices' signing keys
  Digest roster_sha256;  // in which both stand
  std::string epk;       // SPKI of the ephemeral key
  std::string iv;        // 12 bytes
  std::string ct;        // 32 bytes and the tag

  // Strict: canonical JSON with these members and no other.
  static std::optional<WrappedKey> parse(std::string_view document);
};

// 16 lower-case hex characters.
[[nodiscard]] bool is_kid(std::string_view text);

// What the device that wraps signs: "lp-wrap/1\0" ‖ document.
std::string wrap_signing_bytes(std::string_view document);
// What a device signs of its key-agreement key: "lp-wrap-key/1\0" ‖ JCS{device, spki}.
std::string wrap_key_signing_bytes(std::string_view device, std::string_view spki);

}  // namespace lp::seal
