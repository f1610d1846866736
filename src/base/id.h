// Ids: a type prefix and 128 bits, 48 of milliseconds and 80 random, in base32 (approval.md).
//
// Ids of one kind sort by the time they were made, which keeps the right edge of an index hot. Only
// [a-z0-9_] occurs, because published clients put ids into URL paths unescaped (wire.md 0.5).

#pragma once

#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/time.h"

namespace lp {

// `prefix` without the underscore: new_id("req", …) → "req_01j…" (26 characters after the prefix).
std::string new_id(std::string_view prefix, Instant now, Entropy& entropy);

// The least id that `new_id` could make at `from`: all that it makes later sort behind it.
std::string first_id(std::string_view prefix, Instant from);

// Whether `id` is `prefix` + "_" + 26 base32 characters: cheap refusal before any look-up.
bool is_id(std::string_view prefix, std::string_view id);

// The 16 bytes of an id of any prefix as 32 hex characters; empty if malformed.
std::string id_hex(std::string_view id);

}  // namespace lp
