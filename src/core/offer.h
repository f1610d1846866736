// The decision core as the server sees it: what it offers to a person, and what it rebuilds when
// the signed core comes back (evidence.md 8). One function for both, so that they cannot drift
// apart.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "core/directory.h"
#include "core/keys.h"
#include "evidence/decision_core.h"
#include "store/rows.h"

namespace lp::core {

// Every member that the server decides, for this approver and key; those of the client (verdict,
// payload.commit while unbound, base, display, reason, dwell_ms, issued_at, nonce, expires_at) are
// left at their defaults.
evidence::DecisionCore server_core(const store::Request& row, const approval::Request& state,
                                   const ProjectView& project, std::string_view member,
                                   std::string_view key);

// The same with a fresh nonce, for GET.
evidence::DecisionCore make_offer(const store::Request& row, const approval::Request& state,
                                  const ProjectView& project, std::string_view member,
                                  std::string_view key, const Keys& keys, Instant now,
                                  Entropy& entropy);

// Whether `signed_core` is byte for byte what the server rebuilds around the client's members.
// `edit` is the payload that shall run instead, when there is one.
[[nodiscard]] bool rebuilds(const evidence::DecisionCore& signed_core, std::string_view bytes,
                            const evidence::DecisionCore& server,
                            const std::optional<evidence::PayloadRef>& edit);

// The server key of offer nonces.
Secret offer_key(const Keys& keys);

}  // namespace lp::core
