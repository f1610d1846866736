// What a monitor reads from: the logs of a server, over HTTP.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "monitor/source.h"
#include "outbound/transfers.h"

namespace lp::cli {

struct HttpPlace {
  std::string url;          // of the server
  Secret key;               // an API key that may read the log; may be empty
  std::string authorities;  // PEM file of those that may vouch for the server; "": the system's
  std::int64_t timeout_ms = 20'000;  // for one answer
};

class HttpSource final : public monitor::Source {
 public:
  // The error is a sentence: a URL that is none, or one over which the key would go in clear.
  static std::expected<std::unique_ptr<HttpSource>, std::string> make(HttpPlace place);

  // Tries three times where another try may help. Ends early when the user interrupts.
  std::expected<std::string, monitor::NotFetched> fetch(const std::string& path) override;

 private:
  HttpSource(HttpPlace place, outbound::Guard guard);
  outbound::Transfers::Finished once(const std::string& path);

  const HttpPlace place_;
  outbound::Transfers transfers_;
  std::int64_t last_id_ = 0;
};

}  // namespace lp::cli
