// Reads the conditions of a rule (condition.h).

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "json/write.h"
#include "policy/condition.h"
#include "policy/members.h"

namespace lp::policy {
namespace {

using Kind = Subject::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 9> plain_subjects{
    {{"service", Kind::service},
     {"action", Kind::action},
     {"agent", Kind::agent},
     {"agent_owner", Kind::agent_owner},
     {"environment", Kind::environment},
     {"role", Kind::role},
     {"priority", Kind::priority},
     {"address", Kind::address},
     {"shield", Kind::shield}}};

// From the weakest to the strongest.
constexpr std::array<std::string_view, 3> proofs{"none", "hmac", "httpsig"};
constexpr std::array<std::string_view, 7> day_names{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};

// Reads what stands under `match`.
class Match {
 public:
  explicit Match(const MatchReading& reading) : reading_(reading) {}

  std::vector<Condition> read(const Node& match) {
    Members members(match, "`match`", reading_.problems);
    for (const auto& [name, kind] : plain_subjects) {
      if (const Node* node = members.take(name)) add({kind, {}}, *node);
    }
    if (const Node* node = members.take("agent_proof")) add_proof(*node);
    if (const Node* node = members.take("facts")) add_facts(*node);
    if (const Node* node = members.take("payload")) add_payload(*node);
    if (const Node* node = members.take("time")) add_hours(*node);
    if (const Node* node = members.take("recent")) add_recent(*node);
    members.refuse_others();
    return std::move(conditions_);
  }

 private:
  void problem(Mark at, std::string sentence) {
    reading_.problems.push_back({at, std::move(sentence)});
  }

  Condition& append(Subject subject, Mark at, Matcher matcher) {
    Condition condition;
    condition.text = to_string(subject) + " " + matcher.to_text();
    condition.subject = std::move(subject);
    condition.matcher = std::move(matcher);
    condition.at = at;
    conditions_.push_back(std::move(condition));
    return conditions_.back();
  }

  void add(Subject subject, const Node& operand) {
    auto matcher = Matcher::read(operand, reading_.problems);
    if (!matcher) return;
    if (!matcher->satisfiable()) {
      problem(operand.at, fmt::format("`{} {}` holds for no value at all.", to_string(subject),
                                      matcher->to_text()));
      return;
    }
    append(std::move(subject), operand.at, *std::move(matcher));
  }

  // A proof by name, a list of them, or `{at_least: hmac}`.
  void add_proof(const Node& node) {
    std::vector<std::string> wanted;
    const auto rank = [this](const Node& name) -> std::optional<std::size_t> {
      const auto found = std::find(proofs.begin(), proofs.end(), name.text);
      if (name.kind == json::Kind::string && found != proofs.end()) {
        return static_cast<std::size_t>(found - proofs.begin());
      }
      problem(name.at, "A proof is none, hmac or httpsig.");
      return std::nullopt;
    };
    if (node.kind == json::Kind::object) {
      Members members(node, "`agent_proof`", reading_.problems);
      const Node* least = members.need("at_least");
      members.refuse_others();
      const auto from = least != nullptr ? rank(*least) : std::nullopt;
      if (!from) return;
      wanted.assign(proofs.begin() + static_cast<std::ptrdiff_t>(*from), proofs.end());
    } else if (node.kind == json::Kind::array) {
      for (const Node& item : node.items) {
        if (!rank(item)) return;
        wanted.push_back(item.text);
      }
    } else {
      if (!rank(node)) return;
      wanted.push_back(node.text);
    }
    append({Kind::agent_proof, {}}, node.at, Matcher::one_of(std::move(wanted)));
  }

  void add_facts(const Node& node) {
    if (!mapping(node, "facts")) return;
    for (const NodeMember& member : node.members) add({Kind::fact, member.name}, member.value);
  }

  void add_payload(const Node& node) {
    if (!mapping(node, "payload")) return;
    for (const NodeMember& member : node.members) {
      if (!member.name.starts_with('/')) {
        problem(member.at, "A place in the payload is a JSON Pointer such as /order/amount.");
        continue;
      }
      add({Kind::payload, member.name}, member.value);
    }
  }

