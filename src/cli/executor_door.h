// The server as an executor reaches it: looks at a permit, claims it, says what became of it.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "base/secret.h"
#include "cli/permit_check.h"
#include "outbound/transfers.h"

namespace lp::cli {

struct ExecutorPlace {
  std::string url;          // of the server
  Secret key;               // an API key of the role executor
  std::string authorities;  // PEM file of those that may vouch for the server; "": the system's
  std::int64_t timeout_ms = 20'000;  // for one answer
};

// Of one thread.
class ExecutorDoor {
 public:
  // The error is a sentence: a URL that is none, or one over which the key would go in clear.
  static std::expected<std::unique_ptr<ExecutorDoor>, std::string> make(ExecutorPlace place);

  // The answer of a 2xx. Else its `reason` as the code, or `unreachable`, `http_STATUS`,
  // `answer_no_json`. Tries three times where another try may help: all of it may be repeated.
  std::expected<json::Value, PermitRefusal> get(const std::string& path);
  std::expected<json::Value, PermitRefusal> post(const std::string& path, const json::Value& body);

 private:
  ExecutorDoor(ExecutorPlace place, outbound::Guard guard);
  std::expected<json::Value, PermitRefusal> call(outbound::Method method, const std::string& path,
                                                 const std::string& body);
  outbound::Transfers::Finished once(outbound::Method method, const std::string& path,
                                     const std::string& body);

  const ExecutorPlace place_;
  outbound::Transfers transfers_;
  std::int64_t last_id_ = 0;
};

}  // namespace lp::cli
