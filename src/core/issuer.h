// Who signs the statements of a log: the issuer keys that its owners named, each for the leaf
// indices that they gave it (evidence.md 7). Which one it is depends on the index alone, so that a
// batch, a recovery and a verifier come to the same key.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/directory.h"
#include "core/keys.h"
#include "crypto/p256.h"
#include "evidence/roster.h"

namespace lp::core {

class Issuer {
 public:
  // As long as there is no roster one key signs.
  explicit Issuer(crypto::P256Key only);

  // Of those ranges, what can sign in a log of this size. The error is a sentence: an index that no
  // range covers, or a key that is not in `secrets/`.
  static std::expected<Issuer, std::string> of(const Keys& keys, const std::string& origin,
                                               const std::vector<evidence::IssuerRange>& ranges,
                                               std::uint64_t size);

  // The key of the leaf at `index`, which is not below the size.
  [[nodiscard]] const crypto::P256Key& at(std::uint64_t index) const [[clang::lifetimebound]];

 private:
  struct Turn {
    std::uint64_t from;  // of the first: 0
    crypto::P256Key key;
  };
  explicit Issuer(std::vector<Turn> turns) : turns_(std::move(turns)) {}

  std::vector<Turn> turns_;  // in order, each until the next; never empty
};

// What signs whatever is no leaf, such as a JWS: the key whose turn it is.
crypto::P256Key issuer_now(const Keys& keys, const ProjectView& project);

}  // namespace lp::core