  bool mapping(const Node& node, std::string_view name) {
    if (node.kind == json::Kind::object && !node.members.empty()) return true;
    problem(node.at, fmt::format("`{}` is a mapping of names to what is asked of them.", name));
    return false;
  }

  void add_hours(const Node& node) {
    Members members(node, "`time`", reading_.problems);
    const Node* within = members.take("within");
    const Node* outside = members.take("outside");
    members.refuse_others();
    if ((within == nullptr) == (outside == nullptr)) {
      if (node.kind == json::Kind::object) {
        problem(node.at, "`time` has either `within` or `outside`.");
      }
      return;
    }
    const Node& hours_node = within != nullptr ? *within : *outside;
    Hours hours;
    hours.outside = outside != nullptr;
    Members parts(hours_node, "hours", reading_.problems);
    const auto zone = parts.text("zone");
    const Node* days = parts.take("days");
    const auto from = parts.text("from"), to = parts.text("to");
    parts.refuse_others();
    const bool fine = read_zone(hours, zone, hours_node.at) && read_days(hours, days) &&
                      read_clock(hours, from, to, hours_node.at);
    if (!fine) return;
    Condition& condition = append({Kind::time, {}}, node.at, {});
    condition.text = fmt::format("time is {} {}", hours.outside ? "outside" : "within",
                                 json::compact(hours_node.to_json()));
    condition.hours = std::move(hours);
  }

  bool read_zone(Hours& hours, const std::optional<std::string>& name, Mark at) {
    if (!name) {
      problem(at, "Hours name their `zone`, such as Europe/Berlin or UTC.");
      return false;
    }
    if (*name == "UTC") return true;
    const auto bytes = is_zone_name(*name) && reading_.zones ? reading_.zones(*name) : std::nullopt;
    const auto zone = bytes ? Zone::read(*bytes) : std::nullopt;
    if (!zone) {
      problem(at, fmt::format("This machine knows no time zone `{}`: names are such as "
                              "Europe/Berlin (package tzdata).",
                              *name));
      return false;
    }
    hours.zone = *zone;
    return true;
  }

  bool read_days(Hours& hours, const Node* node) {
    if (node == nullptr) return true;
    hours.days = {};
    for (const Node& item : node->items) {
      const auto day = std::find(day_names.begin(), day_names.end(), item.text);
      if (item.kind != json::Kind::string || day == day_names.end()) {
        problem(item.at, "A day is mon, tue, wed, thu, fri, sat or sun.");
        return false;
      }
      hours.days[static_cast<std::size_t>(day - day_names.begin())] = true;
    }
    if (!node->items.empty()) return true;
    problem(node->at, "`days` is a list such as [mon, tue].");
    return false;
  }

  // "hh:mm" in minutes; 24:00 ends a day.
  static std::optional<int> minute_of(const std::string& text) {
    const auto digit = [&text](std::size_t i) { return text[i] - '0'; };
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t i : {0u, 1u, 3u, 4u}) {
      if (text[i] < '0' || text[i] > '9') return std::nullopt;
    }
    const int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
    if (minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
    return hour * 60 + minute;
  }

  bool read_clock(Hours& hours, const std::optional<std::string>& from,
                  const std::optional<std::string>& to, Mark at) {
    if (!from && !to) return true;
    const auto begins = from ? minute_of(*from) : std::nullopt;
    const auto ends = to ? minute_of(*to) : std::nullopt;
    if (!begins || !ends || *begins == *ends) {
      problem(at,
              "`from` and `to` are two times of the day in quotes, such as \"08:00\" and "
              "\"18:00\".");
      return false;
    }
    hours.from_minute = *begins;
    hours.to_minute = *ends;
    return true;
  }

  void add_recent(const Node& node) {
    if (node.kind != json::Kind::array) {
      add_window(node);
      return;
    }
    if (node.items.empty()) problem(node.at, "`recent` counts nothing: leave it out.");
    for (const Node& item : node.items) add_window(item);
  }

