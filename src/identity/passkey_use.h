// A passkey in use at this server's own doors: all that a receipt's verifier checks
// (evidence/assertion.h), and what only the server that enrolled it can know.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/assertion.h"

namespace lp::identity {

// What is kept of an enrolled passkey, as far as its use is held against it.
struct EnrolledPasskey {
  std::string_view spki;
  std::string_view rp_id;
  bool backup_eligible = false;  // for the life of a passkey
  std::uint32_t counter = 0;     // of its last use, or of its making
};

struct PasskeyUse {
  std::uint32_t counter = 0;
  bool backed_up = false;
  // The counter did not go on: the key may be somewhere a second time. Told, not refused, because
  // authenticators that count nothing, or per host, exist.
  bool counter_regressed = false;
};

// The error is a sentence.
std::expected<PasskeyUse, std::string> check_passkey_use(const evidence::Assertion& assertion,
                                                         const Digest& challenge,
                                                         const EnrolledPasskey& passkey,
                                                         const std::vector<std::string>& origins);

}  // namespace lp::identity
