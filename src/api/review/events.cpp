#include "api/review/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/errors.h"
#include "api/review/stream_places.h"
#include "api/review/walls.h"
#include "core/feed.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::api {

namespace {

// Shorter than the idle limit of every proxy we know of, and of our own page.
constexpr std::int64_t beat_ms = 15'000;
// Within the 5 ms in which an open dashboard shall hear of an ask.
constexpr std::int64_t gap_ms = 4;
// A page that missed more is better off with the lists than with the events.
constexpr std::size_t notices_max = 64;
constexpr std::int64_t retry_after_ms = 5'000;

// A page of another site may make a browser connect here. It has no cookie to bring along and could
// not read the answer; it shall not hold a connection either.
bool from_elsewhere(const Context& context, const net::Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  const std::string_view origin = request.header("origin");
  return (!site.empty() && site != "same-origin") ||
         (!origin.empty() && origin != own_origin(context.public_url, request));
}

// "<run>.<position>": what `id:` says and a client brings back. Nothing for another run's.
std::optional<std::uint64_t> position_in(const core::Feed& feed, std::string_view cursor) {
  if (!cursor.starts_with(feed.run())) return std::nullopt;
  cursor.remove_prefix(feed.run().size());
  if (!cursor.starts_with('.')) return std::nullopt;
  cursor.remove_prefix(1);
  std::uint64_t position = 0;
  const char* end = cursor.data() + cursor.size();
  const auto [stopped, fault] = std::from_chars(cursor.data(), end, position);
  if (fault != std::errc{} || stopped != end) return std::nullopt;
  return position;
}

// The header is the fresher of the two: a browser that connects again by itself sends it with the
// address it had at first.
std::optional<std::uint64_t> position_of(const core::Feed& feed, const net::Request& request) {
  const std::string_view header = request.header("last-event-id");
  if (!header.empty()) return position_in(feed, header);
  return position_in(feed, request.query_value("after").value_or(""));
}

std::string data_of(const core::Notice& notice) {
  auto value = json::Value::object();
  value.add("project", notice.project).add("request", notice.request);
  if (notice.standing) {
    value.add("version", notice.standing->version)
        .add("state", approval::to_string(notice.standing->state));
  }
  return json::compact(value);
}

// All that GET /api/session says of projects and that a roster or an operator may change.
Digest sight_of(const core::Directory& directory, const Session& session) {
  std::string text;
  for (const auto& [id, project] : directory.projects) {
    const bool theirs = sees(session, project);
    if (!theirs && !may_sign_first_roster(directory, session, project)) continue;
    text += fmt::format("{} {} {}\n", id, project.row.roster_version, theirs);
  }
  return crypto::sha256(text);
}

class EventStream {
 public:
  EventStream(Context& context, Session session, StreamPlaces::Place place,
              std::optional<std::uint64_t> position)
      : context_(context),
        session_(std::move(session)),
        place_(std::move(place)),
        begins_anew_(!position),
        position_(position.value_or(0)) {}

  net::Chunk next(net::Prompt prompt) {
    if (prompt == net::Prompt::stop) return last_words("stopping");
    const core::Feed& feed = context_.engine.feed();
    auto notices = begins_anew_ ? std::nullopt : feed.since(position_, notices_max);
    const bool access = std::ranges::any_of(notices.value_or(std::vector<core::Notice>()),
                                            &core::Notice::about_access);
    const auto directory = context_.engine.directory();
    // Whether the session lives is asked when somebody's access changed, and with every beat.
    if (prompt == net::Prompt::time || first_ || !notices || access) {
      const auto live = live_session(context_, *directory, session_.token);
      if (!live) return last_words("signed_out");
    }
    std::string bytes;
    if (!notices) {
      position_ = feed.end();
      sight_ = sight_of(*directory, session_);
      bytes = event("resync", "{}");
    } else {
      bytes = told(*notices, *directory);
    }
    if (bytes.empty() && (prompt == net::Prompt::time || first_)) bytes = event("beat", "{}");
    first_ = begins_anew_ = false;
    return {.bytes = std::move(bytes), .again_ms = until_next_look(), .last = false};
  }

 private:
  // The notices that concern this member; of several about one request, the newest.
  std::string told(const std::vector<core::Notice>& notices, const core::Directory& directory) {
    std::string bytes;
    for (std::size_t i = 0; i < notices.size(); ++i) {
      const core::Notice& notice = notices[i];
      ++position_;
      if (notice.about_access()) {
        const Digest sight = sight_of(directory, session_);
        // What a client saw that brought its position along is not known here.
        if (sight != std::exchange(sight_, sight)) bytes += event("session", "{}");
        continue;
      }
      const auto newer = [&](const core::Notice& other) {
        return other.request == notice.request && other.project == notice.project;
      };
      const bool stale =
          std::any_of(notices.begin() + static_cast<std::ptrdiff_t>(i) + 1, notices.end(), newer);
      const core::ProjectView* project = directory.project(notice.project);
      if (stale || project == nullptr) continue;
      if (notice.request.empty()) {
        const bool concerned =
            sees(session_, *project) || may_sign_first_roster(directory, session_, *project);
        if (concerned) bytes += event("session", "{}");
      } else if (sees(session_, *project)) {
        bytes += event("request", data_of(notice));
      }
    }
    return bytes;
  }

  [[nodiscard]] std::string event(std::string_view name, std::string_view data) const {
    return fmt::format("event: {}\nid: {}.{}\ndata: {}\n\n", name, context_.engine.feed().run(),
                       position_, data);
  }

  [[nodiscard]] net::Chunk last_words(std::string_view why) const {
    return {.bytes = event("end", fmt::format(R"({{"why":"{}"}})", why)), .last = true};
  }

  // The next beat, or the moment at which the session ends by itself.
  [[nodiscard]] std::int64_t until_next_look() const {
    return std::clamp<std::int64_t>(session_.expires - context_.engine.clock().now(), 1, beat_ms);
  }

  Context& context_;
  const Session session_;
  const StreamPlaces::Place place_;
  bool begins_anew_;
  bool first_ = true;
  std::uint64_t position_;
  Digest sight_;
};

}  // namespace

net::Outcome stream_events(Context& context, Call& call, const Session& session) {
  if (from_elsewhere(context, call.request)) return refuse(Reason::csrf);
  const StreamCaps& caps = context.limits.streams;
  auto place = context.stream_places.take(session.key, caps);
  if (!place) {
    if (place.error() == StreamPlaces::Full::total) return refuse(Reason::overloaded);
    return refuse_for(Reason::streams_limited, retry_after_ms, caps.per_device);
  }
  auto stream = std::make_unique<EventStream>(context, session, *std::move(place),
                                              position_of(context.engine.feed(), call.request));
  net::Reply head;
  head.content_type = "text/event-stream";
  // A proxy that gathers what it passes on would hold events back.
  head.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  return net::Stream{
      .head = std::move(head),
      .topic = std::string(core::Feed::topic),
      .gap_ms = gap_ms,
      .next = [stream = std::move(stream)](net::Prompt prompt) { return stream->next(prompt); }};
}

}  // namespace lp::api
