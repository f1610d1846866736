// What an owner signs to erase a request, and what the server accepts of it. One place says what
// belongs to a request, for the offer and for the check, so that they cannot drift apart.
//
// Erased are the statements of the request's own stream and of its handoffs, every row about it and
// its key. What stays is its places in the log: leaves, hashes, and that an owner signed this.

#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "core/directory.h"
#include "core/keys.h"
#include "core/refusal.h"
#include "evidence/erasure.h"
#include "store/store.h"

namespace lp::core {

struct ErasureWish {
  std::string_view request;
  std::string_view basis;          // the legal basis, in words
  std::string_view operator_name;  // who asks for it
};

// The document for an owner to sign; any thread. The last key that opens a backup goes
// `horizon_ms` after the end of the month in which the request's key was wrapped.
// Fault::unknown, ::erased, ::not_decided, ::legal_hold, or what is damaged: ::row_tampered.
std::expected<evidence::ErasureDocument, Refused> offer_erasure(store::Reader& reader,
                                                                const ProjectView& project,
                                                                const ErasureWish& wish,
                                                                std::int64_t horizon_ms,
                                                                Entropy& entropy);

// The hold that covers the request, or null.
const store::LegalHold* hold_over(const std::vector<store::LegalHold>& holds,
                                  std::string_view project, std::string_view request);

}  // namespace lp::core
