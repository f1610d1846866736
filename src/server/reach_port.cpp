#include "server/reach_port.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/visible.h"
#include "core/new_keys.h"
#include "crypto/hash.h"

namespace lp::server {

namespace {

using outbound::Unsent;

constexpr std::size_t own_max = 256;
constexpr std::int64_t look_every_ms = 30'000;
constexpr std::int64_t tell_again_ms = 24LL * 3'600'000;
constexpr std::int64_t certificate_ms_min = 14LL * 24 * 3'600'000;
constexpr std::int64_t push_ttl_ms = 24LL * 3'600'000;  // of what is about no request
constexpr int not_found = 404, gone = 410;

crypto::P256Key derive_push_key(const core::Keys& keys) {
  const Secret base = keys.purpose("lp-vapid/1");
  const Secret uniform(crypto::hkdf_sha256(base.reveal(), {}, "p256", 48));
  return crypto::P256Key::from_uniform(uniform.reveal());
}

std::string message_id(const core::Keys& keys, const store::OutboxItem& item) {
  const Digest digest =
      crypto::hmac_sha256(keys.purpose("lp-webhook-id/1").reveal(),
                          {item.project, "\n", item.webhook, "\n", item.event, "\n",
                           std::to_string(item.created.ms), "\n", std::to_string(item.id)});
  return "msg_" + base32(digest.view().substr(0, 16));
}

bool is_ours(const store::OutboxItem& item) {
  return core::is_channel(item.webhook) || core::is_browser(item.webhook);
}

Unsent removed() {
  return {.for_good = true, .why = std::string(core::not_needed)};
}

Unsent sealed() {
  return {.for_good = true, .why = "Where it goes does not open"};
}

bool is_secret_header(std::string_view name) {
  return name == "Authorization" || name == "X-LetsPing-Signature" || name == "webhook-signature";
}

// Who came, by the name that owners gave them.
std::string new_key_words(const core::Directory& directory, const core::NewKey& key) {
  const auto member = directory.members.find(key.member);
  return fmt::format(
      "A key of {} was added to those who decide. It counts at high and critical from {}, or when "
      "another owner cosigns it. If this was nobody of you, revoke it on the page People.",
      member == directory.members.end() ? key.member : visible(member->second.name),
      to_string(key.counts_at));
}

std::string shown(const outbound::Delivery& delivery) {
  std::string text;
  for (const auto& [name, value] : delivery.headers) {
    text += fmt::format("{}: {}\n", name, is_secret_header(name) ? "…" : value);
  }
  return text + (text.empty() ? "" : "\n") + delivery.body;
}

}  // namespace

ReachPort::ReachPort(core::Engine& engine, outbound::Port& decisions, ReachOptions options)
    : engine_(engine),
      decisions_(decisions),
      options_(std::move(options)),
      notices_(engine, options_.base_url),
      push_key_(derive_push_key(engine.keys())) {}

// --- what is sent -----------------------------------------------------------------------------

std::vector<store::OutboxItem> ReachPort::due(Instant now, std::size_t limit) {
  look_for_alarms(now);
  std::vector<store::OutboxItem> items;
  {
    const MutexLock lock(mutex_);
    for (const auto& [id, own] : own_) {
      if (own.item.next_attempt <= now && items.size() < limit) items.push_back(own.item);
    }
  }
  auto stored = decisions_.due(now, limit - items.size());
  std::ranges::move(stored, std::back_inserter(items));
  return items;
}

std::expected<outbound::Message, Unsent> ReachPort::message_of(const store::OutboxItem& item,
                                                               Instant now) {
  if (item.id >= 0) return notices_.of_request(item, now);
  const MutexLock lock(mutex_);
  const auto own = own_.find(item.id);
  if (own == own_.end()) return std::unexpected(removed());
  if (own->second.alarm.name.empty()) return notices_.test(item.project);
  return notices_.alarm(own->second.alarm);
}

ReachPort::Made ReachPort::render(const store::OutboxItem& item, Instant now) {
  if (!is_ours(item)) return decisions_.render(item, now);
  const auto directory = engine_.directory();
  const auto channel = directory->channels.find(item.webhook);
  const auto browser = directory->subscriptions.find(item.webhook);
  if (browser != directory->subscriptions.end() && item.event == core::closed_event) {
    return to_browser(browser->second, item, std::nullopt, now);
  }
  auto message = message_of(item, now);
  if (!message) return std::unexpected(std::move(message.error()));
  message->id = message_id(engine_.keys(), item);
  if (channel != directory->channels.end()) {
    return to_channel(channel->second, *message, item, now);
  }
  if (browser != directory->subscriptions.end()) {
    return to_browser(browser->second, item, *message, now);
  }
  return std::unexpected(removed());
}

ReachPort::Made ReachPort::to_channel(const store::Channel& channel,
                                      const outbound::Message& message,
                                      const store::OutboxItem& item, Instant now) {
  const auto target = core::open_target(engine_.keys(), channel);
  if (!target) return std::unexpected(sealed());
  if (channel.kind == "mail") {
    if (!sends("mail")) {
      return std::unexpected(Unsent{.for_good = false, .why = "mail.server is not set"});
    }
    return outbound::mail_delivery(options_.mail, target->address, message, now);
  }
  if (channel.kind == "slack") return outbound::slack_delivery(target->url, message);
  if (channel.kind == "teams") return outbound::teams_delivery(target->url, message);
  if (channel.kind == "ntfy") return outbound::ntfy_delivery(target->url, target->secret, message);
  return outbound::webhook_delivery(target->url, target->secret, message, now, item.attempts + 1);
}

ReachPort::Made ReachPort::to_browser(const store::PushSubscription& browser,
                                      const store::OutboxItem& item,
                                      const std::optional<outbound::Message>& message,
                                      Instant now) {
  const auto target = core::open_target(engine_.keys(), browser);
  if (!target) return std::unexpected(sealed());
  if (options_.push_subject.empty()) {
    return std::unexpected(Unsent{.for_good = false, .why = "push.subject is not set"});
  }
  outbound::Push push{.body = {},
                      .topic = message ? message->request : item.request,
                      .ttl_ms = push_ttl_ms,
                      .urgent = message && message->urgent};
  if (!item.request.empty()) {
    // A closing is worth as long as what it takes away, which is unknown here; a day is enough.
    const auto view = engine_.request(item.request, item.project);
    if (message && view) push.ttl_ms = view->rows.state.state.decide_by - now;
  }
  const PushReader reader{.browser = browser.id, .pending = pending_of(browser.member)};
  push.body =
      message ? push_body(*message, reader) : closing_body(item.request, options_.base_url, reader);
  auto delivery = outbound::push_delivery(
      {.key = push_key_, .subject = options_.push_subject},
      {.endpoint = target->url, .p256dh = target->p256dh, .auth = target->auth}, push, now,
      engine_.entropy());
  if (!delivery) return std::unexpected(sealed());
  return *std::move(delivery);
}

std::uint64_t ReachPort::pending_of(const std::string& member) const {
  const auto directory = engine_.directory();
  std::uint64_t pending = 0;
  for (const auto& [id, project] : directory->projects) {
    if (directory->succeeded(id)) continue;
    const bool theirs = std::ranges::any_of(project.people, [&](const approval::Person& person) {
      return person.member == member && approval::may_contribute(approval::default_rule(), person);
    });
    if (theirs) pending += project.live->pending;
  }
  return pending;
}

// --- what became of it ------------------------------------------------------------------------

std::vector<store::OutboxItem> ReachPort::report(std::vector<store::OutboxItem> items) {
  std::vector<store::OutboxItem> stored;
  for (auto& item : items) {
    if (item.id < 0) {
      settle_own(item);
    } else {
      stored.push_back(std::move(item));
    }
  }
  return stored.empty() ? stored : decisions_.report(std::move(stored));
}

void ReachPort::settle_own(const store::OutboxItem& item) {
  bool attempted = false;
  {
    const MutexLock lock(mutex_);
    const auto own = own_.find(item.id);
    if (own == own_.end()) return;
    attempted = item.attempts > own->second.item.attempts;
    // Somebody looks at a test now; only alarms are tried again.
    const bool over = item.state != "due" || (attempted && own->second.alarm.name.empty());
    if (over) {
      own_.erase(own);
    } else {
      own->second.item = item;
    }
  }
  if (!attempted) return;
  core::NoteSent note{.destination = item.webhook,
                      .accepted = item.state == "sent",
                      .gone = item.status == not_found || item.status == gone,
                      .error = item.last_error};
  const bool taken = engine_.submit<core::NoteSent>(std::move(note), [](const auto&) {});
  if (!taken) log::warning("reach.unnoted", "What became of a test or an alarm was not kept.");
}

// --- alarms -----------------------------------------------------------------------------------

void ReachPort::look_for_alarms(Instant now) {
  if (now - alarms_looked_ < look_every_ms && now >= alarms_looked_) return;
  alarms_looked_ = now;
  auto found = core::conditions(engine_, now, options_.alarm_after_ms);
  if (const auto until = options_.certificate_until(); until && *until - now < certificate_ms_min) {
    found.push_back({.name = "certificate",
                     .project = {},
                     .wrong = fmt::format("It is valid until {}.", to_string(*until))});
  }
  // Each by itself: a second new key must not hide behind one that was told of.
  for (const core::NewKey& key : core::new_keys(engine_, now)) {
    found.push_back({.name = "new_key",
                     .project = key.project,
                     .wrong = new_key_words(*engine_.directory(), key),
                     .subject = key.key});
  }
  for (const core::Condition& condition : found) {
    const std::string key = condition.name + " " + condition.project + " " + condition.subject;
    const auto told = alarms_told_.find(key);
    if (condition.wrong.empty()) {
      if (told != alarms_told_.end()) alarms_told_.erase(told);
    } else if (told == alarms_told_.end() || now - told->second >= tell_again_ms) {
      alarms_told_.insert_or_assign(key, now);
      raise(condition, now);
    }
  }
}

void ReachPort::raise(const core::Condition& condition, Instant now) {
  log::error("alarm." + condition.name, condition.wrong, {{"project", condition.project}});
  const auto directory = engine_.directory();
  const auto concerns = [&](const std::string& project) {
    return condition.project.empty() || condition.project == project;
  };
  const std::string event = "alarm." + condition.name;
  bool room = true;
  for (const auto& [id, channel] : directory->channels) {
    if (!concerns(channel.project) || !channel.audience.empty()) continue;
    room = add_own(channel.project, id, event, condition, now) && room;
  }
  for (const auto& [id, project] : directory->projects) {
    if (!concerns(id)) continue;
    for (const auto& [browser, row] : directory->subscriptions) {
      const bool owns = std::ranges::any_of(project.entries, [&](const auto& entry) {
        return entry.member == row.member && (entry.has_role("owner") || entry.has_role("admin"));
      });
      if (owns) room = add_own(id, browser, event, condition, now) && room;
    }
  }
  if (!room) log::error("alarm.crowded", "Not everybody was told of an alarm: too many wait.");
}

bool ReachPort::add_own(const std::string& project, const std::string& destination,
                        std::string event, core::Condition alarm, Instant now) {
  const MutexLock lock(mutex_);
  const bool known = std::ranges::any_of(own_, [&](const auto& own) {
    return own.second.item.webhook == destination && own.second.item.event == event &&
           own.second.alarm.subject == alarm.subject;
  });
  if (known) return true;
  if (own_.size() >= own_max) return false;
  Own own{.item = {}, .alarm = std::move(alarm)};
  own.item.id = --last_id_;
  own.item.project = project;
  own.item.event = std::move(event);
  own.item.webhook = destination;
  own.item.created = own.item.next_attempt = now;
  own_.emplace(own.item.id, std::move(own));
  return true;
}

// --- for the doors ----------------------------------------------------------------------------

std::string ReachPort::push_key() const {
  return options_.push_subject.empty() ? std::string() : base64url(push_key_.point());
}

bool ReachPort::sends(std::string_view kind) const {
  return kind != "mail" || !options_.mail.url.empty();
}

std::string ReachPort::refuse_target(std::string_view kind, const std::string& target) const {
  if (kind == "mail") {
    return outbound::is_mail_address(target) ? "" : "must be one mail address";
  }
  const bool plain = std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f; });
  const bool secure = target.starts_with("https://") && target.size() > 8;
  // An unencrypted URL carries its secret to everybody on the way; a webhook's is only signed with.
  if (plain && (secure || (kind == "webhook" && target.starts_with("http://")))) return {};
  return kind == "webhook" ? "must be an absolute http or https URL" : "must be an https URL";
}

