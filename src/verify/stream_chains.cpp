#include "verify/stream_chains.h"

#include <algorithm>
#include <cstring>

#include "crypto/hash.h"

namespace lp::verify {

std::size_t StreamChains::Hash::operator()(const Key& key) const {
  std::size_t part = 0;
  std::memcpy(&part, key.data(), sizeof part);
  return part;
}

std::optional<std::string> StreamChains::follow(const evidence::Statement& said,
                                                const Digest& sha256) {
  Key key;
  std::copy_n(crypto::sha256(said.stream.id).bytes.begin(), key.size(), key.begin());
  const auto [found, fresh] = last_.try_emplace(key);
  const Link before = found->second;
  found->second = {.seq = said.stream.seq, .sha256 = sha256};
  const std::string event = "event " + std::to_string(said.stream.seq) + " of its stream";
  if (fresh) {
    if (said.stream.seq == 0) {
      if (!said.stream.prev) return std::nullopt;
      return event + " names one before it, and is the first";
    }
    if (from_the_first_) return event + " has none before it";
    if (!said.stream.prev) return event + " does not name the one before it";
    return std::nullopt;
  }
  if (said.stream.seq != before.seq + 1) {
    return event + " follows event " + std::to_string(before.seq) +
           ": one was left out, or they are out of order";
  }
  if (said.stream.prev != before.sha256) return event + " is not chained to the one before it";
  return std::nullopt;
}

}  // namespace lp::verify
