// Pairings that are under way: a browser that is signed in brings a second device of the same
// person (spec/encryption.md §11). The server carries what the two say to each other and derives
// nothing from it: the code is only where they meet, and the people compare words that it cannot
// choose.
//
// In the memory of this process only, bounded, and over within minutes; a restart forgets it, and
// one begins anew. Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"

namespace lp::api {

inline constexpr std::int64_t pairing_code_ms = 120'000;      // to come with the code
inline constexpr std::int64_t pairing_words_ms = 300'000;     // to compare the words
inline constexpr std::int64_t pairing_wait_ms = 31 * 60'000;  // for an owner's signature

class Pairings {
 public:
  enum class State : std::uint8_t {
    open,      // nobody has come with the code
    claimed,   // the new device has committed to its keys
    answered,  // the browser has said its random bytes
    revealed,  // the new device has said what it committed to: now there are words
    agreed,    // they were the same on both
  };
  struct Pairing {
    std::string id, member, key;  // of the browser that began it
    State state = State::open;
    std::string commitment;  // hex SHA-256
    std::string nonce;       // of the browser
    std::string reveal;      // exact text
    std::string proposal;    // once agreed: the change that an owner signs
    std::int64_t ends_ms = 0;
  };
  struct Begun {
    std::string id, code;
  };

  explicit Pairings(std::size_t pairings_max = 500) : pairings_max_(pairings_max) {}

  // Ends what the same key had begun. Nothing when there are as many as may be.
  std::optional<Begun> begin(std::string_view member, std::string_view key, std::int64_t now_ms,
                             Entropy& entropy);
  // The token with which the new device goes on; the first call with a code ends the code.
  std::optional<std::string> claim(std::string_view code, std::string_view commitment,
                                   std::int64_t now_ms, Entropy& entropy);
  // False when it is not the turn of this one, or over.
  [[nodiscard]] bool answer(std::string_view id, std::string_view key, std::string_view nonce,
                            std::int64_t now_ms);
  [[nodiscard]] bool reveal(std::string_view token, std::string_view text, std::int64_t now_ms);
  [[nodiscard]] bool agree(std::string_view id, std::string_view key, std::string_view proposal,
                           std::int64_t now_ms);
  void end(std::string_view id, std::string_view key);
  void end_by_device(std::string_view token);

  [[nodiscard]] std::optional<Pairing> of_browser(std::string_view id, std::string_view key,
                                                  std::int64_t now_ms) const;
  [[nodiscard]] std::optional<Pairing> of_device(std::string_view token, std::int64_t now_ms) const;

 private:
  struct Row {
    Pairing pairing;
    Digest code, token;  // SHA-256
  };
  Row* live(std::string_view id, std::string_view key, std::int64_t now_ms);
  Row* live_by_token(std::string_view token, std::int64_t now_ms);
  void forget_over(std::int64_t now_ms);

  const std::size_t pairings_max_;
  mutable std::mutex mutex_;
  std::map<std::string, Row, std::less<>> rows_;  // by id
};

// Upper case, without what people put between the groups; "" for what cannot be a code.
std::string plain_pairing_code(std::string_view text);

}  // namespace lp::api
