#include "core/verifiers.h"

#include <cstddef>
#include <utility>

namespace lp::core {
namespace {

// Beyond this all are forgotten and those still in use come back.
constexpr std::size_t keys_max = 1'024;

}  // namespace

bool Verifiers::verify(std::string_view spki, std::string_view message,
                       std::string_view der_signature) {
  auto found = keys_.find(spki);
  if (found == keys_.end()) {
    auto key = crypto::P256PublicKey::from_spki(spki);
    if (!key) return false;
    if (keys_.size() >= keys_max) keys_.clear();
    found = keys_.emplace(std::string(spki), *std::move(key)).first;
  }
  return found->second.verify(message, der_signature);
}

}  // namespace lp::core
