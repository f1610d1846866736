// The notary in the process that asks it: the keys of the logs, and the lock store.
//
// It signs what it is given: the Signer, in front of it in one process, or the SignerDesk, in front
// of a socket, has held it against what was signed last. Which key signs is not theirs to say: the
// owners did (log_owners.h), by the size. A key that signs nothing any more is destroyed as soon as
// that is kept, and at the next start where a crash came between.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/entropy.h"
#include "core/log_secret.h"
#include "core/notary.h"

namespace lp::core {

class OwnNotary final : public Notary {
 public:
  // References live as long as the notary.
  OwnNotary(store::LockStore& locks, LogSecret& secret, Entropy& entropy);

  store::LockStore& memory() override { return locks_; }
  std::optional<LogKeys> keys(std::string_view origin) override;
  std::expected<std::string, Fault> draft(std::string_view origin) override;
  std::expected<void, Fault> follow(const std::string& origin,
                                    const std::vector<SignedRoster>& versions) override;
  std::expected<std::vector<std::string>, Fault> extend(
      const std::vector<Growth>& growths) override;
  std::expected<std::string, Fault> begin(const tlog::Checkpoint& head) override;
  std::optional<std::string> earlier(const Earlier& wanted) const override;
  bool ready() override { return true; }
  [[nodiscard]] bool elsewhere() const override { return false; }

  // These checkpoints, signed and kept with one flush. Fault::refused when the key of one of these
  // sizes was destroyed.
  std::expected<std::vector<std::string>, Fault> sign(const std::vector<tlog::Checkpoint>& heads);

 private:
  // A key with the sizes that it signs, made ready.
  struct Ready {
    evidence::LogKeyRange range;
    crypto::Ed25519Key key;
  };
  // Null when it was destroyed.
  const crypto::Ed25519Key* key(const std::string& origin, std::uint64_t size);
  void destroy_spent();

  store::LockStore& locks_;
  LogSecret& secret_;
  Entropy& entropy_;
  std::map<std::string, Ready> ready_;  // that signed last, by origin
  // That were asked for: also of logs that have not begun, which owners perhaps sign for.
  std::map<std::string, LogKeys, std::less<>> asked_;
  std::vector<std::string> handing_over_;  // logs with a key to destroy
  bool told_ = false;                      // that one could not be
};

}  // namespace lp::core
