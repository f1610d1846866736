// scrypt (RFC 7914) over OpenSSL: a key from a passphrase that a person can remember. It costs time
// and 128·n·r bytes of memory on purpose, for us once and for who guesses at every guess.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/secret.h"

namespace lp::crypto {

struct ScryptCost {
  std::uint64_t n = 1 << 17;  // a power of two, at least 2
  std::uint64_t r = 8;
  std::uint64_t p = 1;

  friend bool operator==(const ScryptCost&, const ScryptCost&) = default;
};

// LP_ASSERTs costs that scrypt does not have or that need more than 1 GiB: check what comes from
// outside first (`affordable`).
Secret scrypt(std::string_view passphrase, std::string_view salt, const ScryptCost& cost,
              std::size_t length = 32);

// Whether `cost` is one that scrypt has, in at most 1 GiB of memory.
[[nodiscard]] bool affordable(const ScryptCost& cost);

}  // namespace lp::crypto
