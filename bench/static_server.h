// nginx with one worker and one file: what an answer over HTTP costs where nothing is computed.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rig.h"

namespace lp::bench {

class StaticServer {
 public:
  // Serves `body` as /static.json. Null where there is no nginx; the error is a sentence.
  static std::expected<std::unique_ptr<StaticServer>, std::string> start(const Options& options,
                                                                         std::string_view body);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

 private:
  StaticServer() = default;
  faults::Home home_;
  std::optional<faults::Child> process_;
  std::uint16_t port_ = 0;
};

}  // namespace lp::bench
