// When and from where each session, or each API key, was used last, for the people who look after
// them.
//
// Memory only, so that no address of anybody is ever written down: after a restart none has been
// used yet. Bounded: beyond `kept_max` of them the use of a further one is not known. Thread-safe.

#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"

namespace lp::api {

class LastUse {
 public:
  struct Use {
    Instant at;
    std::string network;  // network_of the address; "" on the Unix socket
  };

  explicit LastUse(std::size_t kept_max = 10'000) : kept_max_(kept_max) {}

  // `token`: SHA-256 of what the caller came with.
  void note(const Digest& token, Instant now, std::string_view address);
  [[nodiscard]] std::optional<Use> of(const Digest& token) const;

 private:
  const std::size_t kept_max_;
  mutable std::mutex mutex_;
  std::map<Digest, Use> uses_;
};

}  // namespace lp::api
