#include "evidence/values.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr std::array<std::string_view, 5> level_names{"none", "low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 3> verdict_names{"approve", "reject", "request_changes"};

template <typename T, std::size_t N>
std::optional<T> value_of(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<T>(found - names.begin());
}

constexpr std::size_t kid_bytes = 8;
constexpr std::size_t salt_bytes = 32;

bool is_kid(std::string_view kid) {
  const auto raw = from_hex(kid);
  return raw && raw->size() == kid_bytes;
}

}  // namespace

bool is_plain(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::string:
    case json::Kind::boolean:
      return true;
    case json::Kind::number: {
      const std::optional<std::int64_t> integer = value.as_integer();
      return integer && *integer >= 0 && static_cast<std::uint64_t>(*integer) <= integer_max;
    }
    case json::Kind::array:
      return std::all_of(value.items().begin(), value.items().end(), is_plain);
    case json::Kind::object:
      return std::all_of(value.members().begin(), value.members().end(),
                         [](const json::Member& member) { return is_plain(member.second); });
    case json::Kind::null:
      break;
  }
  return false;
}

std::string_view to_string(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::optional<Level> level(std::string_view name) {
  return value_of<Level>(level_names, name);
}

std::string_view to_string(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}

std::optional<Verdict> verdict(std::string_view name) {
  return value_of<Verdict>(verdict_names, name);
}

bool PayloadRef::well_formed() const {
  if (kind == "v1") return env_sha256 && !kid;
  if (kind == "v2") return env_sha256 && kid && is_kid(*kid);
  return kind == "plain" && !env_sha256 && !kid;
}

json::Value PayloadRef::to_json() const {
  LP_ASSERT(well_formed());
  json::Value object = json::Value::object();
  object.add("kind", kind);
  add_digest(object, "env_sha256", env_sha256);
  add_digest(object, "commit", commit);
  object.add_if("kid", kid);
  return object;
}

std::optional<PayloadRef> PayloadRef::from_json(const json::Value& value) {
  Members members(value);
  PayloadRef payload{.kind = members.text("kind"),
                     .env_sha256 = members.optional_digest("env_sha256"),
                     .commit = members.optional_digest("commit"),
                     .kid = members.optional_text("kid")};
  if (!members.complete() || !payload.well_formed()) return std::nullopt;
  return payload;
}

std::string Descriptor::bytes() const {
  LP_ASSERT(salt.size() == salt_bytes && facts.is_object());
  json::Value object = json::Value::object();
  object.add("salt", base64(salt));
  object.add("origin", origin);
  object.add("service", service);
  object.add("action", action);
  object.add("agent_id", agent_id);
  object.add("agent_owner", agent_owner);
  object.add_if("client_nonce", client_nonce);
  object.add("facts", facts);
  add_digest(object, "schema_sha256", schema_sha256);
  object.add_if("environment", environment);
  return json::canonical(object);
}

Digest Descriptor::sha256() const {
  return crypto::sha256(bytes());
}

}  // namespace lp::evidence
