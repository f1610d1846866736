// What is written in a policy and cannot be meant: rules that never decide, that a milder rule
// before them takes the sense from, that catch more than anybody would say, or that rest on what an
// agent may leave out.
//
// What a policy may not say at all is no finding but a problem of reading it (document.h).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"

namespace lp::policy {

struct Finding {
  Mark at;
  std::string_view code;  // unreachable, shadowed, over_broad, unsourced_fact, tool_not_listed
  std::string sentence;
};

// In the order of the text.
std::vector<Finding> lint(const Document& document);

// Rules are compared with those before them; in a document of more than so many pairs only the
// first are.
inline constexpr std::size_t compared_pairs_max = 4'000'000;

}  // namespace lp::policy
