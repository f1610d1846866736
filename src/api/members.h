// Reads the members of a JSON body one by one and keeps the first thing that is wrong with it, so
// that a handler reads all it needs and asks once whether to refuse.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/parse.h"
#include "net/message.h"

namespace lp::api {

// What a text must be. Lengths count code points.
struct TextRule {
  bool required = false;
  std::size_t max = 200;
};

class Members {
 public:
  // `pointer` is where `object` stands in the body: "" or "/metadata". LP_ASSERTs an object.
  Members(const json::Value& object, std::string pointer, std::optional<net::Reply>& refusal);

  // Absent and null members are alike, because published clients send null for what they lack.
  [[nodiscard]] const json::Value* find(std::string_view name) const;
  std::string text(std::string_view name, TextRule rule = {});
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  const json::Value* object(std::string_view name);

  void refuse(std::string_view name, std::string_view must);

 private:
  const json::Value& object_;
  std::string pointer_;
  std::optional<net::Reply>& refusal_;
};

// The body as a strict JSON object, or why not. An empty body counts as {} when `may_be_empty`.
std::expected<json::Document, net::Reply> read_object(std::string body, bool may_be_empty = false);

}  // namespace lp::api
