// HTTP requests on their way, many at once on one thread. The only place that sees libcurl.
//
// What a receiver can do is bounded: so long for one request, so many bytes of an answer, no
// redirect, no decompression, no proxy, no credentials in URLs. Of an answer only the status
// counts, unless its body is asked for.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "outbound/guard.h"
#include "outbound/schedule.h"
#include "outbound/signature.h"

namespace lp::outbound {

enum class Method : std::uint8_t { post, get };

// One request; a GET has no body.
struct Delivery {
  std::string url;
  Headers headers;
  std::string body;
  Method method = Method::post;
};

struct TransferOptions {
  std::int64_t attempt_ms_max = 5'000;  // resolving, connecting, sending and waiting together
  std::size_t answer_bytes_max = 64 * 1024;
  bool keep_body = false;
  // One connection for one request after the other. Only where every URL is of one host: the guard
  // is asked when a connection is made.
  bool keep_connection = false;
  std::string authorities;           // PEM file of those to trust; "": the system's
  std::vector<std::string> resolve;  // "host:port:address": names for tests, in libcurl's form
};

class Transfers {
 public:
  struct Finished {
    std::int64_t id = 0;
    Answer answer;
    std::string body;  // of an answer that came whole, when it is kept
  };

  Transfers(Guard guard, TransferOptions options);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void begin(std::int64_t id, Delivery delivery);
  // Moves everything forward for at most `ms`; returns early when something is finished.
  std::vector<Finished> wait(std::int64_t ms);
  // From any thread: ends a wait.
  void wake();

  [[nodiscard]] std::size_t running() const;
  // How many sockets the guard has let through.
  [[nodiscard]] std::uint64_t sockets_opened() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lp::outbound
