// One data directory, opened: store, signer state, secrets and the core over them, in the one order
// in which they depend on each other, and closed in reverse. What `serve` runs and what the command
// line uses directly when no server runs.
//
//   DIR/letsping.db   everything (SQLite)          DIR/secrets/   keys, 0400
//   DIR/blobs/        large snapshots              DIR/admin.sock while a server runs
//   DIR/initialised   once `init` was through
//   DIR.signer/       the signer's memory: outside, so that no copy of DIR carries it; with the log
//                     key a signer's of its own where `signer_socket` names one

#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/engine.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "server/place.h"
#include "store/lock_store.h"

namespace lp::server {

// Whether `place` has been initialised completely.
[[nodiscard]] bool initialised(const Place& place);

class Installation {
 public:
  using Announce = std::function<void(std::vector<std::string>)>;

  // Opens and recovers. The error is a sentence for people: held by another process, newer schema,
  // secrets that others can read, a log that cannot be trusted.
  static std::expected<std::unique_ptr<Installation>, std::string> open(
      const Place& place, core::EngineOptions limits = {}, Announce announce = {});
  ~Installation();

  [[nodiscard]] core::Engine& engine() { return *engine_; }
  // The key of the test approver, in directories made with `init --test` only.
  [[nodiscard]] std::optional<crypto::P256Key> test_approver() const;

 private:
  Installation() = default;
  std::expected<void, std::string> open_signer();
  Place place_;
  SystemClock clock_;
  crypto::SystemEntropy entropy_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::LockStore> locks_;
  std::optional<store::BlobFiles> blobs_;
  std::unique_ptr<core::Keys> keys_;
  std::unique_ptr<core::Notary> notary_;
  std::unique_ptr<core::Engine> engine_;
};

struct Initial {
  bool test = false;     // with the test approver as owner and reviewer; marked for ever
  std::string log_name;  // "" = 16 random hex characters (evidence.md 5)
};

// Makes the directory, its secrets and the project "default"; continues an interrupted one. Does
// nothing to a directory that is complete.
std::expected<void, std::string> initialise(const Place& place, const Initial& initial);

}  // namespace lp::server
