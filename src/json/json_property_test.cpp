// What holds for any value: each spelling reads back as the value, and canonical forms are unique.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/text.h"
#include "json/code_point.h"
#include "json/member_order.h"
#include "json/number.h"
#include "json/parse.h"
#include "json/raw.h"
#include "json/write.h"

namespace lp::json {
namespace {

rc::Gen<std::string> any_string() {
  const auto scalar = rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x80),
                                     rc::gen::inRange<std::uint32_t>(0x80, 0x800),
                                     rc::gen::inRange<std::uint32_t>(0x2020, 0x2030),
                                     rc::gen::inRange<std::uint32_t>(0xE000, 0x10000),
                                     rc::gen::inRange<std::uint32_t>(0x10000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(scalar),
                      [](const std::vector<std::uint32_t>& scalars) {
                        std::string text;
                        for (const std::uint32_t value : scalars) append_utf8(text, value);
                        return text;
                      });
}

std::string shortest(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, static_cast<std::size_t>(result.ptr - buffer)};
}

// Any finite double but the negative zero, which no writer of JavaScript keeps.
rc::Gen<double> any_double() {
  return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t bits) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return std::isfinite(value) && value != 0 ? value : 1.5;
  });
}

Value sample(int depth);

Value sample_object(int depth) {
  auto names = *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
      any_string(),
      rc::gen::element<std::string>("0", "7", "10", "01", "-1", "4294967294", "4294967295")));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  Value object = Value::object();
  for (const std::string& name : names) object.add(name, sample(depth - 1));
  return object;
}

Value sample(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0:
      return {};
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::arbitrary<std::int64_t>();
    case 3:
      return Value::number_literal(shortest(*any_double()));
    case 4:
      return Value::string(*any_string());
    case 5: {
      Value array = Value::array();
      const int count = *rc::gen::inRange(0, 4);
      for (int i = 0; i < count; ++i) array.items().push_back(sample(depth - 1));
      return array;
    }
    default:
      return sample_object(depth);
  }
}

Value read_back(const std::string& text) {
  auto document = parse(text);
  RC_ASSERT(document.has_value());
  return std::move(document->root);
}

TEST(JsonProperty, CompactTextReadsBackAsTheValue) {
  EXPECT_TRUE(rc::check("parse(compact(v)) == v", [] {
    const Value value = sample(3);
    RC_ASSERT(read_back(compact(value)) == value);
    RC_ASSERT(restring(compact(value), StringForm::javascript) == compact(value));
    RC_ASSERT(read_back(restring(compact(value), StringForm::python_ascii)) == value);
  }));
}

TEST(JsonProperty, CanonicalTextIsAFixedPoint) {
  EXPECT_TRUE(rc::check("canonical and javascript forms are stable", [] {
    const Value value = sample(3);
    const std::string text = canonical(value);
    RC_ASSERT(canonical(read_back(text)) == text);
    RC_ASSERT(canonical(read_back(javascript(value))) == text);
    RC_ASSERT(javascript(read_back(javascript(value))) == javascript(value));
  }));
}

TEST(JsonProperty, CanonicalTextDoesNotDependOnTheOrderOfMembers) {
  EXPECT_TRUE(rc::check("any order gives one canonical text", [] {
    const Value value = sample_object(2);
    Value other = value;
    std::reverse(other.members().begin(), other.members().end());
    RC_ASSERT(canonical(other) == canonical(value));
  }));
}

TEST(JsonProperty, SortsAsUtf16WouldBeSorted) {
  const auto units = [](std::string_view text) {
    std::u16string result;
    while (const auto point = first_code_point(text)) {
      text.remove_prefix(point->bytes);
      const char32_t value = point->value;
      if (value < 0x10000) {
        result += static_cast<char16_t>(value);
      } else {
        result += static_cast<char16_t>(0xD800 + ((value - 0x10000) >> 10));
        result += static_cast<char16_t>(0xDC00 + ((value - 0x10000) & 0x3FF));
      }
    }
    return result;
  };
  EXPECT_TRUE(rc::check("order_by_utf16 is the order of the code units", [&] {
    Object members;
    for (std::string& name : *rc::gen::container<std::vector<std::string>>(any_string())) {
      members.emplace_back(std::move(name), Value());
    }
    const std::vector<std::size_t> order = order_by_utf16(members);
    RC_ASSERT(std::is_sorted(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return units(members[a].first) < units(members[b].first);
    }));
  }));
}

TEST(JsonProperty, FindsTheFirstDuplicateHoweverManyMembers) {
  EXPECT_TRUE(rc::check("first_duplicate agrees with comparing all", [] {
    const int count = *rc::gen::inRange(0, 60);
    Object members;
    for (int i = 0; i < count; ++i) {
      members.emplace_back(std::to_string(*rc::gen::inRange(0, 400)), Value());
    }
    std::size_t expected = members.size();
    for (std::size_t later = members.size(); later-- > 0;) {
      for (std::size_t earlier = 0; earlier < later; ++earlier) {
        if (members[earlier].first == members[later].first) expected = later;
      }
    }
    RC_ASSERT(first_duplicate(members) == expected);
  }));
}

TEST(JsonProperty, NumbersKeepTheirValue) {
  EXPECT_TRUE(rc::check("every spelling of a double is exact and reads back", [] {
    const double value = *any_double();
    char buffer[64];
    const auto wide =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, 16);
    const std::string seventeen(buffer, wide.ptr);
    const std::string script = ecmascript_number(seventeen);
    RC_ASSERT(number_length(script) == script.size());
    RC_ASSERT(to_binary64(script) == value);
    RC_ASSERT(to_binary64(seventeen) == value);
    RC_ASSERT(ecmascript_number(script) == script);
    RC_ASSERT(fit_binary64(seventeen) == Fit::exact);
    const bool integer = script.find_first_of(".e") == std::string::npos;
    if (!integer || std::abs(value) <= 9007199254740991.0) {
      RC_ASSERT(fit_binary64(script) == Fit::exact);
    } else {
      RC_ASSERT(fit_binary64(script) == Fit::lossy);
    }
  }));
}

TEST(JsonProperty, AnyBytesQuoteToJson) {
  EXPECT_TRUE(rc::check("quote gives a string that reads back", [] {
    const auto bytes = *rc::gen::arbitrary<std::string>();
    const Value value = read_back(quote(bytes));
    RC_ASSERT(value.is_string());
    if (is_utf8(bytes)) RC_ASSERT(value.as_string() == bytes);
  }));
}

}  // namespace
}  // namespace lp::json
