// Rows of what helps people to find their work (rows.h): whose turn it is, and what somebody wants
// to see later. Nothing rests on them, so nothing guards them.

#pragma once

#include <string>

#include "base/time.h"

namespace lp::store {

// Whose turn it is. No evidence: it gives nobody a right and takes none.
struct Assignment {
  std::string request;
  std::string member;  // "": nobody's any more
  std::string by;      // who said so
  Instant at;

  friend bool operator==(const Assignment&, const Assignment&) = default;
};

// That a member wants to see a request later.
struct Snooze {
  std::string member;
  std::string request;
  Instant until;

  friend bool operator==(const Snooze&, const Snooze&) = default;
};

}  // namespace lp::store
