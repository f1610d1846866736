// What may be shown of a request now: the stored rows under the release rule (evidence.md 6.4),
// with the fields opened that the server can read.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "evidence/decision_core.h"
#include "store/store.h"

namespace lp::core {

struct RequestView {
  store::FullRequest rows;  // payload, edited_payload and reason opened (see below)
  // State as it may be told: pending while the terminal statement is not under a signed checkpoint.
  approval::State state = approval::State::pending;
  std::string payload;         // exact text: envelope, or plaintext
  std::string edited_payload;  // exact text, "" when none; only once terminal
  std::string reason;          // "" when none; only once terminal
  std::string facts, schema, callback_url, client_nonce;  // exact texts, "" when none
  std::vector<std::string> lossy;
  std::vector<std::string> capabilities;
  std::string descriptor;  // JCS
  std::string commit_key;  // plain only: k, 32 bytes
  std::vector<std::string> marks;
};

// What a person is offered to sign; `core` has every member that the server decides, and the client
// fills in verdict, payload.commit, display, reason, dwell_ms, issued_at.
struct Offer {
  evidence::DecisionCore core;
};

}  // namespace lp::core
