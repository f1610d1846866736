// Channels and browsers: made, changed and taken away.

#include <algorithm>

#include "base/id.h"
#include "base/text.h"
#include "core/operator_event.h"
#include "core/reach.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::core {
namespace {

constexpr std::size_t secret_bytes = 32;

std::string seal_target(Work& work, std::string_view purpose, const std::string& id,
                        const Target& target) {
  auto value = json::Value::object();
  value.add("url", target.url)
      .add("address", target.address)
      .add("secret", target.secret.reveal())
      .add("p256dh", base64(target.p256dh))
      .add("auth", base64(target.auth));
  return seal_field(work.world.keys.purpose("lp-reach/1").reveal(), purpose, id,
                    json::compact(value), work.world.entropy);
}

// What the log says: that there is such a channel, and for whom; not where it goes, which may be
// somebody's address.
Work::Event channel_event(Work& work, const store::Channel& channel, std::string_view act,
                          const std::optional<evidence::Actor>& by) {
  Work::Event event = operator_event(work, channel.project, evidence::EventType::config_changed);
  if (by) event.statement.actor = *by;
  auto entry = json::Value::object();
  entry.add("kind", "channel")
      .add("id", channel.id)
      .add("act", act)
      .add("of", channel.kind)
      .add("audience", channel.audience)
      .add("salt", base64(work.world.entropy.bytes(32)));
  event.evidence.push_back(std::move(entry));
  return event;
}

template <typename Rows, typename Wanted>
std::size_t count_of(const Rows& rows, Wanted wanted) {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [&](const auto& item) { return wanted(item.second); }));
}

}  // namespace

Applied<AddChannel> apply(Work& work, AddChannel& command) {
  store::Channel& channel = command.channel;
  auto log = work.log(channel.project);
  if (!log) return std::unexpected(log.error());
  const auto of_project = [&](const store::Channel& other) {
    return other.project == channel.project;
  };
  if (count_of(work.directory().channels, of_project) >= channels_per_project_max) {
    return refuse(Fault::channel_limit);
  }
  Entropy& entropy = work.world.entropy;
  if (channel.kind == "webhook") {
    command.target.secret = Secret("lp_whk_" + base64url(entropy.bytes(secret_bytes)));
  }
  channel.id = new_id("chn", work.now, entropy);
  channel.created = work.now;
  channel.target_sealed = seal_target(work, "channel", channel.id, command.target);
  work.append(**log, channel_event(work, channel, "added", command.by));
  work.batch.writes.emplace_back(channel);
  work.change_directory().channels.insert_or_assign(channel.id, channel);
  return AddChannel::Result{.channel = channel,
                            .secret = channel.kind == "webhook" ? command.target.secret : Secret()};
}

Applied<RemoveChannel> apply(Work& work, RemoveChannel& command) {
  const auto found = work.directory().channels.find(command.id);
  if (found == work.directory().channels.end()) return refuse(Fault::unknown);
  auto log = work.log(found->second.project);
  if (!log) return std::unexpected(log.error());
  work.append(**log, channel_event(work, found->second, "removed", command.by));
  work.batch.removals.emplace_back(store::DeleteChannel{.id = command.id});
  work.change_directory().channels.erase(command.id);
  return RemoveChannel::Result{};
}

Applied<Subscribe> apply(Work& work, Subscribe& command) {
  if (!work.directory().members.contains(command.member)) return refuse(Fault::unknown);
  const auto& known = work.directory().subscriptions;
  const Digest endpoint = crypto::sha256(command.target.url);
  const auto before = std::ranges::find_if(
      known, [&](const auto& item) { return item.second.endpoint == endpoint; });
  const auto of_member = [&](const store::PushSubscription& other) {
    return other.member == command.member && other.endpoint != endpoint;
  };
  if (count_of(known, of_member) >= browsers_per_member_max) return refuse(Fault::channel_limit);
  Entropy& entropy = work.world.entropy;
  store::PushSubscription row{
      .id = before == known.end() ? new_id("sub", work.now, entropy) : before->first,
      .member = command.member,
      .name = command.name,
      .endpoint = endpoint,
      .target_sealed = {},
      .after_ms = command.after_ms,
      .created = work.now};
  row.target_sealed = seal_target(work, "browser", row.id, command.target);
  work.batch.writes.emplace_back(row);
  work.change_directory().subscriptions.insert_or_assign(row.id, row);
  return Subscribe::Result{.subscription = std::move(row)};
}

Applied<Unsubscribe> apply(Work& work, Unsubscribe& command) {
  const auto found = work.directory().subscriptions.find(command.id);
  if (found == work.directory().subscriptions.end() || found->second.member != command.member) {
    return refuse(Fault::unknown);
  }
  work.batch.removals.emplace_back(store::DeletePushSubscription{.id = command.id});
  work.change_directory().subscriptions.erase(command.id);
  return Unsubscribe::Result{};
}

Applied<NoteShown> apply(Work& work, NoteShown& command) {
  const auto found = work.directory().subscriptions.find(command.subscription);
  if (found == work.directory().subscriptions.end() || found->second.member != command.member) {
    return refuse(Fault::unknown);
  }
  work.batch.writes.emplace_back(store::ReachHealth{.destination = command.subscription,
                                                    .succeeded = {},
                                                    .failed = {},
                                                    .last_error = {},
                                                    .shown = work.now});
  return NoteShown::Result{};
}

}  // namespace lp::core
