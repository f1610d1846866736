#include "base/assert.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace lp {

void assertion_failed(const char* expression, const char* file, int line) {
  // One write of a buffer on the stack: the heap may be what broke.
  char text[512];
  const int length =
      std::snprintf(text, sizeof text, "assertion failed: %s (%s:%d)\n", expression, file, line);
  if (length > 0) {
    const auto bytes = static_cast<std::size_t>(length);
    const auto written = ::write(STDERR_FILENO, text, bytes < sizeof text ? bytes : sizeof text);
    static_cast<void>(written);
  }
  std::abort();
}

}  // namespace lp
