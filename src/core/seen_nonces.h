// The nonces that agents have used in HTTP signatures, as long as one could be used again.
//
// The database keeps the same rows, written with what each call made true: a call counts exactly
// when its nonce is taken, and a restart forgets nothing. Bounded for each agent; at the bound
// nothing more of it is taken, because a nonce that is not remembered can be replayed. lp-core
// only.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "base/time.h"
#include "store/rows.h"

namespace lp::core {

class SeenNonces {
 public:
  static constexpr std::size_t per_agent_max = 20'000;

  enum class Answer : std::uint8_t { fresh, used, full };
  // Forgets what has expired on its way.
  Answer look(std::string_view agent, const Digest& nonce, Instant now);
  void keep(const store::AgentNonce& nonce);

 private:
  struct Used {
    std::set<Digest> nonces;
    std::set<std::pair<std::int64_t, Digest>> by_expiry;
  };
  std::map<std::string, Used, std::less<>> agents_;
};

}  // namespace lp::core
