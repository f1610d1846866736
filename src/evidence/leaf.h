// The leaf of a statement: a Rekor v2 hashedrekord 0.0.2 body, hash only (evidence.md 4).

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace lp::evidence {

// JCS bytes; `der_signature` is the issuer's over the statement bytes.
std::string signed_leaf(const Digest& statement_sha256, std::string_view der_signature,
                        std::string_view issuer_spki);
// apiVersion 0.0.1, kind letsping.event: allowed for may_be_unsigned types only.
std::string unsigned_leaf(const Digest& statement_sha256);

struct Leaf {
  Digest statement_sha256;
  std::optional<std::string> der_signature;  // absent on an unsigned leaf
  std::optional<std::string> issuer_spki;
};
// Exactly what the two functions above write, nothing else.
std::optional<Leaf> read_leaf(std::string_view bytes);

}  // namespace lp::evidence
