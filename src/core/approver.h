// The approver's half of the protocol, as a person's device does it: sign a first roster, build and
// sign a decision core from what was decrypted here. Nothing in this file trusts the server;
// nothing in the server calls it but the test set-up. Used by the command line, tests and fault
// rigs.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/time.h"
#include "core/commands.h"
#include "core/directory.h"
#include "crypto/p256.h"
#include "evidence/decision_core.h"
#include "seal/content_key.h"

namespace lp::core {

// The roster of version 1 with `member` as its only owner and reviewer, signed by `key`.
SetUp::SignedRoster sign_first_roster(const ProjectView& project, const crypto::P256Key& key,
                                      std::string_view member, Instant time, Entropy& entropy);

// The same for a project made after setup, as the command to send: `key` is the setup owner's.
SignRoster sign_roster_later(const Directory& directory, const ProjectView& project,
                             const crypto::P256Key& key, Instant time, Entropy& entropy);

// What a device knows when its owner decides.
struct Considered {
  evidence::DecisionCore offer;  // as the server offered it
  evidence::Verdict verdict = evidence::Verdict::reject;
  std::string payload;  // exact text of the current payload: envelope or plaintext
  std::optional<seal::ContentKey> content_key;  // for envelopes; absent: unseen
  std::string commit_key;  // plain: k, as given to those who may read the payload
  std::string reason;      // "" when none
  std::string edit;        // plaintext that shall run instead, "" when none
  std::uint64_t dwell_ms = 0;
};

enum class ApproverFault : std::uint8_t {
  no_content_key,     // an approval of what this device cannot decrypt
  wrong_content_key,  // it does not open the payload
  not_the_payload,    // the payload is not the one that the offer names
  not_an_edit,        // no JSON object, or an empty one: a stock client would run the original
};
std::string_view to_string(ApproverFault fault);

// The command but for the signature: core, reason and the sealed edit. Why changes are asked for is
// sealed where the payload is.
std::expected<Decide, ApproverFault> build_decision(const Considered& considered, Instant now,
                                                    Entropy& entropy);
// Signs its core with a device key (class B).
void sign(Decide& command, const crypto::P256Key& key);
// Both.
std::expected<Decide, ApproverFault> sign_decision(const Considered& considered,
                                                   const crypto::P256Key& key, Instant now,
                                                   Entropy& entropy);

}  // namespace lp::core
