// JSON text rewritten without being read into values: numbers and the order of members stay as they
// were written.
//
// For signatures that stock clients compute over a serialisation of their own (wire.md B4): the
// server keeps the raw slices of the body and tries each spelling the client may have signed. The
// input is JSON text; duplicate keys and lone surrogates are allowed. Text that is no JSON comes
// out as some text, never as a crash.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lp::json {

// Without the spaces, tabs and line ends outside strings.
std::string strip_whitespace(std::string_view source);

enum class StringForm : std::uint8_t {
  python_ascii,  // json.dumps: all outside 0x20 to 0x7e as \uxxxx, lower case, surrogate pairs
  javascript,    // JSON.stringify: escapes only quote, backslash, below 0x20 and lone surrogates
};

// With every string, names included, escaped afresh in `form`; everything else untouched.
std::string restring(std::string_view source, StringForm form);

}  // namespace lp::json
