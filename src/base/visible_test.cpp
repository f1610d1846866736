#include "base/visible.h"

#include <gtest/gtest.h>

namespace lp {
namespace {

TEST(Visible, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(visible("refund 5,00 € für Zoë 😀"), "refund 5,00 € für Zoë 😀");
}

TEST(Visible, SpellsOutWhatATerminalWouldObey) {
  EXPECT_EQ(visible("a\x1b[2Jb\rc\x07"), "a⟨U+001B⟩[2Jb⟨U+000D⟩c⟨U+0007⟩");
  EXPECT_EQ(visible("\xc2\x9b"), "⟨U+009B⟩");
}

TEST(Visible, SpellsOutWhatNobodySees) {
  EXPECT_EQ(visible("\u202e\u200b\u2066\ufeff\U000e0041\ufe0f"),
            "⟨U+202E⟩⟨U+200B⟩⟨U+2066⟩⟨U+FEFF⟩⟨U+E0041⟩⟨U+FE0F⟩");
}

TEST(Visible, ShowsBytesThatAreNotText) {
  EXPECT_EQ(visible("a\xff"), "a⟨FF⟩");
}

}  // namespace
}  // namespace lp
