// Channels and browsers as the doors take and show them. What a channel is spoken to with goes in,
// and never comes out again.

#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "api/context.h"
#include "core/reach.h"
#include "json/value.h"
#include "net/message.h"

namespace lp::api {

using HealthByDestination = std::map<std::string, store::ReachHealth, std::less<>>;
std::expected<std::vector<store::ReachHealth>, net::Reply> read_health(Context& context);
HealthByDestination by_destination(const std::vector<store::ReachHealth>& health);

// "https://hooks.example.com/…": enough to tell it by, and no secret.
std::string url_hint(const std::string& url);
// Adds {works, last_success?, last_failure?, why?, last_shown?} of what is sent to `destination`.
// Why something failed may tell of the network that the server stands in: all of it for who
// `manages` the project.
json::Value health_members(json::Value value, const std::string& destination,
                           const HealthByDestination& health, bool manages);

// {id, project, kind, name, audience, to, after_s, repeat_s, created_at} and its health.
json::Value describe_channel(const store::Channel& channel, const HealthByDestination& health,
                             bool manages);
// {id, name, after_s, created_at} and its health.
json::Value describe_browser(const store::PushSubscription& browser,
                             const HealthByDestination& health);

// {project, kind, name, to, token?, audience?, after_s?, repeat_s?} → the command, without `by`.
std::expected<core::AddChannel, net::Reply> read_channel(Context& context,
                                                         const core::Directory& directory,
                                                         std::string body);
// {endpoint, p256dh, auth, name, after_s?} → the command, without the member.
std::expected<core::Subscribe, net::Reply> read_browser(Context& context, std::string body);

// {channel, secret?}, once it was added.
net::Reply describe_added(const core::AddChannel::Result& result);
net::Reply describe_preview(const std::string& text);
// Queues a test, or says why not.
net::Reply send_test(Context& context, const std::string& project, const std::string& destination);

}  // namespace lp::api
