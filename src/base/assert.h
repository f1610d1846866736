// LP_ASSERT: our own bugs, and nothing else.
//
// On in release. It prints the expression and the place, then aborts; it is never reachable from
// input. It is an inline function call, so that the branch coverage of the caller stays meaningful.

#pragma once

namespace lp {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

inline void assert_that(bool holds, const char* expression, const char* file, int line) {
  if (!holds) assertion_failed(expression, file, line);
}

}  // namespace lp

#define LP_ASSERT(condition) ::lp::assert_that((condition), #condition, __FILE__, __LINE__)
