#include "api/letsping/diff_summary.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::api {
namespace {

// A list longer than this teaches nobody anything.
constexpr std::size_t listed_max = 200;

std::string_view type_of(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::null:
      return "null";
    case json::Kind::boolean:
      return "boolean";
    case json::Kind::number:
      return "number";
    case json::Kind::string:
      return "string";
    case json::Kind::array:
      return "array";
    case json::Kind::object:
      return "object";
  }
  LP_ASSERT(false);
  return {};
}

// RFC 6901 §3.
std::string below(const std::string& pointer, std::string_view name) {
  std::string out = pointer + "/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

class Summary {
 public:
  void compare(const json::Value& before, const json::Value& after, const std::string& pointer) {
    if (before.is_object() && after.is_object()) return members(before, after, pointer);
    if (before.is_array() && after.is_array()) return items(before, after, pointer);
    // As they are written: 1.0 is not 1 to every program.
    if (json::compact(before) != json::compact(after)) {
      tell("changed", &before, &after, pointer);
    }
  }

  [[nodiscard]] json::Value take() {
    auto value = json::Value::object();
    value.add("changes", json::Value::array(std::move(listed_)));
    if (more_ > 0) value.add("more", more_);
    return value;
  }

 private:
  void members(const json::Value& before, const json::Value& after, const std::string& pointer) {
    for (const auto& [name, value] : after.members()) {
      const std::string at = below(pointer, name);
      const json::Value* was = before.find(name);
      if (was == nullptr) {
        tell("added", nullptr, &value, at);
      } else {
        compare(*was, value, at);
      }
    }
    for (const auto& [name, value] : before.members()) {
      if (after.find(name) == nullptr) tell("removed", &value, nullptr, below(pointer, name));
    }
  }

  void items(const json::Value& before, const json::Value& after, const std::string& pointer) {
    const auto &old = before.items(), &now = after.items();
    for (std::size_t i = 0; i < std::max(old.size(), now.size()); ++i) {
      const std::string at = below(pointer, std::to_string(i));
      if (i >= old.size()) {
        tell("added", nullptr, &now[i], at);
      } else if (i >= now.size()) {
        tell("removed", &old[i], nullptr, at);
      } else {
        compare(old[i], now[i], at);
      }
    }
  }

  void tell(std::string_view change, const json::Value* before, const json::Value* after,
            const std::string& pointer) {
    if (listed_.size() == listed_max) {
      ++more_;
      return;
    }
    auto item = json::Value::object();
    item.add("pointer", pointer).add("change", change);
    if (before != nullptr) item.add("from", type_of(*before));
    if (after != nullptr) item.add("to", type_of(*after));
    listed_.push_back(std::move(item));
  }

  json::Array listed_;
  std::uint64_t more_ = 0;
};

}  // namespace

std::optional<json::Value> diff_summary(const std::string& before, const std::string& after) {
  const auto was = json::parse(before);
  const auto is = json::parse(after);
  if (!was || !is) return std::nullopt;
  Summary summary;
  summary.compare(was->root, is->root, {});
  return summary.take();
}

}  // namespace lp::api
