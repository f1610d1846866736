// Sends notices, tests and alarms beside the webhooks: an outbox port around theirs.
//
// Notices of requests are items of the outbox. Tests and alarms are not: an alarm must leave even
// when nothing can be written, which may be what it says, and nobody needs a test that was asked
// for before a restart. They live here, under ids below zero, and end after their attempts.

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/reach.h"
#include "base/mutex.h"
#include "core/reach.h"
#include "crypto/p256.h"
#include "outbound/mail.h"
#include "server/notices.h"

namespace lp::server {

struct ReachOptions {
  std::string base_url;  // "https://letsping.example"
  outbound::MailServer mail;
  std::string push_subject;  // "": Web Push is off
  std::int64_t alarm_after_ms = 3'600'000;
  // Until when the certificate that is shown is valid; nothing without TLS.
  std::function<std::optional<Instant>()> certificate_until = [] {
    return std::optional<Instant>();
  };
  std::function<void()> wake = [] {};  // there is something new to send
};

class ReachPort final : public outbound::Port, public api::Reach {
 public:
  // Both outlive it. `decisions` renders and reports everything that is no notice.
  ReachPort(core::Engine& engine, outbound::Port& decisions, ReachOptions options);

  std::vector<store::OutboxItem> due(Instant now, std::size_t limit) override;
  std::expected<outbound::Delivery, outbound::Unsent> render(const store::OutboxItem& item,
                                                             Instant now) override;
  std::vector<store::OutboxItem> report(std::vector<store::OutboxItem> items) override;

  [[nodiscard]] std::string push_key() const override;
  [[nodiscard]] bool sends(std::string_view kind) const override;
  [[nodiscard]] std::string refuse_target(std::string_view kind,
                                          const std::string& target) const override;
  [[nodiscard]] std::string refuse_browser(const core::Target& target) const override;
  [[nodiscard]] std::string preview(const store::Channel& channel) override;
  [[nodiscard]] std::string preview(const store::PushSubscription& browser) override;
  [[nodiscard]] bool test(const std::string& project, const std::string& destination) override;

 private:
  struct Own {
    store::OutboxItem item;
    core::Condition alarm;  // of a test: empty
  };
  using Made = std::expected<outbound::Delivery, outbound::Unsent>;

  Made to_channel(const store::Channel& channel, const outbound::Message& message,
                  const store::OutboxItem& item, Instant now);
  Made to_browser(const store::PushSubscription& browser, const store::OutboxItem& item,
                  const std::optional<outbound::Message>& message, Instant now);
  std::expected<outbound::Message, outbound::Unsent> message_of(const store::OutboxItem& item,
                                                                Instant now);
  [[nodiscard]] std::uint64_t pending_of(const std::string& member) const;
  void look_for_alarms(Instant now);
  void raise(const core::Condition& condition, Instant now);
  bool add_own(const std::string& project, const std::string& destination, std::string event,
               core::Condition alarm, Instant now);
  void settle_own(const store::OutboxItem& item);

  core::Engine& engine_;
  outbound::Port& decisions_;
  const ReachOptions options_;
  const Notices notices_;
  const crypto::P256Key push_key_;
  // Of lp-outbound.
  Instant alarms_looked_;
  std::map<std::string, Instant> alarms_told_;  // by name and project, those that stand

  Mutex mutex_;
  std::map<std::int64_t, Own> own_ __attribute__((guarded_by(mutex_)));  // by id, below zero
  std::int64_t last_id_ __attribute__((guarded_by(mutex_))) = 0;
};

}  // namespace lp::server
