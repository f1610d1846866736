// The escrow of published clients (wire.md B6): who hands what to whom, on an ask and on its
// webhook, under an HMAC that receivers check.
//
// The signature covers id, event, data and the two agents, not mode, time or order (D-09): it is
// for those clients. What is provable stands in the stream of the handoff. The receiver signs what
// its JavaScript makes of the parsed body, so the text here is that form (B9).

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"

namespace lp::evidence {

struct Escrow {
  std::string mode;  // "none" | "handoff" | "finalized"
  std::string upstream, downstream;
  std::optional<json::Value> commitment, x402_mandate, ap2_mandate;

  [[nodiscard]] json::Value to_json() const;
  static std::optional<Escrow> parse(std::string text);
  friend bool operator==(const Escrow&, const Escrow&) = default;
};

struct EscrowEvent {
  std::string id, event;
  json::Value data;
};

// {id, event, data, upstream_agent_id, downstream_agent_id, x402_mandate, ap2_mandate}: what we
// sign and what verifyEscrow of the clients checks.
std::string escrow_base(const EscrowEvent& event, const Escrow& escrow);
// The same without the mandates: what their chainHandoff signs, and never verifies.
std::string chain_base(const EscrowEvent& event, const Escrow& escrow);

std::string sign_escrow(std::string_view secret, const EscrowEvent& event, const Escrow& escrow);
// Over either base; compared in constant time.
[[nodiscard]] bool verify_escrow(std::string_view secret, const EscrowEvent& event,
                                 const Escrow& escrow, std::string_view signature_hex);

}  // namespace lp::evidence
