// What the row key stands for: the bytes of rows that no leaf holds.
//
// The log says what happened; the rows beside it say how things stand, and somebody who may write
// to the database could change them without touching the log. So the state of a request carries a
// MAC over itself and over the row that was written when it was asked, and one MAC covers the whole
// directory: projects and their secrets, members, devices, passkeys, API keys, agents, webhooks,
// and what is known of witnesses (evidence.md 6.2, 12).
//
// Every value is written with its length before it, so that no two rows have the same bytes.

#pragma once

#include <string>

#include "base/digest.h"
#include "core/directory.h"
#include "store/rows.h"

namespace lp::core {

// SHA-256 over every column of a request's row but the wrapped DEK, which an erasure takes away and
// which opens nothing when it is changed.
Digest asked_sha256(const store::Request& row);

// The same once the agent has revised the request.
Digest asked_sha256(const Digest& before, const store::Revision& row);

// What Keys::row_mac is taken over. Rows of schema 2 have no `asked_sha256`: theirs is the shorter
// form, which no newer row can be given.
std::string sealed_bytes(const store::RequestState& row);

// What Keys::row_mac is taken over, of what witnesses stand behind.
std::string sealed_bytes(const store::CosignedHead& row);

// What Keys::directory_mac is taken over.
std::string sealed_bytes(const Directory& directory);

}  // namespace lp::core
