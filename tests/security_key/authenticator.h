// A security key in software: CTAP 2.0 (FIDO_2_0) with PIN protocol 1, as libfido2 speaks it.
// Whatever a person would do at it, and whatever can go wrong with it, a test sets.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/p256.h"

namespace lp::soft_key {

struct Cbor;

struct SoftCredential {
  std::string id, rp_id;
  crypto::P256Key key;
};

struct Authenticator {
  std::string pin;                // "": none is set
  bool verifies_alone = false;    // has a fingerprint reader, with a finger enrolled
  bool recognises = true;         // the finger that is put on it
  bool touched = true;            // in time
  bool speaks_ctap2 = true;       // or U2F only
  bool es256 = true;              // makes such signatures
  bool tells_unverified = true;   // which credentials it has, before it has verified anybody
  bool verifies_nobody = false;   // answers without having verified, as if it had
  std::string pulled_out_at;      // "make" or "sign": the key is gone when asked for that
  int tries_left = 8;             // of PINs
  std::uint32_t counter = 0;
  std::vector<SoftCredential> credentials;

  // The answer to a CTAPHID message; nothing when it has been pulled out.
  std::optional<std::string> answer(std::uint8_t command, std::string_view message);
  // As at plugging in.
  void power_on();

 private:
  std::string answer_cbor(std::string_view message);
  std::string make(const Cbor& asked);
  std::string assert_with(const Cbor& asked);
  std::string client_pin(const Cbor& asked);
  std::string give_token(const Cbor& asked);
  // The status of verifying its person for a signature over this hash; 0 and `verified`.
  std::uint8_t verify(const Cbor& asked, int options_at, int proof_at, const std::string& hash,
                      bool& verified);
  [[nodiscard]] std::string info() const;
  const SoftCredential* find(const Cbor* list, const std::string& rp_id) const;

  std::optional<crypto::P256Key> agreement_;
  std::string token_;
  int wrong_in_a_row_ = 0;
};

}  // namespace lp::soft_key
