#include "json/write.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/assert.h"
#include "base/text.h"
#include "json/code_point.h"
#include "json/member_order.h"
#include "json/number.h"
#include "json/plain_text.h"

namespace lp::json {
namespace {

enum class Form : std::uint8_t { canonical, compact, javascript };

// Bytes that are not UTF-8 can only come from a value that was built, never from one that was read.
// They become U+FFFD: what leaves here is always JSON.
void append_quoted(std::string& out, std::string_view utf8) {
  out += '"';
  std::size_t at = 0;
  while (at < utf8.size()) {
    // Most text is nothing but plain bytes: those go over in one piece.
    const std::size_t plain = plain_length(utf8.substr(at));
    out.append(utf8, at, plain);
    at += plain;
    if (at == utf8.size()) break;
    if (static_cast<unsigned char>(utf8[at]) < 0x80) {
      append_escape(out, utf8[at]);
      ++at;
    } else if (const auto point = first_code_point(utf8.substr(at))) {
      out.append(utf8, at, point->bytes);
      at += point->bytes;
    } else {
      append_utf8(out, 0xFFFD);
      ++at;
    }
  }
  out += '"';
}

void append_value(std::string& out, const Value& value, Form form);

void append_items(std::string& out, const Array& items, Form form) {
  out += '[';
  bool first = true;
  for (const Value& item : items) {
    if (!first) out += ',';
    first = false;
    append_value(out, item, form);
  }
  out += ']';
}

void append_member(std::string& out, const Member& member, Form form) {
  if (out.back() != '{') out += ',';
  append_quoted(out, member.first);
  out += ':';
  append_value(out, member.second, form);
}

void append_members(std::string& out, const Object& members, Form form) {
  out += '{';
  if (form == Form::compact || (form == Form::canonical && ordered_by_utf16(members))) {
    for (const Member& member : members) append_member(out, member, form);
  } else {
    const auto order =
        form == Form::canonical ? order_by_utf16(members) : order_by_javascript(members);
    for (const std::size_t position : order) append_member(out, members[position], form);
  }
  out += '}';
}

void append_value(std::string& out, const Value& value, Form form) {
  switch (value.kind()) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case Kind::string:
      append_quoted(out, value.as_string());
      return;
    case Kind::array:
      append_items(out, value.items(), form);
      return;
    case Kind::object:
      append_members(out, value.members(), form);
      return;
    case Kind::number:
      out += form == Form::compact ? value.literal() : ecmascript_number(value.literal());
      return;
  }
}

std::string write(const Value& value, Form form) {
  std::string out;
  append_value(out, value, form);
  return out;
}

// ECMA-262 Number::toString, given the k shortest digits and n with value = 0.digits × 10^n.
std::string layout(const std::string& digits, std::int64_t n) {
  const auto k = static_cast<std::int64_t>(digits.size());
  if (k <= n && n <= 21) return digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21) {
    const auto whole = static_cast<std::size_t>(n);
    return digits.substr(0, whole) + "." + digits.substr(whole);
  }
  if (-6 < n && n <= 0) return "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  std::string out = digits.substr(0, 1);
  if (k > 1) out += "." + digits.substr(1);
  out += n - 1 < 0 ? "e-" : "e+";
  out += std::to_string(std::abs(n - 1));
  return out;
}

}  // namespace

std::string ecmascript_number(std::string_view literal) {
  const std::optional<double> value = to_binary64(literal);
  LP_ASSERT(value.has_value());
  if (*value == 0) return "0";
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *value,
                                    std::chars_format::scientific);
  const Decimal shortest =
      normalise({buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())});
  const std::string text = layout(shortest.digits, shortest.exponent);
  return shortest.negative ? "-" + text : text;
}

std::string quote(std::string_view utf8) {
  std::string out;
  append_quoted(out, utf8);
  return out;
}

std::string canonical(const Value& value) {
  return write(value, Form::canonical);
}
std::string compact(const Value& value) {
  return write(value, Form::compact);
}
std::string javascript(const Value& value) {
  return write(value, Form::javascript);
}

}  // namespace lp::json
