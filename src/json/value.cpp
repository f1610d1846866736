#include "json/value.h"

#include <charconv>
#include <system_error>

#include "base/assert.h"
#include "json/number.h"

namespace lp::json {

Value Value::boolean(bool value) {
  Value result;
  result.kind_ = Kind::boolean;
  result.boolean_ = value;
  return result;
}

Value Value::number(std::int64_t value) {
  Value result;
  result.kind_ = Kind::number;
  result.text_ = std::to_string(value);
  return result;
}

Value Value::number_literal(std::string literal) {
  LP_ASSERT(!literal.empty() && number_length(literal) == literal.size());
  LP_ASSERT(fit_binary64(literal) != Fit::overflow);
  Value result;
  result.kind_ = Kind::number;
  result.text_ = std::move(literal);
  return result;
}

Value Value::string(std::string_view utf8) {
  Value result;
  result.kind_ = Kind::string;
  result.text_ = utf8;
  return result;
}

Value Value::array(Array items) {
  Value result;
  result.kind_ = Kind::array;
  result.items_ = std::move(items);
  return result;
}

Value Value::object(Object members) {
  Value result;
  result.kind_ = Kind::object;
  result.members_ = std::move(members);
  return result;
}

bool Value::as_boolean() const {
  LP_ASSERT(is_boolean());
  return boolean_;
}

const std::string& Value::as_string() const {
  LP_ASSERT(is_string());
  return text_;
}

const std::string& Value::literal() const {
  LP_ASSERT(is_number());
  return text_;
}

const Array& Value::items() const {
  LP_ASSERT(is_array());
  return items_;
}

Array& Value::items() {
  LP_ASSERT(is_array());
  return items_;
}

const Object& Value::members() const {
  LP_ASSERT(is_object());
  return members_;
}

Object& Value::members() {
  LP_ASSERT(is_object());
  return members_;
}

std::optional<std::int64_t> Value::as_integer() const {
  if (!is_number()) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = text_.data() + text_.size();
  const auto [stop, error] = std::from_chars(text_.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

const Value* Value::find(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

std::optional<std::string_view> Value::find_string(std::string_view name) const {
  const Value* const value = find(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->text_;
}

std::optional<std::int64_t> Value::find_integer(std::string_view name) const {
  const Value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  return value->as_integer();
}

Value& Value::add(std::string_view name, Value value) {
  LP_ASSERT(is_object());
  // Most objects have a handful of members or more, and to move them one by one costs more than
  // room for a few that do not come.
  if (members_.capacity() == 0) members_.reserve(8);
  members_.emplace_back(std::string(name), std::move(value));
  return *this;
}

bool operator==(const Value& a, const Value& b) {
  return a.kind_ == b.kind_ && a.boolean_ == b.boolean_ && a.text_ == b.text_ &&
         a.items_ == b.items_ && a.members_ == b.members_;
}

}  // namespace lp::json
