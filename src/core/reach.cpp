#include "core/reach.h"

#include <algorithm>

#include "base/text.h"
#include "core/request_event.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::core {
namespace {

constexpr int not_found = 404, gone = 410;

bool can_review(const approval::Person& person) {
  return approval::may_contribute(approval::default_rule(), person);
}

std::optional<Target> read_target(std::optional<std::string> text) {
  if (!text) return std::nullopt;
  const auto document = json::parse(*std::move(text));
  if (!document) return std::nullopt;
  const auto member = [&](std::string_view name) {
    return std::string(document->root.find_string(name).value_or(""));
  };
  auto p256dh = from_base64(member("p256dh")), auth = from_base64(member("auth"));
  if (!p256dh || !auth) return std::nullopt;
  return Target{.url = member("url"),
                .address = member("address"),
                .secret = Secret(member("secret")),
                .p256dh = *std::move(p256dh),
                .auth = *std::move(auth)};
}

void queue(Work& work, store::OutboxItem item) {
  work.batch.writes.emplace_back(std::move(item));
}

// One notice of a request to one destination, or what stands for it once there are too many.
void queue_notice(Work& work, const Work::Open& open, const std::string& destination,
                  std::int64_t after_ms) {
  const auto answer = work.world.notice_ceiling.take(destination, open.row.agent_id, work.now);
  if (answer.verdict == NoticeCeiling::Verdict::silent) return;
  const bool alone = answer.verdict == NoticeCeiling::Verdict::alone;
  store::OutboxItem item;
  item.project = open.row.project;
  item.request = open.row.id;
  item.event = alone ? pending_event : crowd_event;
  item.webhook = destination;
  item.leaf_index = open.row.leaf_index;
  item.created = work.now;
  item.next_attempt = alone ? work.now + notice_grace_ms + after_ms : answer.window_end;
  queue(work, std::move(item));
}

}  // namespace

bool is_channel(std::string_view destination) {
  return destination.starts_with("chn_");
}

bool is_browser(std::string_view destination) {
  return destination.starts_with("sub_");
}

std::optional<Target> open_target(const Keys& keys, const store::Channel& channel) {
  return read_target(open_field(keys.purpose("lp-reach/1").reveal(), "channel", channel.id,
                                channel.target_sealed));
}

std::optional<Target> open_target(const Keys& keys, const store::PushSubscription& browser) {
  return read_target(open_field(keys.purpose("lp-reach/1").reveal(), "browser", browser.id,
                                browser.target_sealed));
}

bool meant(const store::Channel& channel, const std::vector<approval::Person>& able) {
  if (channel.audience.empty()) return true;
  // A person's groups hold "group:…" and "member:…", which is what an audience is.
  return std::ranges::any_of(able, [&](const approval::Person& person) {
    return person.groups.contains(channel.audience);
  });
}

bool reachable(const Directory& directory, const ProjectView& project,
               const std::vector<store::ReachHealth>& health) {
  std::vector<approval::Person> able;
  std::ranges::copy_if(project.people, std::back_inserter(able), can_review);
  return std::ranges::any_of(health, [&](const store::ReachHealth& known) {
    if (!known.works()) return false;
    if (const auto channel = directory.channels.find(known.destination);
        channel != directory.channels.end()) {
      return channel->second.project == project.row.id && meant(channel->second, able);
    }
    const auto browser = directory.subscriptions.find(known.destination);
    return browser != directory.subscriptions.end() &&
           std::ranges::count(able, browser->second.member, &approval::Person::member) > 0;
  });
}

std::string named_agent(const Directory& directory, const store::Request& request) {
  // A handle may have been chosen by the agent that registered itself; a key is named by people.
  for (const auto& [digest, key] : directory.keys) {
    if (key.id == request.api_key && !key.name.empty()) return key.name;
  }
  return "an agent without a name";
}

