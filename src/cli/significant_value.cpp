#include "cli/significant_value.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "json/parse.h"

namespace lp::cli {
namespace {

constexpr std::size_t longest = 64;
constexpr int depth_max = 3;

struct Found {
  std::string key;  // in small letters
  SignificantValue value;
};

bool plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool can_be_typed(std::string_view text) {
  return !text.empty() && text.size() <= longest && plain(text) && text.front() != ' ' &&
         text.back() != ' ';
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

void add_values(std::vector<Found>& found, const json::Document& document,
                const json::Value& object, const std::string& before, int depth) {
  for (const auto& [key, value] : object.members()) {
    if (!plain(key)) continue;
    const std::string name = before.empty() ? key : before + "." + key;
    if (value.is_number()) {
      found.push_back({in_small_letters(key), {name, std::string(document.source(value))}});
    }
    if (value.is_string() && can_be_typed(value.as_string())) {
      found.push_back({in_small_letters(key), {name, value.as_string()}});
    }
    // What the client library sealed along is none of the action's.
    if (value.is_object() && key != "_lp_meta" && depth < depth_max) {
      add_values(found, document, value, name, depth + 1);
    }
  }
}

// One of these words, and behind it nothing or one of those endings, with or without a "_".
struct Names {
  std::vector<std::string_view> words, endings;

  [[nodiscard]] bool hold(std::string_view key) const {
    return std::ranges::any_of(words, [&](std::string_view word) {
      if (!key.starts_with(word)) return false;
      std::string_view rest = key.substr(word.size());
      if (rest.empty()) return true;
      if (rest.starts_with('_')) rest.remove_prefix(1);
      return std::ranges::find(endings, rest) != endings.end();
    });
  }
};

}  // namespace

std::optional<SignificantValue> significant_value(const std::string& payload) {
  const auto document = json::parse(payload);
  if (!document || !document->root.is_object()) return std::nullopt;
  std::vector<Found> found;
  add_values(found, *document, document->root, "", 1);
  const std::array<Names, 3> order{
      Names{{"amount", "total", "sum", "price"}, {"cents", "minor", "value"}},
      Names{{"hostname", "host", "domain", "server", "cluster", "instance"}, {"name"}},
      Names{{"environment", "env", "stage"}, {}}};
  for (const Names& names : order) {
    const auto first =
        std::ranges::find_if(found, [&](const Found& one) { return names.hold(one.key); });
    if (first != found.end()) return first->value;
  }
  return std::nullopt;
}

}  // namespace lp::cli
