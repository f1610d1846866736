// What stands beside the statement of a review, read back by whoever holds the log: which person
// signed, in the way of their key's class.

#pragma once

#include <optional>

#include "evidence/receipt.h"
#include "json/value.h"

namespace lp::evidence {

// Of an entry of kind "device_key" or "passkey", everything but the roster's part; nothing for
// entries of other kinds and for malformed ones.
std::optional<HumanProof> read_human_evidence(const json::Value& entry);

// Whether the key of this entry has signed the core, or a batch that it stands in, as a key of the
// entry's class does; of which action a batch is, the core alone does not say. On which page a
// passkey was used is not looked at: that is for the door that took it, and for a verifier with a
// trust file.
[[nodiscard]] bool signed_by(const HumanProof& human, const RosterEntry& entry);

}  // namespace lp::evidence
