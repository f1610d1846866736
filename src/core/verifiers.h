// The public keys of devices, taken apart once: making one ready to verify costs about as much as
// the verification itself. lp-core only.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "crypto/p256.h"

namespace lp::core {

class Verifiers {
 public:
  // As crypto::p256_verify.
  [[nodiscard]] bool verify(std::string_view spki, std::string_view message,
                            std::string_view der_signature);

 private:
  std::map<std::string, crypto::P256PublicKey, std::less<>> keys_;  // by SPKI
};

}  // namespace lp::core