void queue_notices(Work& work, const Work::Open& open, const approval::Context& context) {
  const Directory& directory = work.directory();
  const bool nobody = directory.subscriptions.empty() &&
                      std::ranges::none_of(directory.channels, [&](const auto& item) {
                        return item.second.project == open.row.project;
                      });
  if (nobody) return;
  const auto able = approval::eligible_people(open.state.state, context);
  for (const auto& [id, channel] : directory.channels) {
    if (channel.project != open.row.project || !meant(channel, able)) continue;
    queue_notice(work, open, id, channel.after_ms);
  }
  for (const auto& [id, browser] : directory.subscriptions) {
    if (std::ranges::count(able, browser.member, &approval::Person::member) == 0) continue;
    queue_notice(work, open, id, browser.after_ms);
  }
}

void queue_closing(Work& work, const Work::Open& open) {
  const auto told = work.world.told_browsers.find(open.row.id);
  if (told == work.world.told_browsers.end()) return;
  for (const std::string& id : told->second) {
    if (!work.directory().subscriptions.contains(id)) continue;
    store::OutboxItem item;
    item.project = open.row.project;
    item.request = open.row.id;
    item.event = closed_event;
    item.webhook = id;
    item.leaf_index = open.state.leaf_index;
    item.created = item.next_attempt = work.now;
    queue(work, std::move(item));
  }
  work.world.told_browsers.erase(told);
  work.announce(std::string(outbox_topic));
}

namespace {

void forget_browser(Work& work, const std::string& id) {
  work.batch.removals.emplace_back(store::DeletePushSubscription{.id = id});
  work.change_directory().subscriptions.erase(id);
}

void note_health(Work& work, const std::string& destination, bool accepted,
                 const std::string& error) {
  store::ReachHealth health{
      .destination = destination, .succeeded = {}, .failed = {}, .last_error = {}, .shown = {}};
  if (accepted) {
    health.succeeded = work.now;
  } else {
    health.failed = work.now;
    health.last_error = error;
  }
  work.batch.writes.emplace_back(std::move(health));
}

bool known(const Directory& directory, const std::string& destination) {
  return directory.channels.contains(destination) || directory.subscriptions.contains(destination);
}

void remind(Work& work, store::OutboxItem item, std::int64_t repeat_ms) {
  item.id = 0;
  item.event = reminder_event;
  item.created = work.now;
  item.next_attempt = work.now + repeat_ms;
  item.attempts = 0;
  item.state = "due";
  item.last_error.clear();
  queue(work, std::move(item));
}

}  // namespace

void settle_notice(Work& work, const store::OutboxItem& item) {
  const Directory& directory = work.directory();
  if (!known(directory, item.webhook) || item.last_error == not_needed) return;
  if (is_browser(item.webhook) && (item.status == not_found || item.status == gone)) {
    return forget_browser(work, item.webhook);
  }
  const bool accepted = item.state == "sent";
  note_health(work, item.webhook, accepted, item.last_error);
  if (!accepted) return;
  const bool waits = item.event == pending_event || item.event == reminder_event;
  if (is_browser(item.webhook)) {
    if (item.event != closed_event) work.world.told_browsers[item.request].insert(item.webhook);
    return;
  }
  const store::Channel& channel = directory.channels.find(item.webhook)->second;
  if (waits && channel.repeat_ms > 0) remind(work, item, channel.repeat_ms);
}

void note_webhook(Work& work, const store::OutboxItem& item) {
  if (!work.directory().webhooks.contains(item.webhook)) return;
  note_health(work, item.webhook, item.state == "sent", item.last_error);
}

Applied<NoteSent> apply(Work& work, NoteSent& command) {
  if (!known(work.directory(), command.destination)) return NoteSent::Result{};
  if (command.gone && is_browser(command.destination)) {
    forget_browser(work, command.destination);
  } else {
    note_health(work, command.destination, command.accepted, command.error);
  }
  return NoteSent::Result{};
}

}  // namespace lp::core
