// What people are told in words: of a request that waits, of a test, of an alarm. Content-free
// (security.md R-NT-01): names that people gave, a level, times and a link.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/condition.h"
#include "core/engine.h"
#include "outbound/message.h"
#include "outbound/web_push.h"
#include "outbound/worker.h"

namespace lp::server {

class Notices {
 public:
  // `base_url`: what links to pages begin with.
  Notices(core::Engine& engine, std::string base_url)
      : engine_(engine), base_url_(std::move(base_url)) {}

  // Of an item of the outbox; it is not needed any more once its request has been decided.
  std::expected<outbound::Message, outbound::Unsent> of_request(const store::OutboxItem& item,
                                                                Instant now) const;
  [[nodiscard]] outbound::Message test(const std::string& project) const;
  // As it would be told of a request at level high, for previews.
  [[nodiscard]] outbound::Message sample(const std::string& project) const;
  [[nodiscard]] outbound::Message alarm(const core::Condition& condition) const;

 private:
  [[nodiscard]] outbound::Message waiting(const std::string& project, std::string_view level,
                                          const std::string& agent, std::int64_t left_ms,
                                          const std::string& request) const;
  [[nodiscard]] std::string project_name(const std::string& project) const;

  core::Engine& engine_;
  const std::string base_url_;
};

// Whom a push is for: the subscription, and how many requests wait for its member.
struct PushReader {
  std::string browser;
  std::uint64_t pending = 0;
};
// What a browser is sent: the declarative form (https://www.w3.org/TR/push-api), which Safari shows
// by itself and our service worker reads.
std::string push_body(const outbound::Message& message, const PushReader& reader);
// What takes the notification of a request away.
std::string closing_body(const std::string& request, const std::string& base_url,
                         const PushReader& reader);

}  // namespace lp::server
