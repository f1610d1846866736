#include "identity/key_set.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/p256.h"
#include "json/parse.h"

namespace lp::identity {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t keys_max = 64;
constexpr std::size_t point_bytes = 32;

// SubjectPublicKeyInfo of a P-256 key up to its X and Y (RFC 5480 §2).
constexpr std::string_view p256_head =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"sv;

std::optional<std::string> bytes_of(const json::Value& entry, std::string_view name) {
  const auto text = entry.find_string(name);
  return text ? from_base64url(*text) : std::nullopt;
}

// Whether the key is there to verify signatures, as far as it says what it is for.
bool is_for_signatures(const json::Value& entry) {
  if (const json::Value* use = entry.find("use")) {
    if (!use->is_string() || use->as_string() != "sig") return false;
  }
  const json::Value* operations = entry.find("key_ops");
  if (operations == nullptr) return true;
  if (!operations->is_array()) return false;
  return std::ranges::any_of(operations->items(), [](const json::Value& operation) {
    return operation.is_string() && operation.as_string() == "verify";
  });
}

constexpr std::array<std::pair<std::string_view, TokenAlgorithm>, 4> algorithm_names{{
    {"RS256", TokenAlgorithm::rs256},
    {"PS256", TokenAlgorithm::ps256},
    {"ES256", TokenAlgorithm::es256},
    {"EdDSA", TokenAlgorithm::eddsa},
}};

}  // namespace

bool KeySet::Key::fits(const JsonWebToken& token) const {
  if (algorithm && *algorithm != token.algorithm) return false;
  switch (token.algorithm) {
    case TokenAlgorithm::rs256:
    case TokenAlgorithm::ps256:
      return std::holds_alternative<crypto::RsaPublicKey>(material);
    case TokenAlgorithm::es256:
      return std::holds_alternative<P256>(material);
    case TokenAlgorithm::eddsa:
      return std::holds_alternative<Ed25519>(material);
  }
  return false;
}

bool KeySet::Key::verifies(const JsonWebToken& token) const {
  if (const auto* rsa = std::get_if<crypto::RsaPublicKey>(&material)) {
    return token.algorithm == TokenAlgorithm::ps256
               ? rsa->verify_pss(token.signed_text, token.signature)
               : rsa->verify_pkcs1(token.signed_text, token.signature);
  }
  if (const auto* p256 = std::get_if<P256>(&material)) {
    const auto der = crypto::p256_der_signature(token.signature);
    // JOSE knows no low s, and half of what providers make has a high one.
    return der && crypto::p256_verify(p256->spki, token.signed_text, *der, false);
  }
  return crypto::ed25519_verify(std::get<Ed25519>(material).point, token.signed_text,
                                token.signature);
}

std::optional<KeySet::Key> KeySet::read(const json::Value& entry) {
  const auto type = entry.find_string("kty");
  // A private half that is public makes the key everybody's.
  if (!type || !is_for_signatures(entry) || entry.find("d") != nullptr) return std::nullopt;
  std::optional<TokenAlgorithm> only;
  if (const json::Value* said = entry.find("alg")) {
    const auto* const found = std::ranges::find_if(algorithm_names, [said](const auto& known) {
      return said->is_string() && known.first == said->as_string();
    });
    if (found == algorithm_names.end()) return std::nullopt;
    only = found->second;
  }
  std::string id(entry.find_string("kid").value_or(""));
  const auto curve = entry.find_string("crv").value_or("");
  if (*type == "RSA") {
    const auto n = bytes_of(entry, "n"), e = bytes_of(entry, "e");
    auto key = n && e ? crypto::RsaPublicKey::from_parts(*n, *e) : std::nullopt;
    if (!key) return std::nullopt;
    return Key{.id = std::move(id), .algorithm = only, .material = *std::move(key)};
  }
  if (*type == "EC" && curve == "P-256") {
    const auto x = bytes_of(entry, "x"), y = bytes_of(entry, "y");
    if (!x || !y || x->size() != point_bytes || y->size() != point_bytes) return std::nullopt;
    std::string spki = std::string(p256_head) + *x + *y;
    if (!crypto::P256PublicKey::from_spki(spki)) return std::nullopt;
    return Key{.id = std::move(id), .algorithm = only, .material = P256{std::move(spki)}};
  }
  if (*type == "OKP" && curve == "Ed25519") {
    auto x = bytes_of(entry, "x");
    if (!x || x->size() != point_bytes || !crypto::ed25519_acceptable(*x)) return std::nullopt;
    return Key{.id = std::move(id), .algorithm = only, .material = Ed25519{*std::move(x)}};
  }
  return std::nullopt;
}

std::optional<KeySet> KeySet::parse(std::string text) {
  const auto document = json::parse(std::move(text));
  const json::Value* entries = document ? document->root.find("keys") : nullptr;
  if (entries == nullptr || !entries->is_array() || entries->items().size() > keys_max) {
    return std::nullopt;
  }
  KeySet set;
  for (const json::Value& entry : entries->items()) {
    if (auto key = read(entry)) set.keys_.push_back(*std::move(key));
  }
  return set;
}

std::expected<void, TokenFault> KeySet::verify(const JsonWebToken& token) const {
  std::vector<const Key*> candidates;
  for (const Key& key : keys_) {
    const bool named = token.key_id.empty() || key.id == token.key_id;
    if (named && key.fits(token)) candidates.push_back(&key);
  }
  // A token that names no key is that of the only one there is; else it could be of any.
  if (candidates.empty() || (token.key_id.empty() && candidates.size() > 1)) {
    return std::unexpected(TokenFault::unknown_key);
  }
  const bool good =
      std::ranges::any_of(candidates, [&token](const Key* key) { return key->verifies(token); });
  if (!good) return std::unexpected(TokenFault::signature);
  return {};
}

}  // namespace lp::identity
