#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/testing.h"

namespace lp {
namespace {

using namespace std::string_view_literals;

TEST(Hex, WritesLowerCaseAndReadsItBack) {
  EXPECT_EQ(hex("\x00\x1f\xff"sv), "001fff");
  EXPECT_EQ(from_hex("001fff"), "\x00\x1f\xff"sv);
  EXPECT_EQ(from_hex(""), "");
}

TEST(Hex, RefusesUpperCaseOddLengthAndOtherCharacters) {
  EXPECT_FALSE(from_hex("FF"));
  EXPECT_FALSE(from_hex("fff"));
  EXPECT_FALSE(from_hex("g0"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex("0\x80"));
}

TEST(Base64, GivesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  EXPECT_EQ(base64("\xfb\xff\xbf"sv), "+/+/");
}

TEST(Base64, RefusesMissingAndMisplacedPadding) {
  for (const auto text : {"Zg", "Zg=", "Zm8", "=", "====", "===", "Z===", "Zg==Zg==", "Zm=v"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Base64, RefusesTrailingBitsWhitespaceAndTheOtherAlphabet) {
  for (const auto text :
       {"Zh=="sv, "Zm9="sv, "Zg==\n"sv, "Zg=\n"sv, " Zg="sv, "Zm 8"sv, "-_-_"sv, "Zm9v\0Zm9"sv}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Base64, EveryTextThatDecodesIsTheOneItsBytesEncodeTo) {
  // All texts of four characters over a small alphabet that holds the critical ones.
  const std::string_view alphabet = "AQgwZ/+=-_ ";
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      for (const char c : alphabet) {
        for (const char d : alphabet) {
          const std::string text{a, b, c, d};
          const auto bytes = from_base64(text);
          if (bytes) EXPECT_EQ(base64(*bytes), text);
        }
      }
    }
  }
}

TEST(Base64url, HasNoPaddingAndItsOwnAlphabet) {
  EXPECT_EQ(base64url("\xfb\xff\xbf"sv), "-_-_");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(from_base64url("-_-_"), "\xfb\xff\xbf"sv);
  EXPECT_EQ(from_base64url("Zg"), "f");
  for (const auto text : {"Zg==", "+/+/", "Z", "Zh", "Zm9vY", "Zm9"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(Base32, SixteenBytesGiveTwentySixCharacters) {
  EXPECT_EQ(base32(std::string(16, '\0')), std::string(26, '0'));
  EXPECT_EQ(base32(std::string(16, '\xff')), "7" + std::string(25, 'z'));
  EXPECT_EQ(base32(std::string(32, '\xff')), "1" + std::string(51, 'z'));
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("\x01"), "01");
}

TEST(Base32, RefusesOverflowForeignCharactersAndImpossibleLengths) {
  EXPECT_FALSE(from_base32("8" + std::string(25, '0')));
  EXPECT_FALSE(from_base32("A" + std::string(25, '0')));
  for (const auto letter : {"i", "l", "o", "u", "A", "-", " "}) {
    EXPECT_FALSE(from_base32("0" + std::string(letter))) << letter;
  }
  EXPECT_FALSE(from_base32("0"));       // five bits are no byte
  EXPECT_FALSE(from_base32("000"));     // one byte has two characters
  EXPECT_FALSE(from_base32("000000"));  // three bytes have five
  EXPECT_FALSE(from_base32("80"));      // 256
  EXPECT_EQ(from_base32("7z"), "\xff");
}

TEST(Base32, KeepsTheOrderOfTheBytes) {
  SeededEntropy entropy(7);
  std::vector<std::string> raw;
  for (int i = 0; i < 200; ++i) raw.push_back(entropy.bytes(16));
  std::sort(raw.begin(), raw.end());
  for (std::size_t i = 1; i < raw.size(); ++i) EXPECT_LT(base32(raw[i - 1]), base32(raw[i]));
}

TEST(Encodings, RoundTripEveryLength) {
  SeededEntropy entropy(11);
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string bytes = entropy.bytes(length);
    EXPECT_EQ(from_hex(hex(bytes)), bytes);
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
    EXPECT_EQ(from_base32(base32(bytes)), bytes);
  }
}

TEST(Utf8, AcceptsTheBordersOfEachLength) {
  for (const auto text : {"\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff",
                          "\U00010000", "\U0010ffff"}) {
    EXPECT_TRUE(is_utf8(text)) << hex(text);
  }
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("\0"sv));
}

TEST(Utf8, RefusesOverlongSurrogatesTruncatedAndBeyond) {
  for (const auto text :
       {"\x80"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xe0\x80\x80"sv, "\xe0\x9f\xbf"sv, "\xed\xa0\x80"sv,
        "\xed\xbf\xbf"sv, "\xf0\x80\x80\x80"sv, "\xf0\x8f\xbf\xbf"sv, "\xf4\x90\x80\x80"sv,
        "\xf5\x80\x80\x80"sv, "\xff"sv, "\xc3"sv, "\xe2\x82"sv, "\xf0\x9f\x98"sv, "\xc3("sv,
        "\xe2\x28\xa1"sv, "\xe2\x82\x28"sv, "\xf0\x9f\x98\x28"sv}) {
    EXPECT_FALSE(is_utf8(text)) << hex(text);
    EXPECT_FALSE(first_code_point(text)) << hex(text);
    // The same behind enough ASCII for the fast path, and before it.
    EXPECT_FALSE(is_utf8("abcdefghijklmnop" + std::string(text)));
    EXPECT_FALSE(is_utf8("abc" + std::string(text) + "defghijklmnopq"));
  }
  EXPECT_FALSE(first_code_point(""));
}

TEST(Utf8, DecodesTheFirstCodePointOnly) {
  const auto point = first_code_point("€uro");
  ASSERT_TRUE(point);
  EXPECT_EQ(point->value, U'€');
  EXPECT_EQ(point->bytes, 3u);
}

}  // namespace
}  // namespace lp
