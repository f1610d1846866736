#include "policy/difference.h"

#include <algorithm>
#include <map>
#include <set>

#include "json/write.h"

namespace lp::policy {
namespace {

using Parts = std::vector<std::pair<std::string, json::Value>>;

std::string text_of(const json::Value& value, std::string_view name) {
  return std::string(value.find_string(name).value_or(""));
}

// The named parts of a document, in their order.
Parts parts_of(const Document& document) {
  Parts parts;
  if (const json::Value* tools = document.source.find("tools")) {
    for (const json::Value& tool : tools->items()) {
      parts.emplace_back("tool " + text_of(tool, "service") + " " + text_of(tool, "action"), tool);
    }
  }
  for (const char* name : {"defaults", "unknown_tool"}) {
    if (const json::Value* part = document.source.find(name)) parts.emplace_back(name, *part);
  }
  if (const json::Value* rules = document.source.find("rules")) {
    for (const json::Value& rule : rules->items()) {
      parts.emplace_back("rule `" + text_of(rule, "name") + "`", rule);
    }
  }
  return parts;
}

// The rules that both have, in the order of one of them.
std::vector<std::string> shared_rules(const Parts& parts, const std::set<std::string>& shared) {
  std::vector<std::string> names;
  for (const auto& [name, value] : parts) {
    if (name.starts_with("rule ") && shared.contains(name)) names.push_back(name);
  }
  return names;
}

}  // namespace

std::vector<Difference> differences(const Document& before, const Document& after) {
  const Parts old_parts = parts_of(before), new_parts = parts_of(after);
  const std::map<std::string, json::Value> old_by_name(old_parts.begin(), old_parts.end());
  const std::map<std::string, json::Value> new_by_name(new_parts.begin(), new_parts.end());
  std::vector<Difference> found;
  std::set<std::string> shared;
  for (const auto& [name, value] : old_parts) {
    if (!new_by_name.contains(name)) found.push_back({"removed", name, value, {}});
  }
  for (const auto& [name, value] : new_parts) {
    const auto old = old_by_name.find(name);
    if (old == old_by_name.end()) {
      found.push_back({"added", name, {}, value});
      continue;
    }
    shared.insert(name);
    if (json::canonical(old->second) != json::canonical(value)) {
      found.push_back({"changed", name, old->second, value});
    }
  }
  const auto old_order = shared_rules(old_parts, shared);
  const auto new_order = shared_rules(new_parts, shared);
  for (std::size_t i = 0; i < new_order.size(); ++i) {
    if (old_order[i] == new_order[i]) continue;
    found.push_back({"moved", new_order[i], {}, {}});
  }
  return found;
}

}  // namespace lp::policy
