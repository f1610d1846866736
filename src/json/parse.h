// Strict JSON reader (RFC 8259 text under the I-JSON profile of RFC 7493; evidence.md 2).
//
// Refuses, never repairs: duplicate keys (compared after unescaping), lone surrogates, bytes that
// are not UTF-8, a byte order mark, anything after the value, NaN and Infinity, numbers that
// overflow binary64 (1e400), depth and member counts over the limits. Numbers that a binary64
// parser would change are accepted and kept as source text; `lossy` names them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace lp::json {

struct Limits {
  std::size_t depth_max = 64;         // at most 512: values are copied recursively
  std::size_t members_max = 100'000;  // object members and array items together
};

// Machine codes in snake case: `to_string`.
enum class Fault : std::uint8_t {
  syntax,  // not JSON at all: 400; all others are 422
  duplicate_key,
  lone_surrogate,
  invalid_utf8,
  non_finite_number,
  too_deep,
  too_many_members,
};
std::string_view to_string(Fault fault);

struct ParseError {
  Fault fault;
  std::size_t offset;   // byte in the text where it was noticed
  std::string pointer;  // RFC 6901 pointer to the value being read ("" for the document)
};

struct Document {
  std::string text;  // as received; spans of `root` point into it
  Value root;

  // JSON pointers of numbers that binary64 would change (json/number.h). Should they take 64 KiB
  // more than the text itself, the last is "": any number of the document may be meant.
  std::vector<std::string> lossy;

  // The exact source slice of a value of this document.
  [[nodiscard]] std::string_view source(const Value& value) const [[clang::lifetimebound]];
};

std::expected<Document, ParseError> parse(std::string text, const Limits& limits = {});

}  // namespace lp::json
