#include "json/plain_text.h"

#include <gtest/gtest.h>

#include <string>

namespace lp::json {
namespace {

TEST(PlainText, EndsAtEveryByteThatNeedsAnEscapeWhereverItStands) {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'a');
      text[place] = c;
      EXPECT_EQ(plain_length(text), is_plain(c) ? text.size() : place) << value << " at " << place;
    }
  }
}

TEST(PlainText, TakesNeighboursOfSpecialBytesForPlain) {
  // ' ' and '!' stand beside the controls and the quote, '[' and ']' beside the backslash.
  for (const char c : {' ', '!', '#', '[', ']', '\x7f'}) {
    const std::string text(33, c);
    EXPECT_EQ(plain_length(text), text.size()) << c;
  }
}

TEST(PlainText, OfNothingIsNothing) {
  EXPECT_EQ(plain_length(""), 0u);
  EXPECT_EQ(plain_length("\""), 0u);
}

}  // namespace
}  // namespace lp::json
