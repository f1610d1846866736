// The weak agent proof of published clients: HMAC-SHA-256 over project_id, service, action, payload
// (wire.md B4). Clients disagree on JSON details, so four candidate texts are tried; numbers are
// never re-formatted. Candidates are compared in constant time.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lp::identity {

enum class Candidate : std::uint8_t { raw, stripped, python, javascript };
std::string_view to_string(Candidate candidate);

// The raw source slices of the four members as they stood in the body; `payload` is empty when the
// member was absent.
struct SignedCall {
  std::string_view project_id;
  std::string_view service;
  std::string_view action;
  std::string_view payload;
};

// Which candidate matched; nothing when none did or `signature` is not 64 hex characters.
std::optional<Candidate> verify_agent_signature(const SignedCall& call, std::string_view secret,
                                                std::string_view signature_hex);

}  // namespace lp::identity
