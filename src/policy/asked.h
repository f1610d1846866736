// What is known of a request when a policy rules on it, and what was asked before.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "json/value.h"
#include "policy/decimal.h"

namespace lp::policy {

// Views and pointers are valid for the call; "" and null are absent.
struct Asked {
  std::string_view service, action;
  std::string_view agent, agent_owner;
  std::string_view proof;  // "none", "hmac", "httpsig"
  std::string_view environment, role, priority;
  std::string_view address;              // whom the server sees at the other end
  const json::Value* facts = nullptr;    // an object
  const json::Value* payload = nullptr;  // where it is plaintext
  std::optional<Decimal> shield;         // how unusual this is, 0 to 100, where it is measured
  Instant now;
};

// One request as one window of a policy counts it.
struct WindowEntry {
  std::string key;  // the window, and what it is counted per
  Decimal amount;   // of a sum; its size: a negative amount makes no room for another
};

struct Tally {
  std::uint64_t requests = 0;
  std::optional<Decimal> sum;  // nothing when it cannot be told
};

// The requests before this one.
class History {
 public:
  virtual ~History() = default;
  // Of the entries under `key` later than `since`.
  [[nodiscard]] virtual Tally tally(std::string_view key, Instant since) const = 0;
};

}  // namespace lp::policy
