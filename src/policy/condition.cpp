#include "policy/condition.h"

#include <algorithm>

#include "json/write.h"

namespace lp::policy {
namespace {

constexpr std::array<std::string_view, 14> subject_names{
    "service",  "action",  "agent",  "agent_owner", "agent_proof", "environment", "role",
    "priority", "address", "shield", "time",        "recent",      "facts.",      "payload"};

constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

std::string to_string(const Subject& subject) {
  const std::string name(subject_names[static_cast<std::size_t>(subject.kind)]);
  const bool has_name =
      subject.kind == Subject::Kind::fact || subject.kind == Subject::Kind::payload;
  return has_name ? name + subject.name : name;
}

bool Hours::hold(Instant at) const {
  const std::int64_t local_ms = at.ms + zone.offset_s(at) * 1'000;
  const std::int64_t day = local_ms / day_ms - (local_ms % day_ms < 0 ? 1 : 0);
  const std::int64_t minute = (local_ms - day * day_ms) / 60'000;
  const auto today = static_cast<std::size_t>(((day + 3) % 7 + 7) % 7);  // 1970-01-01: a Thursday
  const std::size_t yesterday = (today + 6) % 7;
  bool inside = false;
  if (from_minute < to_minute) {
    inside = days[today] && minute >= from_minute && minute < to_minute;
  } else {
    // What began on a named day goes on after its midnight.
    inside = (days[today] && minute >= from_minute) || (days[yesterday] && minute < to_minute);
  }
  return inside != outside;
}

std::string Window::key() const {
  auto names = json::Value::array();
  for (const Subject& subject : per) names.items().emplace_back(to_string(subject));
  auto key = json::Value::object();
  key.add("over_ms", over_ms).add("per", std::move(names));
  if (sum) key.add("sum", to_string(*sum));
  return json::canonical(key);
}

}  // namespace lp::policy
