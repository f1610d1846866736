#include "identity/cbor_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace lp::identity {
namespace {

using Kind = CborItem::Kind;

std::string bytes_of(std::string_view digits) {
  return *from_hex(digits);
}

TEST(CborReader, ReadsTheItemsOfACredential) {
  const std::string bytes = bytes_of(
      "a2"
      "0126"
      "63666d74"
      "4201ff"
      "f5"
      "82"
      "1903e8"
      "3903e7");
  CborReader reader(bytes);
  EXPECT_EQ(reader.next(Kind::map)->size, 2u);
  EXPECT_EQ(reader.next(Kind::integer)->number, 1);
  EXPECT_EQ(reader.next(Kind::integer)->number, -7);
  EXPECT_EQ(reader.next(Kind::text)->content, "fmt");
  EXPECT_EQ(reader.next(Kind::bytes)->content, "\x01\xff");
  EXPECT_TRUE(reader.next(Kind::boolean)->truth);
  EXPECT_EQ(reader.next(Kind::array)->size, 2u);
  EXPECT_EQ(reader.next(Kind::integer)->number, 1'000);
  EXPECT_EQ(reader.next(Kind::integer)->number, -1'000);
  EXPECT_TRUE(reader.rest().empty());
  EXPECT_FALSE(reader.next());
}

TEST(CborReader, RefusesWhatIsNotInTheShortestForm) {
  for (const char* digits : {"1817", "190017", "1a00000017", "1b0000000000000017", "5801aa",
                             "780161", "b80100", "980100", "3800", "f815"}) {
    const std::string bytes = bytes_of(digits);
    EXPECT_FALSE(CborReader(bytes).next()) << digits;
  }
}

TEST(CborReader, RefusesIndefiniteLengthsTagsFloatsAndNothing) {
  for (const char* digits : {"5f4101ff", "7f6161ff", "9f01ff", "bf0102ff", "c001", "f90000",
                             "fa00000000", "fb0000000000000000", "f6", "f7", "ff", "1c", ""}) {
    const std::string bytes = bytes_of(digits);
    EXPECT_FALSE(CborReader(bytes).next()) << digits;
  }
}

TEST(CborReader, BelievesNoLengthThatIsNotThere) {
  for (const char* digits : {"43aabb", "5affffffff", "9affffffff", "bb7fffffffffffffff", "8201",
                             "1bffffffffffffffff", "3bffffffffffffffff"}) {
    const std::string bytes = bytes_of(digits);
    CborReader reader(bytes);
    EXPECT_FALSE(reader.skip()) << digits;
    EXPECT_FALSE(reader.next()) << digits;
  }
}

TEST(CborReader, GoesOnNowhereAfterAnItemOfAnotherKind) {
  const std::string bytes = bytes_of("0102");
  CborReader reader(bytes);
  EXPECT_FALSE(reader.next(Kind::text));
  EXPECT_FALSE(reader.next(Kind::integer));
}

TEST(CborReader, SkipsAWholeItemAndNoDeeperThanAsked) {
  const std::string nested = bytes_of(
      "81818181"
      "01"
      "02");
  CborReader reader(nested);
  EXPECT_TRUE(reader.skip());
  EXPECT_EQ(reader.next()->number, 2);
  const std::string deeper = bytes_of(
      "8181818181"
      "01");
  EXPECT_FALSE(CborReader(deeper).skip());
  const std::string empty = bytes_of("8181818180");
  EXPECT_TRUE(CborReader(empty).skip());
}

}  // namespace
}  // namespace lp::identity
