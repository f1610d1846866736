// The decision core: what a person signs (evidence.md 8).
//
// The client builds it from its own decryption, the server rebuilds it from its rows inside the
// deciding transaction, and any byte that differs is a refusal. So this file has one writer and a
// strict reader, and the reader is only used to learn the members that belong to the client.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"
#include "evidence/values.h"

namespace lp::evidence {

struct DecisionCore {
  std::string aud;  // log origin
  std::string request_id;
  std::uint64_t version = 1;
  Digest request_sha256;
  Verdict verdict = Verdict::reject;
  PayloadRef payload;
  std::optional<PayloadRef> base;  // an edit: the payload that was edited
  Level level = Level::medium;
  Digest policy_sha256;
  Digest roster_sha256;
  Digest rule_sha256;
  std::optional<Digest> display;
  std::optional<Digest> reason;
  std::uint64_t dwell_ms = 0;
  std::string approver;  // roster pseudonym
  std::string key;       // key id
  std::string nonce;     // base64
  Instant issued_at;
  Instant expires_at;

  [[nodiscard]] std::string bytes() const;                           // JCS, member v = 1
  static std::optional<DecisionCore> parse(std::string_view bytes);  // exact round trip only
};

// "lp-decision-device/1\0" ‖ core: what a class B key signs with ECDSA-SHA-256.
std::string device_signing_bytes(std::string_view core);
// SHA-256("lp-decision/1\0" ‖ core): what a passkey of class A is challenged with.
Digest decision_challenge(std::string_view core);
// "lp-login/1\0" ‖ body: what a device key signs; a passkey is challenged with its SHA-256.
std::string login_signing_bytes(std::string_view body);

}  // namespace lp::evidence
