#include "policy/members.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace lp::policy {
namespace {

// In milliseconds; nothing for another unit.
std::optional<std::int64_t> unit_ms(char unit) {
  if (unit == 's') return 1'000;
  if (unit == 'm') return 60'000;
  if (unit == 'h') return 3'600'000;
  if (unit == 'd') return 86'400'000;
  return std::nullopt;
}

std::optional<std::int64_t> read_duration(std::string_view text, std::int64_t days_max) {
  if (text.size() < 2) return std::nullopt;
  const auto unit = unit_ms(text.back());
  text.remove_suffix(1);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (!unit || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const std::int64_t most = days_max * 86'400'000 / *unit;
  if (count < 1 || count > most) return std::nullopt;
  return count * *unit;
}

}  // namespace

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case json::Kind::null:
      return "nothing";
    case json::Kind::boolean:
      return "true or false";
    case json::Kind::number:
      return "a number";
    case json::Kind::string:
      return "text";
    case json::Kind::array:
      return "a list";
    case json::Kind::object:
      return "a mapping";
  }
  return "nothing";
}

Members::Members(const Node& node, std::string_view what, Problems& problems)
    : node_(node), what_(what), problems_(problems) {
  if (node.kind == json::Kind::object) return;
  problems_.push_back(
      {node.at, fmt::format("{} is a mapping of names to values, not {}.", what, kind_name(node))});
}

const Node* Members::take(std::string_view name) {
  known_.emplace_back(name);
  return node_.find(name);
}

const Node* Members::need(std::string_view name) {
  const Node* node = take(name);
  if (node == nullptr && node_.kind == json::Kind::object) {
    problems_.push_back({node_.at, fmt::format("{} must have `{}`.", what_, name)});
  }
  return node;
}

std::optional<std::string> Members::text(std::string_view name) {
  const Node* node = take(name);
  if (node == nullptr) return std::nullopt;
  if (node->kind == json::Kind::string && !node->text.empty()) return node->text;
  problems_.push_back(
      {node->at, fmt::format("`{}` is text, not {}{}.", name,
                             node->kind == json::Kind::string ? "an empty one" : kind_name(*node),
                             node->kind == json::Kind::number ? ": write it in quotes" : "")});
  return std::nullopt;
}

std::optional<std::int64_t> Members::duration_ms(std::string_view name, std::int64_t days_max) {
  const Node* node = take(name);
  if (node == nullptr) return std::nullopt;
  const auto read =
      node->kind == json::Kind::string ? read_duration(node->text, days_max) : std::nullopt;
  if (!read) {
    problems_.push_back({node->at, fmt::format("`{}` is a time such as 90s, 10m, 24h or 7d, at "
                                               "most {} days.",
                                               name, days_max)});
  }
  return read;
}

void Members::refuse_others() {
  for (const NodeMember& member : node_.members) {
    if (std::find(known_.begin(), known_.end(), member.name) != known_.end()) continue;
    std::string names;
    for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
    problems_.push_back({member.at, fmt::format("`{}` is not known here: {} may have {}.",
                                                member.name, what_, names)});
  }
}

}  // namespace lp::policy
