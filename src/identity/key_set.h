// The keys that a provider publishes (RFC 7517), as far as its tokens may be signed with them, and
// the check of a token's signature.
//
// A key is taken for what it is: an RSA key of at least 2048 bits for RS256 and PS256, P-256 for
// ES256, Ed25519 for EdDSA. Keys that are made for something else, and symmetric ones, are left
// out, so that no token can choose how its key is understood.

#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/rsa.h"
#include "identity/json_web_token.h"

namespace lp::identity {

class KeySet {
 public:
  // Nothing for what is no key set. One without a single usable key is one: every token is then of
  // an unknown key.
  static std::optional<KeySet> parse(std::string text);

  // TokenFault::unknown_key when a newer set might have the key; ::signature when none will help.
  [[nodiscard]] std::expected<void, TokenFault> verify(const JsonWebToken& token) const;

  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  struct P256 {
    std::string spki;
  };
  struct Ed25519 {
    std::string point;
  };
  struct Key {
    std::string id;                           // `kid`; "" when there is none
    std::optional<TokenAlgorithm> algorithm;  // the only one it is for, where it says so
    std::variant<crypto::RsaPublicKey, P256, Ed25519> material;

    [[nodiscard]] bool fits(const JsonWebToken& token) const;
    [[nodiscard]] bool verifies(const JsonWebToken& token) const;
  };
  static std::optional<Key> read(const json::Value& entry);

  std::vector<Key> keys_;
};

}  // namespace lp::identity
