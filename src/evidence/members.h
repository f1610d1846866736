// The members of one JSON object, taken out strictly and by name.
//
// For the readers of this folder: each member is asked for once, the first wrong one makes the
// whole reading fail (`ok`), and `complete` says whether anything was left over, because an unknown
// member is a forgery or a later format, never noise (evidence.md 3).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "json/value.h"

namespace lp::evidence {

class Members {
 public:
  // Borrows `object` for its own life. Anything but an object fails at once.
  explicit Members(const json::Value& object [[clang::lifetimebound]]);

  // Each fails when the member is missing or not of its form, and then returns an empty value.
  std::string text(std::string_view name);  // not empty
  std::uint64_t integer(std::string_view name);
  bool boolean(std::string_view name);
  Digest digest(std::string_view name);  // 64 lower-case hex characters
  Instant instant(std::string_view name);
  std::string binary(std::string_view name);              // standard base64, not empty
  std::vector<std::string> texts(std::string_view name);  // an array of strings, none empty
  const json::Value& value(std::string_view name);        // of any kind
  template <typename T>
  T named(std::string_view name, std::optional<T> (*of)(std::string_view)) {
    const std::optional<T> found = of(text(name));
    if (!found) ok_ = false;
    return found.value_or(T{});
  }

  // Absent is fine; present and malformed is not.
  std::optional<std::string> optional_text(std::string_view name);
  std::optional<std::uint64_t> optional_integer(std::string_view name);
  std::optional<Digest> optional_digest(std::string_view name);
  const json::Value* optional_value(std::string_view name);

  [[nodiscard]] bool has(std::string_view name) const { return object_.find(name) != nullptr; }
  void fail() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool complete() const;  // ok, and every member was asked for

 private:
  const json::Value& object_;
  std::size_t taken_ = 0;
  bool ok_ = true;
};

// For the writers: a digest as hex under `name`, when there is one.
void add_digest(json::Value& object, std::string_view name, const std::optional<Digest>& digest);
// An array of strings as they stand.
// Sorted by bytes, each once.
std::vector<std::string> sorted_distinct(std::vector<std::string> texts);

// The value of strict JSON text, else nothing. That the text is the canonical one shows when the
// caller writes again what it has read.
std::optional<json::Value> read_json(std::string_view bytes);

}  // namespace lp::evidence
