// The value that somebody types before they approve at the terminal what is critical and nobody
// shows them a number for: it stands in the payload, and whoever types it has looked for it. The
// rule is the page's (web/src/payload/significant.ts).

#pragma once

#include <optional>
#include <string>

namespace lp::cli {

struct SignificantValue {
  std::string name;  // where it stands, members joined by dots
  std::string text;  // what is typed
};

// How much, where, in which of its kind: the first in this order. Nothing where the payload, a JSON
// text, has no such value that can be typed as it is read: here of printable ASCII alone.
std::optional<SignificantValue> significant_value(const std::string& payload);

}  // namespace lp::cli
