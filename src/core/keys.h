// The server's secrets: what is in `secrets/` of the data directory and what is derived from it.
//
// Files are 0400 and owned by us, or the start is refused (security.md D-57). Log and first issuer
// keys are derived per origin, so a new project needs no new file; an issuer key that takes the
// place of another has one (issuer_keys.h). The wrap key is a file a month: a DEK
// names the month it was wrapped in, and destroying old months completes erasure (evidence.md 11).

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "base/secret.h"
#include "base/time.h"
#include "core/issuer_keys.h"
#include "core/log_secret.h"
#include "crypto/p256.h"
#include "store/rows.h"

namespace lp::core {

struct Directory;

class Keys {
 public:
  // Whose the log keys are: ours, or those of a signer that is a process of its own. Then their
  // file must not be here, where whoever takes this process over could read it.
  enum class LogKeys : bool { here, elsewhere };
  // Makes the directory and whatever is missing when `create`; the error is a sentence for people.
  static std::expected<std::unique_ptr<Keys>, std::string> open(const std::string& directory,
                                                                bool create, Entropy& entropy,
                                                                LogKeys log_keys = LogKeys::here);

  // Where it is here.
  [[nodiscard]] LogSecret& log_secret() [[clang::lifetimebound]];
  // With which every log begins.
  [[nodiscard]] crypto::P256Key issuer_key(std::string_view origin) const;
  // The one of these with that public half; nothing when it is not here.
  [[nodiscard]] std::optional<crypto::P256Key> issuer_key(std::string_view origin,
                                                          std::string_view spki) const;
  // Those that took, or will take, the place of a first one.
  [[nodiscard]] IssuerKeys& later_issuers() [[clang::lifetimebound]] { return later_issuers_; }

  // A DEK under this month's wrap key, which is made when the month is new (nothing when its file
  // cannot be written); and back: nothing when its month is gone.
  [[nodiscard]] std::optional<std::string> wrap(std::string_view dek, Instant now,
                                                Entropy& entropy);
  [[nodiscard]] std::optional<Secret> unwrap(std::string_view wrapped) const;

  // When the month is over in whose wrap key this stands; nothing for what is no wrapped key.
  static std::optional<Instant> month_end(std::string_view wrapped);
  // "2026-11" of what wrap() gave.
  static std::string_view wrap_month(std::string_view wrapped [[clang::lifetimebound]]);
  // Whose wrap keys there are, oldest first.
  [[nodiscard]] std::vector<std::string> wrap_months() const;
  // Removes the file, durably; false when that fails, and the key stays.
  [[nodiscard]] bool destroy_wrap_key(const std::string& month);

  // A sub-key for one purpose: HKDF of the server secret under a label such as "lp-url/1". The few
  // that every request needs are derived once and kept, as the secret itself is.
  [[nodiscard]] Secret purpose(std::string_view label) const;
  // MAC of a mutable state row, and of everything in the directory (evidence.md 6.2; row_seal.h).
  [[nodiscard]] Digest row_mac(const store::RequestState& row) const;
  [[nodiscard]] Digest row_mac(const store::Handoff& row) const;
  [[nodiscard]] Digest row_mac(const store::CosignedHead& row) const;
  [[nodiscard]] Digest directory_mac(const Directory& directory) const;
  // Whether this installation ever wrote a directory MAC. From then on one that is missing was
  // taken away. Kept beside the keys, where whoever writes to the database does not reach.
  [[nodiscard]] bool directory_was_sealed() const;
  [[nodiscard]] bool note_directory_sealed() const;

 private:
  Keys() = default;
  std::string directory_;
  std::optional<LogSecret> log_secret_;
  Secret issuer_secret_, row_key_, server_secret_;
  IssuerKeys later_issuers_;
  mutable std::mutex wrap_mutex_;            // months are added while net threads unwrap
  std::map<std::string, Secret> wrap_keys_;  // "2026-11" → 32 bytes
  mutable std::mutex purpose_mutex_;
  mutable std::map<std::string, Secret, std::less<>> purposes_;  // by label, bounded
};

// Sealing of free text and plaintext under a request's DEK: iv ‖ ciphertext ‖ tag, with the purpose
// ("payload", "details", "reason", "edit", "commit-key", "snapshot") and the request id as
// additional data, so that no sealed field can stand in another's place.
std::string seal_field(std::string_view dek, std::string_view purpose, std::string_view request_id,
                       std::string_view plaintext, Entropy& entropy);
std::optional<std::string> open_field(std::string_view dek, std::string_view purpose,
                                      std::string_view request_id, std::string_view sealed);

// What signs callbacks of a project that has no webhook: "lp_whk_…", derived, so that it is the
// same after every restart.
Secret callback_secret(const Keys& keys, std::string_view project);
// The key that seals LangGraph checkpoints of a project.
Secret graph_key(const Keys& keys, std::string_view project);
// The snapshot key that an agent without a content key is given (wire.md B2): derived from the DEK,
// so that handing it out does not hand out the payload.
Secret snapshot_key_of(const Secret& dek);

}  // namespace lp::core