std::string ReachPort::refuse_browser(const core::Target& target) const {
  const outbound::Browser browser{
      .endpoint = target.url, .p256dh = target.p256dh, .auth = target.auth};
  if (const auto wrong = outbound::refuse_browser(browser)) return std::string(*wrong);
  // The cheapest question whether the point is on the curve.
  return push_key_.agree(target.p256dh) ? "" : "p256dh must be a point of P-256";
}

std::string ReachPort::preview(const store::Channel& channel) {
  const store::OutboxItem item;
  const auto made =
      to_channel(channel, notices_.sample(channel.project), item, engine_.clock().now());
  if (!made) return made.error().why;
  if (channel.kind != "mail") return shown(*made);
  // Base64 says nothing to whoever looks.
  const std::size_t end = made->body.find("\r\n\r\n");
  return made->body.substr(0, end) + "\n\n" +
         outbound::plain_text(notices_.sample(channel.project));
}

std::string ReachPort::preview(const store::PushSubscription& browser) {
  const auto directory = engine_.directory();
  const auto theirs = std::ranges::find_if(directory->projects, [&](const auto& item) {
    return !directory->succeeded(item.first) &&
           std::ranges::count(item.second.people, browser.member, &approval::Person::member) > 0;
  });
  const std::string project = theirs == directory->projects.end() ? "" : theirs->first;
  return push_body(notices_.sample(project),
                   {.browser = browser.id, .pending = pending_of(browser.member)});
}

bool ReachPort::test(const std::string& project, const std::string& destination) {
  if (!add_own(project, destination, "test", {}, engine_.clock().now())) return false;
  options_.wake();
  return true;
}

}  // namespace lp::server
