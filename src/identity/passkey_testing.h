// An authenticator and its browser in software, for tests: what navigator.credentials would give,
// and whatever of it a test wants otherwise.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/assertion.h"
#include "identity/authenticator_flags.h"

namespace lp::identity {

// CBOR heads and texts, in their shortest form.
inline std::string cbor_head(unsigned major, std::uint64_t argument) {
  const auto first = [major](unsigned low) { return static_cast<char>(major << 5 | low); };
  if (argument < 24) return {first(static_cast<unsigned>(argument))};
  if (argument <= 0xff) return {first(24), static_cast<char>(argument)};
  return {first(25), static_cast<char>(argument >> 8), static_cast<char>(argument)};
}
inline std::string cbor_bytes(std::string_view bytes) {
  return cbor_head(2, bytes.size()) + std::string(bytes);
}
inline std::string cbor_text(std::string_view text) {
  return cbor_head(3, text.size()) + std::string(text);
}
inline std::string cbor_integer(int value) {
  return value < 0 ? cbor_head(1, static_cast<std::uint64_t>(-1 - value))
                   : cbor_head(0, static_cast<std::uint64_t>(value));
}

inline std::string client_data_of(std::string_view type, const Digest& challenge,
                                  std::string_view origin, std::string_view more = {}) {
  return R"({"type":")" + std::string(type) + R"(","challenge":")" + base64url(challenge.view()) +
         R"(","origin":")" + std::string(origin) + R"(","crossOrigin":false)" + std::string(more) +
         "}";
}

struct SoftPasskey {
  crypto::P256Key key = crypto::P256Key::generate();
  std::string credential = std::string(32, 'c');
  std::string rp_id = "localhost";
  std::string origin = "http://localhost:8400";
  unsigned flags = user_present | user_verified;
  std::uint32_t counter = 0;

  [[nodiscard]] std::string cose_key() const {
    const std::string_view point = std::string_view(key.spki()).substr(27);
    return cbor_head(5, 5) + cbor_integer(1) + cbor_integer(2) + cbor_integer(3) +
           cbor_integer(-7) + cbor_integer(-1) + cbor_integer(1) + cbor_integer(-2) +
           cbor_bytes(point.substr(0, 32)) + cbor_integer(-3) + cbor_bytes(point.substr(32));
  }
  [[nodiscard]] std::string head(unsigned with) const {
    std::string bytes(crypto::sha256(rp_id).view());
    bytes += static_cast<char>(with);
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(counter >> shift);
    return bytes;
  }
  [[nodiscard]] std::string attested() const {
    return head(flags | attested_data) + std::string(16, '\0') +
           std::string{static_cast<char>(credential.size() >> 8),
                       static_cast<char>(credential.size())} +
           credential + cose_key();
  }
  // {"fmt": "none", "attStmt": {}, "authData": …}
  [[nodiscard]] static std::string object(std::string_view authenticator_data,
                                          std::string_view format = "none",
                                          std::string_view statement = "\xa0") {
    return cbor_head(5, 3) + cbor_text("fmt") + cbor_text(format) + cbor_text("attStmt") +
           std::string(statement) + cbor_text("authData") + cbor_bytes(authenticator_data);
  }

  struct Creation {
    std::string client_data, attestation;
  };
  [[nodiscard]] Creation create(const Digest& challenge) const {
    return {.client_data = client_data_of("webauthn.create", challenge, origin),
            .attestation = object(attested())};
  }

  struct Answer {
    std::string authenticator_data, client_data, signature;
    [[nodiscard]] evidence::Assertion assertion() const [[clang::lifetimebound]] {
      return {.authenticator_data = authenticator_data,
              .client_data = client_data,
              .signature = signature};
    }
  };
  [[nodiscard]] Answer get(const Digest& challenge) const {
    return sign(head(flags), client_data_of("webauthn.get", challenge, origin));
  }
  [[nodiscard]] Answer sign(std::string authenticator_data, std::string client_data) const {
    const std::string message =
        authenticator_data + std::string(crypto::sha256(client_data).view());
    return {.authenticator_data = std::move(authenticator_data),
            .client_data = std::move(client_data),
            .signature = key.sign(message)};
  }
};

}  // namespace lp::identity
