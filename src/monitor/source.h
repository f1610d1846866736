// Where a monitor reads from: a server that serves logs, which may lie, stall or be away.

#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace lp::monitor {

// Why nothing came.
enum class FetchFault : std::uint8_t {
  unreachable,  // no answer, or none that is whole
  missing,      // it says that there is no such thing
  interrupted,  // who runs the monitor does not want to wait
};

struct NotFetched {
  FetchFault fault = FetchFault::unreachable;
  std::string why;  // a sentence without its stop
};

class Source {
 public:
  virtual ~Source() = default;
  // What stands at "/log/…". Blocks, for a bounded time; what comes back is bounded too.
  virtual std::expected<std::string, NotFetched> fetch(const std::string& path) = 0;
};

}  // namespace lp::monitor
