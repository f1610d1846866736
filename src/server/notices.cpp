#include "server/notices.h"

#include <fmt/format.h>

#include "base/visible.h"
#include "core/reach.h"
#include "evidence/statement.h"
#include "json/write.h"

namespace lp::server {

namespace {

using outbound::Message;
using outbound::Unsent;

constexpr std::int64_t minute_ms = 60'000, hour_ms = 60 * minute_ms, day_ms = 24 * hour_ms;
constexpr std::size_t name_max = 80;

// What people named, without what moves a cursor or hides, and no longer than a line.
std::string shown(const std::string& name) {
  std::string text = visible(name);
  if (text.size() <= name_max) return text;
  std::size_t end = name_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string capital(std::string_view word) {
  std::string text(word);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string time_left(std::int64_t ms) {
  if (ms >= 2 * day_ms) return fmt::format("{} days", ms / day_ms);
  if (ms >= 2 * hour_ms) return fmt::format("{} h", ms / hour_ms);
  return fmt::format("{} min", std::max<std::int64_t>(ms / minute_ms, 1));
}

bool is_urgent(evidence::Level level) {
  return level == evidence::Level::high || level == evidence::Level::critical;
}

std::string alarm_title(std::string_view name) {
  if (name == "deciding") return "Alarm: nothing can be decided";
  if (name == "disk") return "Alarm: the disk is almost full";
  if (name == "log") return "Alarm: a log stands still";
  if (name == "witness") return "Alarm: no witness signs the log";
  if (name == "waiting") return "Alarm: a request has waited for long";
  if (name == "new_key") return "Alarm: somebody new can decide";
  if (name == "certificate") return "Alarm: the certificate is about to expire";
  return "Alarm";
}

Unsent unneeded() {
  return {.for_good = true, .why = std::string(core::not_needed)};
}

json::Value push_value(std::string_view title, const std::string& body, const std::string& link,
                       const std::string& tag, const PushReader& reader) {
  auto notification = json::Value::object();
  notification.add("title", title).add("body", body).add("navigate", link).add("tag", tag);
  auto value = json::Value::object();
  value.add("web_push", 8030)
      .add("notification", std::move(notification))
      .add("app_badge", reader.pending)
      .add("mutable", true)
      .add("browser", reader.browser);
  return value;
}

}  // namespace

std::string Notices::project_name(const std::string& project) const {
  const auto directory = engine_.directory();
  const core::ProjectView* view = directory->project(project);
  return view == nullptr ? std::string() : shown(view->row.name);
}

Message Notices::waiting(const std::string& project, std::string_view level,
                         const std::string& agent, std::int64_t left_ms,
                         const std::string& request) const {
  return {.id = {},
          .event = std::string(core::pending_event),
          .title = fmt::format("{}: an approval is waiting", capital(level)),
          .lines = {{"Project", project_name(project)},
                    {"Agent", shown(agent)},
                    {"Time left", time_left(left_ms)}},
          .request = request,
          .project = project,
          .link = base_url_ + "/requests/" + request,
          .link_word = "Open review",
          .urgent = false};
}

std::expected<Message, Unsent> Notices::of_request(const store::OutboxItem& item,
                                                   Instant now) const {
  const auto view = engine_.request(item.request, item.project);
  if (!view) {
    return std::unexpected(
        Unsent{.for_good = false, .why = std::string(core::to_string(view.error().fault))});
  }
  const auto directory = engine_.directory();
  const core::ProjectView* project = directory->project(item.project);
  const auto& state = view->rows.state.state;
  const std::string agent = core::named_agent(*directory, view->rows.request);
  if (project == nullptr) return std::unexpected(unneeded());
  if (item.event == core::crowd_event) {
    const std::uint64_t pending = project->live->pending;
    if (pending == 0) return std::unexpected(unneeded());
    Message message = waiting(item.project, "medium", agent, 0, {});
    message.event = item.event;
    message.title = "Several approvals are waiting";
    message.lines.back() = {"Waiting", std::to_string(pending)};
    message.link = base_url_ + "/";
    message.link_word = "Open the inbox";
    return message;
  }
  if (approval::terminal(view->state)) return std::unexpected(unneeded());
  Message message = waiting(item.project, evidence::to_string(state.level), agent,
                            state.decide_by - now, item.request);
  message.urgent = is_urgent(state.level);
  if (item.event == core::reminder_event) {
    message.event = item.event;
    message.title =
        fmt::format("{}: an approval is still waiting", capital(evidence::to_string(state.level)));
  }
  return message;
}

Message Notices::test(const std::string& project) const {
  return {.id = {},
          .event = "test",
          .title = "Test: LetsPing reaches you here",
          .lines = {{"Project", project_name(project)}},
          .request = {},
          .project = project,
          .link = base_url_ + "/settings?page=notifications",
          .link_word = "Open LetsPing",
          .urgent = false};
}

Message Notices::sample(const std::string& project) const {
  Message message =
      waiting(project, "high", "billing-bot", 14 * minute_ms, "req_00000000000000000000000000");
  message.id = "msg_example";
  message.urgent = true;
  return message;
}

Message Notices::alarm(const core::Condition& condition) const {
  Message message{.id = {},
                  .event = "alarm." + condition.name,
                  .title = alarm_title(condition.name),
                  .lines = {{"What", condition.wrong}},
                  .request = {},
                  .project = condition.project,
                  .link = base_url_ + "/",
                  .link_word = "Open LetsPing",
                  .urgent = true};
  if (!condition.project.empty()) {
    message.lines.insert(message.lines.begin(), {"Project", project_name(condition.project)});
  }
  return message;
}

std::string push_body(const Message& message, const PushReader& reader) {
  std::string body;
  for (const auto& [name, text] : message.lines) {
    if (!body.empty()) body += " · ";
    body += name == "Time left" ? text + " left" : name == "Agent" ? "agent " + text : text;
  }
  const std::string& tag = message.request.empty() ? message.event : message.request;
  auto value = push_value(message.title, body, message.link, tag, reader);
  value.add("event", message.event);
  return json::compact(value);
}

std::string closing_body(const std::string& request, const std::string& base_url,
                         const PushReader& reader) {
  auto value = push_value("Decided", "Somebody has decided this request.",
                          base_url + "/requests/" + request, request, reader);
  value.add("event", core::closed_event);
  return json::compact(value);
}

}  // namespace lp::server
