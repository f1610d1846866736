// What may be shown of a request now: the stored rows under the release rule (evidence.md 6.4),
// with the fields opened that the server can read.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "evidence/decision_core.h"
#include "seal/attachment.h"
#include "store/store.h"

namespace lp::core {

struct RequestView {
  store::FullRequest rows;  // payload, edited_payload and reason opened (see below)
  // State as it may be told: pending while the terminal statement is not under a signed checkpoint.
  approval::State state = approval::State::pending;
  std::string payload;         // exact text: envelope, or plaintext
  std::string edited_payload;  // exact text, "" when none; only once terminal
  std::string reason;          // "" when none; only once terminal
  std::string facts, schema, callback_url, client_nonce, escrow;  // exact texts, "" when none
  std::string ruling;  // of the policy (core/ruling.h), JSON; "" when none was in force
  std::vector<std::string> lossy;
  std::vector<std::string> capabilities;
  std::vector<seal::DeclaredAttachment> attachments;
  std::string descriptor;  // JCS
  std::string commit_key;  // plain only: k, 32 bytes
  std::vector<std::string> marks;
};

// A handoff as far as it is under a signed checkpoint, each event checked against its statement.
struct HandoffView {
  struct Event {
    std::uint64_t seq = 0;
    std::string outcome, by, note;  // note: "" when none
    Instant recorded;
    std::uint64_t leaf_index = 0;
    Digest statement_sha256;
    std::optional<Digest> prev;  // the statement before; absent at 0
  };
  store::Handoff row;
  std::vector<Event> events;  // oldest first, without gaps
  std::string checkpoint;     // a signed note that covers them all
};

// What a person is offered to sign; `core` has every member that the server decides, and the client
// fills in verdict, payload.commit, display, reason, dwell_ms, issued_at.
struct Offer {
  evidence::DecisionCore core;
};

}  // namespace lp::core
