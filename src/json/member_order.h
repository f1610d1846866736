// Orders of object members. All are sorts: no hash table that chosen keys could flood.

#pragma once

#include <cstddef>
#include <vector>

#include "json/value.h"

namespace lp::json {

// Positions of the members by name in byte order; equal names in the order they stand.
std::vector<std::size_t> order_by_bytes(const Object& members);

// Positions of the members in the order of RFC 8785 §3.2.3: names as UTF-16 code units.
std::vector<std::size_t> order_by_utf16(const Object& members);

// Whether they stand in that order already.
bool ordered_by_utf16(const Object& members);

// Positions in the order in which JavaScript enumerates them after JSON.parse: array indices
// ascending, then the rest as first seen; of equal names the last value at the first place.
std::vector<std::size_t> order_by_javascript(const Object& members);

// Position of the first member whose name an earlier one has; members.size() if there is none.
std::size_t first_duplicate(const Object& members);

}  // namespace lp::json
