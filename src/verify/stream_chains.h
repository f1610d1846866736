// Whether the events of each stream follow one another (log-format.md §3): `seq` without a hole,
// and `prev` the hash of the one before. The tree shows that nothing was taken out of the log; this
// shows that nothing was left out of it when it was written.
//
// 56 bytes and the map's own for each stream: what of a verifier grows with what it reads.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/digest.h"
#include "evidence/statement.h"

namespace lp::verify {

class StreamChains {
 public:
  // `from_the_first`: no entry of the log comes before those that follow, so that each stream must
  // begin here. Else what comes before the first event of a stream is believed.
  explicit StreamChains(bool from_the_first) : from_the_first_(from_the_first) {}

  // What is wrong with the next statement, whose hash this is; or nothing.
  std::optional<std::string> follow(const evidence::Statement& said, const Digest& sha256);

 private:
  // The first half of the hash of its id: ids are as long as who writes them likes.
  using Key = std::array<unsigned char, 16>;
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Link {
    std::uint64_t seq = 0;
    Digest sha256;
  };
  bool from_the_first_;
  std::unordered_map<Key, Link, Hash> last_;
};

}  // namespace lp::verify
