#include "api/letsping/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "api/errors.h"
#include "api/letsping/diff_summary.h"
#include "api/letsping/number_told.h"
#include "api/letsping/permits.h"
#include "api/reply.h"
#include "base/id.h"
#include "core/number_match.h"
#include "core/remark.h"
#include "core/request_event.h"
#include "json/write.h"

namespace lp::api {

namespace {

using approval::State;

constexpr std::int64_t wait_s_max = 60;
// Under the 30 s read timeout of the Python client; the Node client has none.
constexpr std::int64_t python_hold_ms = 25'000;
constexpr std::int64_t node_hold_ms = 55'000;

// The three words that published clients act on; any other makes them poll until they time out.
std::string_view wire_status(State state) {
  switch (state) {
    case State::pending:
      return "PENDING";
    case State::approved:
    case State::approved_with_modifications:
      return "APPROVED";
    case State::rejected:
    case State::expired:
    case State::cancelled:
    case State::denied:
      return "REJECTED";
  }
  return "PENDING";
}

// What the agent is told beside REJECTED when no person wrote a reason.
std::string reason_of(const core::RequestView& view) {
  if (!view.reason.empty()) return view.reason;
  switch (view.state) {
    case State::expired:
      return "expired";
    case State::cancelled:
      return "cancelled";
    case State::denied:
      return "denied";
    case State::pending:
    case State::approved:
    case State::approved_with_modifications:
    case State::rejected:
      return {};
  }
  return {};
}

// An object in any case: the Python client calls .get on it.
json::Value metadata_of(const core::RequestView& view) {
  auto metadata = json::Value::object();
  if (!approval::terminal(view.state)) {
    return metadata.add("resolved_at", json::Value())
        .add("actor_id", json::Value())
        .add("method", json::Value());
  }
  const store::RequestState& state = view.rows.state;
  metadata.add("resolved_at", to_string(state.decided.value_or(Instant{})))
      .add("actor_id", state.actor)
      .add("method", state.method);
  if (const std::string reason = reason_of(view); !reason.empty()) metadata.add("reason", reason);
  return metadata;
}

std::string_view or_null(std::string_view json_text) {
  return json_text.empty() ? "null" : json_text;
}

std::optional<std::int64_t> read_seconds(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// The value of `wait` in a Prefer header (RFC 7240 §4.3).
std::optional<std::int64_t> preferred_wait(std::string_view prefer) {
  while (!prefer.empty()) {
    const std::size_t end = std::min(prefer.find_first_of(",;"), prefer.size());
    std::string_view item = prefer.substr(0, end);
    prefer.remove_prefix(std::min(end + 1, prefer.size()));
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    if (item.starts_with("wait=")) return read_seconds(item.substr(5));
  }
  return std::nullopt;
}

// One poll, from its arrival to its answer: tells the dashboard that somebody waits, and gives the
// slot of a held one back, whatever becomes of the connection.
class Poll {
 public:
  // `shows`: it is of the client that shows the number.
  Poll(Context& context, const Call& call, std::string request, bool shows)
      : context_(context),
        request_(std::move(request)),
        key_(call.key->id),
        project_(call.key->project),
        address_(call.request.peer.address),
        shows_(shows) {
    if (shows_) {
      static_cast<void>(context.engine.presence().poll_begins(
          core::asking_side(request_), key_, context.engine.clock().now(), poll_recent_ms));
    }
    recent_ = context.engine.presence().poll_begins(request_, key_, context.engine.clock().now(),
                                                    poll_recent_ms);
  }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  ~Poll() {
    context_.engine.presence().poll_ends(request_, context_.engine.clock().now());
    if (shows_) {
      context_.engine.presence().poll_ends(core::asking_side(request_),
                                           context_.engine.clock().now());
    }
    if (held_) context_.holds.release(key_, address_, project_);
  }

  [[nodiscard]] bool polled_before() const { return recent_; }
  bool hold() {
    held_ = context_.holds.take(key_, address_, project_, context_.limits.holds);
    return held_;
  }
  [[nodiscard]] const std::string& request() const { return request_; }
  [[nodiscard]] const std::string& project() const { return project_; }
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  Context& context_;
  const std::string request_, key_, project_, address_;
  const bool shows_;
  bool recent_ = false;
  bool held_ = false;
};

// What people said that the agent shall know, from the log; nothing when it does not verify, which
// is logged: what was decided is told all the same.
std::vector<core::Remark> remarks(Context& context, const core::RequestView& view) {
  auto read = core::remarks_of(context.engine.reader(), context.engine.keys(),
                               *context.engine.directory(), view.rows.request);
  return read ? *std::move(read) : std::vector<core::Remark>{};
}

// {"version","at","by","note"} or, of a payload that the server can read, "text": one for each
// person who wants this version changed.
std::string changes_requested(Context& context, const core::RequestView& view) {
  const approval::Request& state = view.rows.state.state;
  if (state.changes_asked.empty() || !core::takes_changes(view.capabilities)) return {};
  json::Array items;
  for (const core::Remark& remark : remarks(context, view)) {
    const bool stands =
        remark.kind == core::RemarkKind::changes && remark.version == state.version &&
        std::ranges::find(state.changes_asked, remark.member) != state.changes_asked.end();
    if (!stands) continue;
    auto item = json::Value::object();
    item.add("version", remark.version).add("at", to_string(remark.at)).add("by", remark.member);
    if (!remark.text.empty()) item.add("text", remark.text);
    if (const auto note = json::parse(remark.note); note) item.add("note", note->root);
    items.push_back(std::move(item));
  }
  return items.empty() ? std::string() : json::compact(json::Value::array(std::move(items)));
}

// Names and types of what was changed, or what the editor's device sealed of them.
std::string summary_of_edit(Context& context, const core::RequestView& view) {
  if (view.rows.request.payload_kind == "plain") {
    const auto summary = diff_summary(view.payload, view.edited_payload);
    return summary ? json::compact(*summary) : std::string();
  }
  const auto said = remarks(context, view);
  const auto edit =
      std::ranges::find(said.rbegin(), said.rend(), core::RemarkKind::edit, &core::Remark::kind);
  const bool sealed = edit != said.rend() && !edit->note.empty();
  return sealed ? R"({"note":)" + edit->note + "}" : std::string();
}

std::string number_text(Context& context, const core::RequestView& view,
                        std::string_view api_key) {
  const auto number = number_told(context, view, api_key);
  return number ? json::compact(number->value) : std::string();
}

Told told_of(Context& context, const core::RequestView& view, std::string_view api_key) {
  Told told;
  told.number_match = number_text(context, view, api_key);
  if (!approval::terminal(view.state)) told.changes_requested = changes_requested(context, view);
  if (view.state == State::approved_with_modifications) {
    told.diff_summary = summary_of_edit(context, view);
  }
  if (approval::terminal(view.state)) {
    if (const auto permit = permit_told(context, view)) told.permit = json::compact(*permit);
  }
  return told;
}

// The reply for a request as it stands; the first terminal one is noted as delivered.
net::Reply tell(Context& context, const core::RequestView& view, std::string_view api_key) {
  if (approval::terminal(view.state) && !view.rows.delivery) {
    // Not waited for: if it is lost the next poll notes it.
    static_cast<void>(context.engine.submit<core::NoteDelivery>(
        {.project = view.rows.request.project, .request = view.rows.request.id, .how = "status"},
        [](const auto&) {}, Urgency::soon));
  }
  return private_reply(status_body(view, told_of(context, view, api_key)));
}

// Whether more people want it changed than when the agent began to wait.
bool newly_asked(const core::RequestView& view, std::uint64_t version, std::size_t asked) {
  const approval::Request& state = view.rows.state.state;
  if (!core::takes_changes(view.capabilities)) return false;
  return state.version == version ? state.changes_asked.size() > asked
                                  : !state.changes_asked.empty();
}

net::Park park(Context& context, std::unique_ptr<Poll> poll, std::int64_t hold,
               const approval::Request& state, std::string number) {
  std::string topic = poll->request();
  auto render =
      [&context, poll = std::move(poll), version = state.version,
       asked = state.changes_asked.size(),
       number = std::move(number)](bool expired) mutable -> std::optional<net::Reply> {
    if (poll == nullptr) return std::nullopt;
    const auto view = context.engine.request(poll->request(), poll->project());
    if (view && !approval::terminal(view->state) && !expired &&
        !newly_asked(*view, version, asked) &&
        number == number_text(context, *view, poll->key())) {
      return std::nullopt;
    }
    net::Reply reply = view ? tell(context, *view, poll->key()) : refuse(view.error());
    poll.reset();
    return reply;
  };
  return {.topic = std::move(topic), .hold_ms = hold, .render = std::move(render), .abandoned = {}};
}

}  // namespace

std::string decision_body(const core::RequestView& view) {
  auto body = json::Value::object();
  body.add("status", wire_status(view.state)).add("state", approval::to_string(view.state));
  const json::Value metadata = metadata_of(view);
  for (const auto& [name, value] : metadata.members()) body.add(name, value);
  return json::compact(body);
}

std::string status_body(const core::RequestView& view, const Told& told) {
  const bool terminal = approval::terminal(view.state);
  const bool modified = view.state == State::approved_with_modifications;
  const store::RequestState& state = view.rows.state;
  const std::string reason = terminal ? reason_of(view) : std::string();
  return fmt::format(
      R"({{"id":{},"status":"{}","payload":{},"patched_payload":{},"resolved_at":{},"actor_id":{},)"
      R"({}"metadata":{},"state":"{}","version":{},"level":"{}","decide_by":"{}",)"
      R"("request_sha256":"{}"{}{}{}{}{}}})",
      json::quote(view.rows.request.id), wire_status(view.state), or_null(view.payload),
      // A copy of the payload would be reported as a change (wire.md 0.2).
      modified ? or_null(view.edited_payload) : "null",
      terminal ? json::quote(to_string(state.decided.value_or(Instant{}))) : "null",
      terminal ? json::quote(state.actor) : "null",
      reason.empty() ? "" : "\"reason\":" + json::quote(reason) + ",",
      json::compact(metadata_of(view)), approval::to_string(view.state), state.state.version,
      evidence::to_string(state.state.level), to_string(state.state.decide_by),
      view.rows.request.request_sha256.hex(),
      terminal ? fmt::format(",\"leaf_index\":{}", state.leaf_index) : "",
      told.changes_requested.empty() ? "" : ",\"changes_requested\":" + told.changes_requested,
      told.diff_summary.empty() ? "" : ",\"diff_summary\":" + told.diff_summary,
      told.number_match.empty() ? "" : ",\"number_match\":" + told.number_match,
      told.permit.empty() ? "" : ",\"permit\":" + told.permit);
}

std::int64_t hold_ms(std::optional<std::string_view> wait, std::string_view prefer,
                     std::string_view user_agent, bool polled_before) {
  auto seconds = wait ? read_seconds(*wait) : std::nullopt;
  if (!seconds) seconds = preferred_wait(prefer);
  if (seconds) return std::min(*seconds, wait_s_max) * 1'000;
  if (!polled_before) return 0;
  if (user_agent.starts_with("letsping-python/")) return python_hold_ms;
  if (user_agent.starts_with("letsping-node/")) return node_hold_ms;
  return 0;
}

net::Outcome status(Context& context, Call& call) {
  const std::string& id = call.parameter("id");
  if (!is_id("req", id)) return refuse(Reason::not_found);
  // Visibility first: unknown and foreign ids are answered at once, with the same bytes.
  const auto view = context.engine.request(id, call.key->project);
  if (!view) return refuse(view.error());
  const auto wait = call.request.query_value("wait");
  if (wait && (!read_seconds(*wait) || *read_seconds(*wait) > wait_s_max)) {
    return refuse(Reason::query_invalid, "wait must be a number of seconds from 0 to 60");
  }
  const std::string& key = call.key->id;
  const auto number = number_told(context, *view, key);
  auto poll = std::make_unique<Poll>(context, call, id, number.has_value());
  if (approval::terminal(view->state)) return tell(context, *view, key);
  std::int64_t hold = hold_ms(wait, call.request.header("prefer"),
                              call.request.header("user-agent"), poll->polled_before());
  // Over a cap: PENDING at once, never 429, which clients would take for trouble.
  if (hold == 0 || !poll->hold()) return tell(context, *view, key);
  // Nobody shows a number for longer than it is good.
  if (number && number->until) {
    hold = std::clamp<std::int64_t>(*number->until - context.engine.clock().now(), 1, hold);
  }
  return park(context, std::move(poll), hold, view->rows.state.state,
              number ? json::compact(number->value) : std::string());
}

}  // namespace lp::api
