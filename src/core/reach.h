// Who is told that a request waits: channels of projects, groups and people, and browsers by Web
// Push (docs/reference/notifications.md).
//
// Notices are items of the outbox, made in the batch that makes the request: whoever is to be told
// is told even if the server stops in between. A ladder is nothing but several items with later
// times; each is rendered when its time has come, and one whose request has been decided is given
// up. What an item says is content-free: it names the request, and nothing of what is in it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "approval/rule.h"
#include "base/secret.h"
#include "core/apply.h"
#include "core/directory.h"
#include "core/keys.h"
#include "core/work.h"

namespace lp::core {

// The events of notices.
inline constexpr std::string_view pending_event = "request.pending";
inline constexpr std::string_view reminder_event = "request.reminder";
inline constexpr std::string_view crowd_event = "request.crowd";    // several of one agent
inline constexpr std::string_view closed_event = "request.closed";  // for browsers: take it away

// Why an item was given up that has nothing wrong with it.
inline constexpr std::string_view not_needed = "Not needed any more when its time came";

// An agent that is allowed at once, and a person who decides at once, are nothing to be told of.
inline constexpr std::int64_t notice_grace_ms = 1'500;
inline constexpr std::int64_t after_ms_max = 24LL * 3'600'000;
inline constexpr std::int64_t repeat_ms_min = 60'000;
inline constexpr std::size_t channels_per_project_max = 32;
inline constexpr std::size_t browsers_per_member_max = 16;

[[nodiscard]] bool is_channel(std::string_view destination);
[[nodiscard]] bool is_browser(std::string_view destination);

// Where a channel or a browser is, and with which secrets it is spoken to.
struct Target {
  std::string url;           // of all but mail
  std::string address;       // of mail
  Secret secret;             // webhook: what it is signed with; ntfy: a token, if any
  std::string p256dh, auth;  // browser: its keys, as bytes
};
// Nothing when it does not open.
std::optional<Target> open_target(const Keys& keys, const store::Channel& channel);
std::optional<Target> open_target(const Keys& keys, const store::PushSubscription& browser);

// Of whom the request waits for one among `able` is meant by the channel.
[[nodiscard]] bool meant(const store::Channel& channel, const std::vector<approval::Person>& able);
// Whether somebody of the project is told through something that is known to work.
[[nodiscard]] bool reachable(const Directory& directory, const ProjectView& project,
                             const std::vector<store::ReachHealth>& health);
// What the agent is called by people, as far as they have named it: its handle where a member
// registered it, else the name of the API key that it came with.
std::string named_agent(const Directory& directory, const store::Request& request);

// Queues the notices of a request that has just come.
void queue_notices(Work& work, const Work::Open& open, const approval::Context& context);
// Queues what takes the notices of a request away from browsers, now that it is over.
void queue_closing(Work& work, const Work::Open& open);
// Notes what became of a notice: health, the next reminder, a browser that is gone.
void settle_notice(Work& work, const store::OutboxItem& item);
// The health of the webhook that it was for, if it was for one.
void note_webhook(Work& work, const store::OutboxItem& item);

// --- commands ---------------------------------------------------------------------------------

struct AddChannel {
  store::Channel channel;                  // without id, created, target_sealed
  Target target;                           // of a webhook: without its secret, which is made here
  std::optional<evidence::Actor> by = {};  // the local operator without one
  struct Result {
    store::Channel channel;
    Secret secret;  // of a webhook; told this once
  };
};
struct RemoveChannel {
  std::string id;
  std::optional<evidence::Actor> by = {};
  struct Result {};
};
// The same browser again replaces what was known of it.
struct Subscribe {
  std::string member, name;
  Target target;
  std::int64_t after_ms = 0;
  struct Result {
    store::PushSubscription subscription;
  };
};
struct Unsubscribe {
  std::string id, member;
  struct Result {};
};
// What became of something that was sent without an item of the outbox: a test, an alarm.
struct NoteSent {
  std::string destination;
  bool accepted = false;
  bool gone = false;  // there is no such browser any more
  std::string error;  // unless it was accepted
  struct Result {};
};
// A browser says that it showed one.
struct NoteShown {
  std::string subscription, member;
  struct Result {};
};

Applied<AddChannel> apply(Work& work, AddChannel& command);
Applied<RemoveChannel> apply(Work& work, RemoveChannel& command);
Applied<Subscribe> apply(Work& work, Subscribe& command);
Applied<Unsubscribe> apply(Work& work, Unsubscribe& command);
Applied<NoteSent> apply(Work& work, NoteSent& command);
Applied<NoteShown> apply(Work& work, NoteShown& command);

}  // namespace lp::core
