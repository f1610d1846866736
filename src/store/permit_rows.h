// What is kept of permits: the one-time rights to execute what was approved, and the epochs whose
// raise ends them (spec approval.md, Permits).

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/time.h"

namespace lp::store {

// At most one of each request. Its events continue the request's stream behind the decision.
struct Permit {
  std::string id;  // pmt_…: the token's jti
  std::string project;
  std::string request;
  std::string executor;         // API key id: who alone may claim it
  std::string agent;            // as of Request::agent_id
  std::string service, action;  // as of Request
  std::string token;            // compact JWS, exact bytes
  Instant issued;
  Instant expires;               // at or after this nobody can claim it
  std::uint64_t issued_index = 0;  // leaf of permit.issued
  // The rest is replaced with each event.
  std::string state = "issued";  // issued|claimed|succeeded|failed|indeterminate|expired|revoked
  std::optional<Instant> lease_until = {};  // of a claimed one: until when its outcome is awaited
  std::optional<Digest> claim_key = {};     // SHA-256 of what was claimed with
  std::string nonce = {};                   // of the executor that claimed it, as sent
  std::string answer = {};                  // compact JWS, exact bytes: what the claim was told
  std::uint64_t stream_seq = 0;             // how many statements the request's stream has
  std::uint64_t leaf_index = 0;             // of the newest of them
  Digest statement_sha256;                  // likewise
  Digest mac;                               // core/permits.h

  friend bool operator==(const Permit&, const Permit&) = default;
};

// How often every open permit of a project, of an agent or of a tool was ended. One without a row
// is 0.
struct Epoch {
  std::string project;
  std::string kind;     // "project" | "agent" | "tool"
  std::string subject;  // "", an agent id, or JCS [service, action]
  std::uint64_t number = 0;
  Digest mac;  // core/permits.h

  friend bool operator==(const Epoch&, const Epoch&) = default;
};

}  // namespace lp::store
