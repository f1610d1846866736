// A receipt for tools that exist (spec/receipt-format.md §7). Each proves less than the receipt:
// neither the people nor the roster.

#pragma once

#include <optional>
#include <string>

#include "crypto/p256.h"
#include "evidence/receipt.h"
#include "json/value.h"

namespace lp::evidence {

inline constexpr std::string_view receipt_jws_type = "lp-receipt+jwt";

// A Sigstore bundle v0.3 whose artifact is the statement. `log_vkey` is the log's, which signed the
// checkpoint. Nothing for an unsigned leaf, which Sigstore has no kind for.
std::optional<json::Value> sigstore_bundle(const Receipt& receipt,
                                           const tlog::VerifierKey& log_key);

// Compact JWS, ES256 by the project's issuer key: header {alg, kid, typ}, no key in it; claims
// {leaf_index, origin, statement_sha256, stream, time, type}. LP_ASSERTs that the statement reads.
std::string receipt_jws(const Receipt& receipt, const crypto::P256Key& issuer);

}  // namespace lp::evidence
