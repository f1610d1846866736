// The key with which the person at the terminal decides: a sealed device key (class B) or a
// security key (class A), found in the newest roster of the request's project, whose whole history
// was checked here.

#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "approval/request.h"
#include "cli/admin_client.h"
#include "cli/own_key.h"
#include "cli/own_security_key.h"
#include "core/commands.h"

namespace lp::cli {

// Whose key it is, and where it counts.
struct Approver {
  std::string member, key, spki, roster_sha256, origin;
};

class DecidingKey {
 public:
  virtual ~DecidingKey() = default;
  [[nodiscard]] virtual approval::Proof proof() const = 0;
  // Once the person has said yes, and before the server is asked for an offer.
  virtual std::expected<void, std::string> unlock(Terminal& terminal) = 0;
  // Signs the core of `command`, which is complete but for that.
  virtual std::expected<void, std::string> sign(Terminal& terminal, core::Decide& command) = 0;

  [[nodiscard]] const Approver& approver() const [[clang::lifetimebound]] { return approver_; }

 protected:
  explicit DecidingKey(Approver approver) : approver_(std::move(approver)) {}

 private:
  Approver approver_;
};

// The error is the exit status, said already.
std::expected<std::unique_ptr<DecidingKey>, int> find_deciding_key(
    AdminClient& client, Terminal& terminal, const KeyFlags& flags,
    const SecurityKeyFlags& security_key, std::string_view project);

}  // namespace lp::cli
