#include "api/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/errors.h"
#include "base/assert.h"

namespace lp::api {

namespace {

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

Members::Members(const json::Value& object, std::string pointer, std::optional<net::Reply>& refusal)
    : object_(object), pointer_(std::move(pointer)), refusal_(refusal) {
  LP_ASSERT(object.is_object());
}

const json::Value* Members::find(std::string_view name) const {
  const json::Value* value = object_.find(name);
  return value != nullptr && value->is_null() ? nullptr : value;
}

void Members::refuse(std::string_view name, std::string_view must) {
  if (!refusal_) refusal_ = refuse_member(fmt::format("{}/{}", pointer_, name), must);
}

std::string Members::text(std::string_view name, TextRule rule) {
  const json::Value* value = find(name);
  if (value == nullptr) {
    if (rule.required) refuse(name, "must be a non-empty string");
    return {};
  }
  if (!value->is_string() || (rule.required && value->as_string().empty())) {
    refuse(name, rule.required ? "must be a non-empty string" : "must be a string");
    return {};
  }
  if (code_points(value->as_string()) > rule.max) {
    refuse(name, fmt::format("must be at most {} characters", rule.max));
    return {};
  }
  return value->as_string();
}

std::optional<std::int64_t> Members::integer(std::string_view name, std::int64_t min,
                                             std::int64_t max) {
  const json::Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->is_number() ? value->as_integer() : std::nullopt;
  if (!number || *number < min || *number > max) {
    refuse(name, fmt::format("must be an integer from {} to {}", min, max));
    return std::nullopt;
  }
  return number;
}

const json::Value* Members::object(std::string_view name) {
  const json::Value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) {
    refuse(name, "must be an object");
    return nullptr;
  }
  return value;
}

std::expected<json::Document, net::Reply> read_object(std::string body, bool may_be_empty) {
  if (body.empty() && may_be_empty) body = "{}";
  auto document = json::parse(std::move(body));
  if (!document) return std::unexpected(refuse(document.error()));
  if (!document->root.is_object()) {
    return std::unexpected(refuse(Reason::member_invalid,
                                  {.text = "the body must be an object", .has_pointer = true}));
  }
  return *std::move(document);
}

}  // namespace lp::api
