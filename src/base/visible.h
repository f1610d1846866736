// Texts of others where people read them: on a terminal, in a spreadsheet.

#pragma once

#include <string>
#include <string_view>

namespace lp {

// Control, bidi and other invisible code points spelt out (`⟨U+202E⟩`), and bytes that are no text
// too (`⟨FF⟩`), so that what an agent wrote can neither move the cursor nor hide (security.md
// R-UNI-04).
std::string visible(std::string_view utf8);

}  // namespace lp
