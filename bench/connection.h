// One kept-alive HTTP/1.1 connection to loopback, for a client that speaks to many at once: sends
// whole requests and takes answers apart as they come. No retries.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lp::bench {

struct Answer {
  int status = 0;
  std::string_view head, body;  // until the next call of `take`
};

class Connection {
 public:
  // `source`: the last number of the client's address 127.0.1.N, because a server counts by
  // address; 0 leaves it to the system.
  explicit Connection(std::uint16_t port, unsigned source = 0);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  [[nodiscard]] int socket() const { return socket_; }
  // False when the connection is broken.
  [[nodiscard]] bool send(std::string_view request) const;
  // What has come and is whole; nothing yet otherwise. `broken` tells whether more can come.
  std::optional<Answer> take();
  // The same, but waits; nothing: broken, or the time is over.
  std::optional<Answer> wait(int timeout_ms);
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::optional<Answer> whole();

  int socket_ = -1;
  bool broken_ = false;
  std::string buffer_;
  std::size_t taken_ = 0;  // bytes of `buffer_` that were given out
};

}  // namespace lp::bench
