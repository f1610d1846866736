// Three ways to write JSON, and when to use which.
//
// canonical:  RFC 8785 (JCS). For everything that is hashed or signed. Sorts by UTF-16 code units;
//             numbers by ECMAScript Number::toString.
// compact:    for replies. Member order kept, numbers by their literal, no spaces.
// javascript: what JSON.stringify(JSON.parse(text)) gives (wire.md B9): integer-like keys first,
//             numbers re-formatted. For HMAC bases that a JavaScript client rebuilds.

#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace lp::json {

std::string canonical(const Value& value);
std::string compact(const Value& value);
std::string javascript(const Value& value);

// ECMAScript Number::toString of a JSON number literal (finite in binary64).
std::string ecmascript_number(std::string_view literal);

// A JSON string literal with quotes, escaping only what RFC 8785 escapes.
std::string quote(std::string_view utf8);

}  // namespace lp::json
