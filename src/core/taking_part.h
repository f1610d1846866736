// What members do about a request besides deciding it, as commands (commands.h): doors check form,
// the core whether it may happen. None of it changes what may be decided, and by whom.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace lp::core {

// What a member says about a request beside deciding it: sealed for who has the content key, or
// where the server can read the payload as text.
struct Comment {
  std::string request, member, key;
  std::string id;  // of the comment, made by its author: the same again is the same comment
  std::uint64_t version = 1;
  std::string note, text;  // one of the two
  struct Result {};
};

// Whose turn it is; "" for nobody's.
struct Assign {
  std::string request, member, key;
  std::string assignee;
  struct Result {};
};

// For this member only, until then; nothing: not any more.
struct PutOff {
  std::string request, member, key;
  std::optional<Instant> until;
  struct Result {};
};

}  // namespace lp::core
