// Where random bytes come from. A parameter, never a global: sim/ and tests pass a seeded one,
// production passes crypto::SystemEntropy.

#pragma once

#include <cstddef>
#include <string>

namespace lp {

class Entropy {
 public:
  virtual ~Entropy() = default;
  // Exactly `count` bytes. A source that cannot give them aborts: going on without would be worse.
  virtual std::string bytes(std::size_t count) = 0;
};

}  // namespace lp
