// A JSON value that keeps its source text.
//
// Numbers are never converted on the way through: a parsed number carries the literal exactly as it
// stood (`1.0`, `12345678901234567890`), and a built one carries the literal it was built from.
// Values are plain data: they copy and compare by content. Members keep their order.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lp::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;

class Value {
 public:
  Value() = default;  // null
  static Value boolean(bool value);
  static Value number(std::int64_t value);
  static Value number_literal(std::string literal);  // a valid JSON number; LP_ASSERT otherwise
  static Value string(std::string_view utf8);
  static Value array(Array items = {});
  static Value object(Object members = {});

  // Short forms for building documents.
  Value(const char* utf8) : Value(string(utf8)) {}
  Value(std::string_view utf8) : Value(string(utf8)) {}
  Value(const std::string& utf8) : Value(string(utf8)) {}
  template <typename T>
    requires std::is_same_v<T, bool>
  Value(T value) : Value(boolean(value)) {}
  template <typename T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char>)
  Value(T value) : Value(number(static_cast<std::int64_t>(value))) {}

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
  [[nodiscard]] bool is_string() const { return kind_ == Kind::string; }
  [[nodiscard]] bool is_object() const { return kind_ == Kind::object; }
  [[nodiscard]] bool is_array() const { return kind_ == Kind::array; }
  [[nodiscard]] bool is_number() const { return kind_ == Kind::number; }
  [[nodiscard]] bool is_boolean() const { return kind_ == Kind::boolean; }

  // Each LP_ASSERTs the kind: check it first.
  [[nodiscard]] bool as_boolean() const;
  [[nodiscard]] const std::string& as_string() const [[clang::lifetimebound]];  // decoded UTF-8
  [[nodiscard]] const std::string& literal() const [[clang::lifetimebound]];    // of a number
  [[nodiscard]] const Array& items() const [[clang::lifetimebound]];
  [[nodiscard]] Array& items() [[clang::lifetimebound]];
  [[nodiscard]] const Object& members() const [[clang::lifetimebound]];
  [[nodiscard]] Object& members() [[clang::lifetimebound]];

  // The number as an integer when it is one, written without fraction or exponent, and fits.
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;

  // Member by name; null pointer when absent or when this is no object.
  [[nodiscard]] const Value* find(std::string_view name) const [[clang::lifetimebound]];
  // The string under `name`, or nothing when absent or of another kind.
  [[nodiscard]] std::optional<std::string_view> find_string(std::string_view name) const
      [[clang::lifetimebound]];
  [[nodiscard]] std::optional<std::int64_t> find_integer(std::string_view name) const;

  // Appends a member to an object (no check for duplicates) and returns *this, for chains.
  Value& add(std::string_view name, Value value);
  // Adds only when present: "inapplicable members are omitted, never null" (evidence.md 3).
  template <typename T>
  Value& add_if(std::string_view name, const std::optional<T>& value) {
    if (value) add(name, Value(*value));
    return *this;
  }

  // For values that came from json::parse: where the source text of this value stands in the
  // document, [begin, end). Zero-length for built values.
  [[nodiscard]] std::pair<std::size_t, std::size_t> span() const { return {begin_, end_}; }

  // By content; spans do not count; numbers by literal; objects by member order too.
  friend bool operator==(const Value& a, const Value& b);

 private:
  friend class Parser;
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  std::string text_;  // decoded string, or a number's literal
  Array items_;
  Object members_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lp::json
