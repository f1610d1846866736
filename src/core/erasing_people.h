// What an owner signs to erase a person, and what the server accepts of it; as erasing.h does for a
// request.
//
// Erased is who they were: the name, sessions, links and proposals about them. What stays is the
// pseudonym in rosters and statements, and their signatures: each log whose rosters ever listed
// them says once, signed by its owners, that nobody is named by it any more.

#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <utility>
#include <vector>

#include "core/directory.h"
#include "core/refusal.h"
#include "evidence/erasure.h"
#include "store/store.h"

namespace lp::core {

struct PersonErasureWish {
  std::string_view subject;        // member id
  std::string_view basis;          // the legal basis, in words
  std::string_view operator_name;  // who asks for it
};

struct PersonErasureOffer {
  std::string project;  // id
  evidence::ErasureDocument document;
};

// A document for each log that knows the person, for owners to sign; any thread. The last backup
// with their name is over `horizon_ms` after the end of this month.
// Fault::unknown, ::erased, ::still_listed or ::legal_hold.
std::expected<std::vector<PersonErasureOffer>, Refused> offer_person_erasure(
    store::Reader& reader, const Directory& directory, const PersonErasureWish& wish, Instant now,
    std::int64_t horizon_ms, Entropy& entropy);

// What store::EraseMember makes of the member's row and those of their keys, in memory. The
// member is in the directory.
void erase_from(Directory& directory, const std::string& subject, Instant at);

}  // namespace lp::core
