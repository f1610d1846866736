// How one signed core decides one request: alone, or as one of a batch (batches.h).
//
// For deciding.cpp and batches.cpp. lp-core only.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/apply.h"
#include "core/request_event.h"
#include "core/work.h"
#include "evidence/batch.h"
#include "evidence/roster.h"
#include "identity/passkey_use.h"

namespace lp::core {

struct NumberGiven;  // core/number_match.h

// What a passkey's use has told; nothing of a device key.
using KeyUse = std::optional<identity::PasskeyUse>;

// That the key of this entry has signed the text, in the way of its class. `key` is its id;
// `request` the one concerned, for the refusal.
std::expected<KeyUse, Refused> proven(Work& work, const evidence::RosterEntry& entry,
                                      const std::string& key, const evidence::SignedText& text,
                                      const std::string& signature,
                                      const std::optional<Decide::Passkey>& passkey,
                                      const std::string& request);

// The batch that a core stands in, whose signature was found good already.
struct InBatch {
  const evidence::BatchHead& head;
  const evidence::BatchPlace place;
  const std::string key;  // id of the key that signed it
  const KeyUse use;
};

// Decides, or leaves everything as it was and says why. Without a batch the core itself is signed.
// Of an approval that takes a number, `number` says what was typed and why it was not enough: of a
// wrong one it stays that it was tried.
Applied<Decide> decide(Work& work, const Decide& command, const InBatch* batch,
                       NumberGiven& number);

// What closing a request takes besides its statements: `open` stands as it was decided.
void close(Work& work, Work::Open& open, const evidence::Actor& actor, std::string_view reason,
           const Opened& opened);
// Cancels one that waits, whoever says so: the agent that asked, or who ends that agent.
std::expected<void, Refused> cancel_request(Work& work, Work::Open& open,
                                            const evidence::Actor& actor, std::string_view reason);

}  // namespace lp::core
