#include "store/sqlite/state_detail.h"

#include <optional>
#include <utility>

#include "json/parse.h"
#include "json/write.h"

namespace lp::store {
namespace {

using approval::CountedReview;
using approval::PayloadRef;

// Written by hand, because this is done for every commit of every request: building a json::Value
// first costs eight times as much.
void add_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  out += json::quote(text);
}

void add_digest(std::string& out, std::string_view name, const Digest& digest) {
  out += name;
  out += '"';
  out += digest.hex();
  out += '"';
}

// Not PayloadRef::to_json: that one speaks for evidence and refuses combinations that a statement
// must not hold. The store keeps what it was given.
void add_payload(std::string& out, std::string_view name, const PayloadRef& payload) {
  out += name;
  add_text(out, R"({"kind":)", payload.kind);
  if (payload.env_sha256) add_digest(out, R"(,"env_sha256":)", *payload.env_sha256);
  if (payload.commit) add_digest(out, R"(,"commit":)", *payload.commit);
  if (payload.kid) add_text(out, R"(,"kid":)", *payload.kid);
  out += '}';
}

void add_approvals(std::string& out, const std::vector<CountedReview>& approvals) {
  std::string_view separator;
  for (const CountedReview& review : approvals) {
    out += separator;
    add_text(out, R"({"member":)", review.member);
    add_text(out, R"(,"key":)", review.key);
    add_digest(out, R"(,"statement_sha256":)", review.statement_sha256);
    out += '}';
    separator = ",";
  }
}

bool read_string(const json::Value& object, std::string_view name, std::string& out) {
  const auto text = object.find_string(name);
  if (text) out = *text;
  return text.has_value();
}

bool read_digest(const json::Value& object, std::string_view name, Digest& out) {
  const auto text = object.find_string(name);
  const auto digest = text ? Digest::from_hex(*text) : std::nullopt;
  if (digest) out = *digest;
  return digest.has_value();
}

bool read_optional_digest(const json::Value& object, std::string_view name,
                          std::optional<Digest>& out) {
  out.reset();
  return object.find(name) == nullptr || read_digest(object, name, out.emplace());
}

bool read_payload(const json::Value* value, PayloadRef& out) {
  if (value == nullptr || !value->is_object()) return false;
  out.kid.reset();
  return read_string(*value, "kind", out.kind) &&
         read_optional_digest(*value, "env_sha256", out.env_sha256) &&
         read_optional_digest(*value, "commit", out.commit) &&
         (value->find("kid") == nullptr || read_string(*value, "kid", out.kid.emplace()));
}

void add_members(std::string& out, const std::vector<std::string>& members) {
  std::string_view separator;
  for (const std::string& member : members) {
    add_text(out, separator, member);
    separator = ",";
  }
}

bool read_members(const json::Value* value, std::vector<std::string>& out) {
  if (value == nullptr || !value->is_array()) return false;
  out.clear();
  for (const json::Value& item : value->items()) {
    if (!item.is_string()) return false;
    out.push_back(item.as_string());
  }
  return true;
}

bool read_approvals(const json::Value* value, std::vector<CountedReview>& out) {
  if (value == nullptr || !value->is_array()) return false;
  out.clear();
  for (const json::Value& item : value->items()) {
    CountedReview& review = out.emplace_back();
    if (!read_string(item, "member", review.member) || !read_string(item, "key", review.key) ||
        !read_digest(item, "statement_sha256", review.statement_sha256)) {
      return false;
    }
  }
  return true;
}

bool read_ruled(const json::Value* value, std::optional<approval::Ruled>& out) {
  out.reset();
  if (value == nullptr) return true;
  const auto version = value->find_integer("version");
  const json::Value* tree = value->find("rule");
  const auto rule = tree != nullptr ? approval::Rule::from_json(*tree) : std::nullopt;
  if (!version || *version < 0 || !rule) return false;
  approval::Ruled& ruled = out.emplace();
  ruled.version = static_cast<std::uint64_t>(*version);
  ruled.rule = *rule;
  return read_digest(*value, "sha256", ruled.sha256) && read_string(*value, "name", ruled.name);
}

}  // namespace

std::string detail_of(const approval::Request& request) {
  std::string out;
  out.reserve(512);
  out += R"({"version":)" + std::to_string(request.version);
  add_text(out, R"(,"level":)", to_string(request.level));
  out += R"(,"created":)" + std::to_string(request.created.ms);
  add_payload(out, R"(,"base":)", request.base);
  // Most requests are never edited: the second copy would be a third of the row.
  if (request.current != request.base) add_payload(out, R"(,"current":)", request.current);
  add_text(out, R"(,"agent_owner":)", request.agent_owner);
  if (request.no_isolation) out += R"(,"no_isolation":true)";
  out += R"(,"editors":[)";
  add_members(out, request.editors);
  out += R"(],"approvals":[)";
  add_approvals(out, request.approvals);
  out += ']';
  if (!request.changes_asked.empty()) {
    out += R"(,"changes_asked":[)";
    add_members(out, request.changes_asked);
    out += ']';
  }
  if (const auto& ruled = request.ruled) {
    out += R"(,"ruled":{"version":)" + std::to_string(ruled->version);
    add_digest(out, R"(,"sha256":)", ruled->sha256);
    add_text(out, R"(,"name":)", ruled->name);
    out += R"(,"rule":)" + json::compact(ruled->rule.to_json()) + '}';
  }
  out += '}';
  return out;
}

bool read_detail(std::string_view detail, approval::Request& request) {
  const auto document = json::parse(std::string(detail));
  if (!document || !document->root.is_object()) return false;
  const json::Value& root = document->root;
  const auto version = root.find_integer("version");
  const auto level_name = root.find_string("level");
  const auto level = level_name ? evidence::level(*level_name) : std::nullopt;
  const auto created = root.find_integer("created");
  if (!version || *version < 0 || !level || !created) return false;
  request.version = static_cast<std::uint64_t>(*version);
  request.level = *level;
  request.created = Instant{*created};
  if (!read_payload(root.find("base"), request.base)) return false;
  request.current = request.base;
  if (root.find("current") != nullptr && !read_payload(root.find("current"), request.current)) {
    return false;
  }
  const json::Value* no_isolation = root.find("no_isolation");
  if (no_isolation != nullptr && !no_isolation->is_boolean()) return false;
  request.no_isolation = no_isolation != nullptr && no_isolation->as_boolean();
  request.changes_asked.clear();
  const json::Value* changes = root.find("changes_asked");
  if (changes != nullptr && !read_members(changes, request.changes_asked)) return false;
  return read_ruled(root.find("ruled"), request.ruled) &&
         read_string(root, "agent_owner", request.agent_owner) &&
         read_members(root.find("editors"), request.editors) &&
         read_approvals(root.find("approvals"), request.approvals);
}

}  // namespace lp::store