  // What requests are counted by: `tool` is service and action together.
  bool read_per(Window& window, const Node* node) {
    if (node == nullptr) return false;
    if (node->kind != json::Kind::array || node->items.empty()) {
      problem(node->at, "`per` is a list such as [agent, tool, facts.customer].");
      return false;
    }
    for (const Node& item : node->items) {
      if (item.text == "tool") {
        window.per.push_back({Kind::service, {}});
        window.per.push_back({Kind::action, {}});
      } else if (const auto subject = subject_of(item)) {
        window.per.push_back(*subject);
      } else {
        problem(item.at,
                "Requests are counted per agent, agent_owner, tool, service, action, "
                "environment or facts.NAME.");
        return false;
      }
    }
    std::sort(window.per.begin(), window.per.end());
    window.per.erase(std::unique(window.per.begin(), window.per.end()), window.per.end());
    return true;
  }

  static std::optional<Subject> subject_of(const Node& node) {
    if (node.kind != json::Kind::string) return std::nullopt;
    if (node.text.starts_with("facts.") && node.text.size() > 6) {
      return Subject{Kind::fact, node.text.substr(6)};
    }
    for (const auto& [name, kind] : plain_subjects) {
      const bool countable = kind <= Kind::agent_owner || kind == Kind::environment;
      if (name == node.text && countable) return Subject{kind, {}};
    }
    return std::nullopt;
  }

  // `sum` is a mapping of one fact to what is asked of its sum.
  const Node* read_sum(Window& window, const Node& sum) {
    if (sum.kind == json::Kind::object && sum.members.size() == 1) {
      const NodeMember& member = sum.members.front();
      if (member.name.starts_with("facts.") && member.name.size() > 6) {
        window.sum = Subject{Kind::fact, member.name.substr(6)};
        return &member.value;
      }
    }
    problem(sum.at, "`sum` names one fact and a bound, such as {facts.amount: {gt: 5000}}.");
    return nullptr;
  }

  void add_window(const Node& node) {
    Window window;
    Members members(node, "`recent`", reading_.problems);
    const auto over = members.duration_ms("over", window_days_max);
    const bool has_over = node.find("over") != nullptr;
    const bool counted = read_per(window, members.need("per"));
    const Node* count = members.take("count");
    const Node* sum = members.take("sum");
    members.refuse_others();
    if (!has_over) problem(node.at, "`recent` must have `over`, such as 1h.");
    if ((count == nullptr) == (sum == nullptr)) {
      problem(node.at, "`recent` asks either a `count` or a `sum`.");
      return;
    }
    const Node* operand = count != nullptr ? count : read_sum(window, *sum);
    if (!over || !counted || operand == nullptr) return;
    window.over_ms = *over;
    add_recent_condition(std::move(window), *operand, node.at);
  }

  void add_recent_condition(Window window, const Node& operand, Mark at) {
    auto matcher = Matcher::read(operand, reading_.problems);
    if (!matcher) return;
    const std::string key = window.key();
    auto& windows = reading_.windows;
    const auto same = std::find_if(windows.begin(), windows.end(),
                                   [&key](const Window& known) { return known.key() == key; });
    const auto position = static_cast<std::size_t>(same - windows.begin());
    if (same == windows.end()) {
      if (windows.size() == windows_max) {
        problem(at, fmt::format("A policy counts over {} different windows at most.", windows_max));
        return;
      }
      windows.push_back(window);
    }
    Condition& condition = append({Kind::recent, key}, at, *std::move(matcher));
    condition.window = position;
    std::string per;
    for (const Subject& subject : window.per) per += (per.empty() ? "" : ", ") + to_string(subject);
    condition.text = fmt::format("{} per {} over {} s {}",
                                 window.sum ? "sum of " + to_string(*window.sum) : "requests", per,
                                 window.over_ms / 1'000, condition.matcher.to_text());
  }

  const MatchReading& reading_;
  std::vector<Condition> conditions_;
};

}  // namespace

std::vector<Condition> read_match(const Node& match, const MatchReading& reading) {
  return Match(reading).read(match);
}

}  // namespace lp::policy
