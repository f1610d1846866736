// The server's half of a login: random bytes, their expiry and a MAC over both. Making one writes
// nothing; using one is remembered until it would have expired anyway, so it works once.
//
// Memory is bounded: when it is full nobody can log in until the oldest expire. Only signatures of
// enrolled keys use nonces up, so strangers cannot fill it. Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/time.h"

namespace lp::api {

inline constexpr std::int64_t login_nonce_ms = 120'000;

class LoginNonces {
 public:
  explicit LoginNonces(std::size_t used_max = 4'096) : used_max_(used_max) {}

  // Base64. `key` is Keys::purpose("lp-login/1").
  static std::string make(std::string_view key, Instant now, Entropy& entropy,
                          std::int64_t life_ms = login_nonce_ms);
  // The first use of a nonce that this server made and whose life is not over; false for every
  // other.
  [[nodiscard]] bool use(std::string_view key, std::string_view nonce, Instant now);

 private:
  const std::size_t used_max_;
  std::mutex mutex_;
  std::map<std::string, Instant, std::less<>> used_;  // until when
};

}  // namespace lp::api
