// What an executor checks of a permit before it claims it, and of the answer to its claim
// (docs/reference/permits.md). Pure: what the server told goes in, the approved bytes or a stable
// code comes out; sdk/vectors/permits.json says which.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/trust.h"
#include "evidence/verify_receipt.h"
#include "json/value.h"
#include "seal/content_key.h"

namespace lp::cli {

// Why nothing may run: a code that is the same in every executor, and a sentence.
struct PermitRefusal {
  std::string code, sentence;
};

// Whom an executor believes, and who it is.
struct Believed {
  std::vector<evidence::Trust> trust;  // of one log
  std::string executor;                // key_…
  std::vector<seal::ContentKey> keys;  // the newest first
  evidence::Demands demands = {.human = evidence::HumanClass::device};
};

// What it is about to act for; the last two where it knows them.
struct Acting {
  std::string service, action;
  std::optional<std::string> agent_id, client_nonce;
};

struct CheckedPermit {
  std::string token, issuer;  // compact JWS; SPKI of the key that signs for the project
  json::Value claims;
  std::string text;  // the exact approved bytes

  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::string request() const;
};

// Whether the text has the form of a permit's id, and so may stand in a path.
bool is_permit_id(std::string_view text);

// `told` is the answer of GET /api/permits/{permit}, `now_s` in seconds since 1970.
std::expected<CheckedPermit, PermitRefusal> check_permit(const json::Value& told,
                                                         std::string_view permit,
                                                         const Acting& acting,
                                                         const Believed& believed,
                                                         std::int64_t now_s);

// The body of the claim. Its nonce follows from the key, so that a repeated claim is the same one.
json::Value claim_of(const CheckedPermit& permit, std::string_view claim_key);

// Whether the answer is to this claim, and its lease goes on.
std::expected<void, PermitRefusal> check_claim(const json::Value& answer,
                                               const CheckedPermit& permit,
                                               std::string_view claim_key, std::int64_t now_s);

}  // namespace lp::cli
