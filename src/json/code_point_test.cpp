#include "json/code_point.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace lp::json {
namespace {

TEST(CodePoint, WritesUtf8OfEveryLength) {
  for (const char32_t value :
       {U'\0', U'\x7F', U'\x80', U'\u07FF', U'\u0800', U'\uFFFF', U'\U00010000', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(text, value);
    const auto point = first_code_point(text);
    ASSERT_TRUE(point.has_value());
    EXPECT_EQ(point->value, value);
    EXPECT_EQ(point->bytes, text.size());
  }
}

TEST(CodePoint, ReadsFourHexDigits) {
  EXPECT_EQ(read_hex4("0000", 0), U'\0');
  EXPECT_EQ(read_hex4("xFfaB", 1), char32_t{0xFFAB});
  for (const char* text : {"", "000", "00g0", "000/", "00:0", "00@0", "00G0", "00`0", "-000"}) {
    EXPECT_EQ(read_hex4(text, 0), std::nullopt) << text;
  }
  EXPECT_EQ(read_hex4("0000", 5), std::nullopt);
}

TEST(CodePoint, KnowsEveryEscapeOfJson) {
  for (const auto& [letter, meaning] : std::initializer_list<std::pair<char, char>>{{'"', '"'},
                                                                                    {'\\', '\\'},
                                                                                    {'/', '/'},
                                                                                    {'b', '\b'},
                                                                                    {'f', '\f'},
                                                                                    {'n', '\n'},
                                                                                    {'r', '\r'},
                                                                                    {'t', '\t'}}) {
    EXPECT_EQ(unescape(letter), meaning);
  }
  for (const char letter : {'u', 'x', 'v', '0', '\'', 'B'})
    EXPECT_EQ(unescape(letter), std::nullopt);
}

TEST(CodePoint, EscapesShortWhereItCan) {
  std::string text;
  for (const char c : {'"', '\\', '\b', '\f', '\n', '\r', '\t', '\0', '\x1F'})
    append_escape(text, c);
  EXPECT_EQ(text, "\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f");
}

TEST(CodePoint, JoinsSurrogates) {
  EXPECT_TRUE(is_high_surrogate(0xD800) && is_high_surrogate(0xDBFF));
  EXPECT_FALSE(is_high_surrogate(0xD7FF) || is_high_surrogate(0xDC00));
  EXPECT_TRUE(is_low_surrogate(0xDC00) && is_low_surrogate(0xDFFF));
  EXPECT_FALSE(is_low_surrogate(0xDBFF) || is_low_surrogate(0xE000));
  EXPECT_EQ(join_surrogates(0xD83D, 0xDE00), U'\U0001F600');
}

}  // namespace
}  // namespace lp::json
