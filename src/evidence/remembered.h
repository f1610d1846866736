// Signatures that held a moment ago on this thread, known again by every byte that was checked:
// key, message and signature.
//
// The receipts of one file mostly stand on one checkpoint, one anchor and one chain of rosters. To
// check those anew for each receipt would take longer than everything that differs. What did not
// hold is never remembered.

#pragma once

#include <string_view>

namespace lp::evidence {

[[nodiscard]] bool remembered_ed25519(std::string_view public_key, std::string_view message,
                                      std::string_view signature);
[[nodiscard]] bool remembered_p256(std::string_view spki, std::string_view message,
                                   std::string_view signature);

}  // namespace lp::evidence
