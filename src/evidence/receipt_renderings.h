// A receipt for tools that exist (spec/receipt-format.md §7). Each proves less than the receipt:
// neither the people nor the roster.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/p256.h"
#include "evidence/receipt.h"
#include "json/value.h"

namespace lp::evidence {

inline constexpr std::string_view receipt_jws_type = "lp-receipt+jwt";

// A Sigstore bundle v0.3 whose artifact is the statement. `log_vkey` is the log's, which signed the
// checkpoint. Nothing for an unsigned leaf, which Sigstore has no kind for.
std::optional<json::Value> sigstore_bundle(const Receipt& receipt,
                                           const tlog::VerifierKey& log_key);

// What Sigstore's clients are told to trust: a TrustedRoot v0.2 of these logs and nobody else. They
// know no index ranges, and take every key from `from` on for ever.
struct TrustedLog {
  tlog::VerifierKey key;
  Instant from;
};
json::Value sigstore_trusted_root(const std::vector<TrustedLog>& logs);

// Compact JWS, ES256 by the project's issuer key: header {alg, kid, typ}, no key in it; claims
// {leaf_index, origin, statement_sha256, stream, time, type}. LP_ASSERTs that the statement reads.
std::string receipt_jws(const Receipt& receipt, const crypto::P256Key& issuer);

}  // namespace lp::evidence
