// The strong proof of an agent: an HTTP message signature (RFC 9421) by its own key.
//
// One set of components is taken, and more but not less: @method, then @target-uri or all of
// @authority, @path and @query, and content-digest, whose sha-256 must be that of the body. The
// parameters created, nonce and keyid (the agent's id) are required. `created` is at most 300 s
// from the server's clock, and the core takes each nonce once.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/commands.h"
#include "net/message.h"

namespace lp::api {

inline constexpr std::int64_t http_signature_window_ms = 300'000;

// The keys (SPKI) of an agent of the caller's project that are in force; none for any other id.
using AgentPublicKeys = std::function<std::vector<std::string>(std::string_view agent_id)>;

[[nodiscard]] bool has_http_signature(const net::Request& request);

// What is wrong with the form is told; an unknown agent and a signature that does not verify are
// refused with the same bytes.
std::expected<core::AgentProof, net::Reply> check_http_proof(const net::Request& request,
                                                             const AgentPublicKeys& keys,
                                                             Instant now);

}  // namespace lp::api
