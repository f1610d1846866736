#include "evidence/members.h"

#include <algorithm>

#include "base/text.h"
#include "evidence/values.h"
#include "json/parse.h"

namespace lp::evidence {
namespace {

const json::Value& null_value() {
  static const json::Value null;
  return null;
}

}  // namespace

Members::Members(const json::Value& object) : object_(object), ok_(object.is_object()) {}

const json::Value* Members::optional_value(std::string_view name) {
  const json::Value* const found = object_.find(name);
  if (found != nullptr) ++taken_;
  return found;
}

const json::Value& Members::value(std::string_view name) {
  const json::Value* const found = optional_value(name);
  if (found == nullptr) ok_ = false;
  return found != nullptr ? *found : null_value();
}

std::string Members::text(std::string_view name) {
  const json::Value& found = value(name);
  if (!found.is_string() || found.as_string().empty()) {
    ok_ = false;
    return {};
  }
  return found.as_string();
}

std::uint64_t Members::integer(std::string_view name) {
  const std::optional<std::int64_t> found = value(name).as_integer();
  if (!found || *found < 0 || static_cast<std::uint64_t>(*found) > integer_max) {
    ok_ = false;
    return 0;
  }
  return static_cast<std::uint64_t>(*found);
}

bool Members::boolean(std::string_view name) {
  const json::Value& found = value(name);
  if (!found.is_boolean()) {
    ok_ = false;
    return false;
  }
  return found.as_boolean();
}

Digest Members::digest(std::string_view name) {
  const std::optional<Digest> found = Digest::from_hex(text(name));
  if (!found) ok_ = false;
  return found.value_or(Digest{});
}

Instant Members::instant(std::string_view name) {
  const std::optional<Instant> found = parse_instant(text(name));
  if (!found) ok_ = false;
  return found.value_or(Instant{});
}

std::string Members::binary(std::string_view name) {
  std::optional<std::string> found = from_base64(text(name));
  if (!found) {
    ok_ = false;
    return {};
  }
  return *std::move(found);
}

std::vector<std::string> Members::texts(std::string_view name) {
  const json::Value& found = value(name);
  if (!found.is_array()) {
    ok_ = false;
    return {};
  }
  std::vector<std::string> texts;
  for (const json::Value& item : found.items()) {
    if (!item.is_string() || item.as_string().empty()) {
      ok_ = false;
      return {};
    }
    texts.push_back(item.as_string());
  }
  return texts;
}

std::optional<std::string> Members::optional_text(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return text(name);
}

std::optional<std::uint64_t> Members::optional_integer(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return integer(name);
}

std::optional<Digest> Members::optional_digest(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return digest(name);
}

bool Members::complete() const {
  return ok_ && taken_ == object_.members().size();
}

void add_digest(json::Value& object, std::string_view name, const std::optional<Digest>& digest) {
  if (digest) object.add(name, digest->hex());
}

std::vector<std::string> sorted_distinct(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::optional<json::Value> read_json(std::string_view bytes) {
  auto document = json::parse(std::string(bytes));
  if (!document) return std::nullopt;
  return std::move(document->root);
}

}  // namespace lp::evidence
