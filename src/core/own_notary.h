// The notary in the process that asks it: the keys derived from the log secret, and the lock store.
//
// It signs what it is given: the Signer, in front of it in one process, or the SignerDesk, in front
// of a socket, has held it against what was signed last.

#pragma once

#include <map>
#include <string>

#include "core/log_secret.h"
#include "core/notary.h"

namespace lp::core {

class OwnNotary final : public Notary {
 public:
  // References live as long as the notary.
  OwnNotary(store::LockStore& locks, const LogSecret& secret) : locks_(locks), secret_(secret) {}

  store::LockStore& memory() override { return locks_; }
  std::optional<tlog::VerifierKey> verifier(std::string_view origin) override;
  std::expected<std::vector<std::string>, Fault> extend(
      const std::vector<Growth>& growths) override;
  std::expected<std::string, Fault> begin(const tlog::Checkpoint& head) override;
  std::optional<std::string> earlier(const Earlier& wanted) const override;
  bool ready() override { return true; }
  [[nodiscard]] bool elsewhere() const override { return false; }

  // These checkpoints, signed and kept with one flush.
  std::expected<std::vector<std::string>, Fault> sign(const std::vector<tlog::Checkpoint>& heads);

 private:
  const crypto::Ed25519Key& key(std::string_view origin);

  store::LockStore& locks_;
  const LogSecret& secret_;
  std::map<std::string, crypto::Ed25519Key, std::less<>> keys_;
};

}  // namespace lp::core
