#include "evidence/statement.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr std::string_view statement_type = "https://in-toto.io/Statement/v1";
constexpr std::string_view predicate_type = "urn:letsping:event:1";
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t pad_multiple = 256;

constexpr std::array<std::string_view, 7> known_marks{
    "demo", "no_isolation",      "self_enrolled",   "server_sealed",
    "test", "unbound_execution", "unbound_payload",
};

bool is_open_object(const std::optional<json::Value>& value) {
  return !value || (value->is_object() && is_plain(*value));
}

// What bytes() asserts and read_statement() refuses: the same list, so that no statement is written
// that could not be read, and no input reaches the assertion.
bool well_formed(const Statement& s) {
  if (s.origin.empty() || s.stream.id.empty() || s.actor.id.empty()) return false;
  if (s.stream.seq > integer_max || s.stream.prev.has_value() != (s.stream.seq > 0)) return false;
  if (s.request && (s.request->version < 1 || s.request->version > integer_max)) return false;
  if (s.payload && !s.payload->well_formed()) return false;
  if (s.base && !s.base->well_formed()) return false;
  if (s.policy && (s.policy->id.empty() || s.policy->version > integer_max)) return false;
  if (s.rule && (s.rule->k > integer_max || s.rule->n > integer_max)) return false;
  if (s.strength && s.strength->empty()) return false;
  if (std::any_of(s.evidence.begin(), s.evidence.end(),
                  [](const EvidenceRef& entry) { return entry.kind.empty(); })) {
    return false;
  }
  if (!is_open_object(s.permit) || !is_open_object(s.grant) || !is_open_object(s.clock)) {
    return false;
  }
  return is_open_object(s.agent_claims) && std::all_of(s.marks.begin(), s.marks.end(), is_mark);
}

// The digest that the subject has, by the first of the four rules that applies.
json::Value subject_digest_of(const Statement& s) {
  json::Value digest = json::Value::object();
  if (s.payload && s.payload->env_sha256) {
    digest.add("sha256", s.payload->env_sha256->hex());
  } else if (s.payload && s.payload->commit) {
    digest.add("lpCommit", s.payload->commit->hex());
  } else if (s.document) {
    digest.add("sha256", s.document->hex());
  } else {
    digest.add("sha256", crypto::sha256(s.stream.id).hex());
  }
  return digest;
}

// An object in JCS, written as text: one statement is made for each event and one for each that is
// checked, and values that are sorted before they are written cost more than all the rest. Members
// are added in the order of their names.
class Text {
 public:
  Text& raw(std::string_view name, std::string_view json) {
    separate();
    text_.append("\"").append(name).append("\":").append(json);
    return *this;
  }
  Text& add(std::string_view name, std::string_view value) { return raw(name, json::quote(value)); }
  Text& add(std::string_view name, const std::string& value) {
    return add(name, std::string_view(value));
  }
  Text& add(std::string_view name, std::uint64_t value) { return raw(name, std::to_string(value)); }
  Text& add(std::string_view name, const Digest& value) { return add(name, value.hex()); }
  Text& add(std::string_view name, const json::Value& value) {
    return raw(name, json::canonical(value));
  }
  template <typename T>
  Text& add(std::string_view name, const std::optional<T>& value) {
    return value ? add(name, *value) : *this;
  }
  // Each item as `write` has it; left out when there are none.
  template <typename Items, typename Write>
  Text& add_all(std::string_view name, const Items& items, Write write) {
    if (items.empty()) return *this;
    std::string list = "[";
    for (const auto& item : items) list.append(list.size() > 1 ? "," : "").append(write(item));
    return raw(name, list += "]");
  }

  // Without the closing brace.
  [[nodiscard]] const std::string& open() const { return text_; }
  [[nodiscard]] std::string closed() const { return text_ + "}"; }

 private:
  void separate() {
    if (text_.size() > 1) text_ += ',';
  }
  std::string text_ = "{";
};

std::string actor_of(const Actor& who) {
  Text actor;
  actor.add("id", who.id);
  if (!who.key.empty()) actor.add("key", who.key);
  return actor.add("kind", to_string(who.kind)).add("method", to_string(who.method)).closed();
}

// The members of the predicate whose names sort before `pad`, and those that sort behind it: with
// the two halves written, the length of the pad is known and nothing is written twice.
Text before_pad(const Statement& s) {
  Text half;
  half.raw("actor", actor_of(s.actor)).add("agent_claims", s.agent_claims);
  if (s.base) half.add("base", s.base->to_json());
  half.add("clock", s.clock);
  half.add_all("evidence", s.evidence, [](const EvidenceRef& entry) {
    return Text().add("kind", entry.kind).add("sha256", entry.sha256).closed();
  });
  half.add("grant", s.grant);
  half.add_all("marks", sorted_distinct(s.marks),
               [](const std::string& mark) { return json::quote(mark); });
  half.add("origin", s.origin);
  return half;
}

// `type` apart from `s`, because the reader rebuilds statements of types that it does not know.
Text behind_pad(const Statement& s, std::string_view type, std::string_view salt) {
  Text half;
  if (s.payload) half.add("payload", s.payload->to_json());
  half.add("permit", s.permit);
  if (s.policy) {
    half.raw("policy", Text()
                           .add("id", s.policy->id)
                           .add("sha256", s.policy->sha256)
                           .add("version", s.policy->version)
                           .closed());
  }
  half.add("reason", s.reason);
  if (s.request) {
    half.raw("request", Text()
                            .add("level", to_string(s.request->level))
                            .add("sha256", s.request->sha256)
                            .add("version", s.request->version)
                            .closed());
  }
  half.add_all("reviews", s.reviews, [](const Digest& hash) { return json::quote(hash.hex()); });
  half.add("roster_sha256", s.roster_sha256);
  if (s.rule) {
    half.raw("rule",
             Text().add("k", s.rule->k).add("n", s.rule->n).add("sha256", s.rule->sha256).closed());
  }
  half.add("salt", base64(salt));
  half.raw(
      "stream",
      Text().add("id", s.stream.id).add("prev", s.stream.prev).add("seq", s.stream.seq).closed());
  half.add("strength", s.strength);
  half.add("time", to_string(s.time)).add("type", type);
  if (s.verdict) half.add("verdict", to_string(*s.verdict));
  return half;
}

std::string bytes_of(const Statement& s, std::string_view type, std::string_view salt,
                     const json::Value& subject_digest) {
  std::string head = R"({"_type":")";
  head += statement_type;
  head += R"(","predicate":)";
  head += before_pad(s).open();
  head += R"(,"pad":")";
  std::string tail = R"(",)";
  tail += std::string_view(behind_pad(s, type, salt).open()).substr(1);
  tail += R"(},"predicateType":")";
  tail += predicate_type;
  tail += R"(","subject":[)";
  tail += Text().add("digest", subject_digest).add("name", s.stream.id).closed();
  tail += "]}";
  const std::size_t over = (head.size() + tail.size()) % pad_multiple;
  if (over != 0) head.append(pad_multiple - over, '0');
  return head + tail;
}

StreamPosition read_stream(const json::Value& value, bool& ok) {
  Members members(value);
  StreamPosition stream{.id = members.text("id"),
                        .seq = members.integer("seq"),
                        .prev = members.optional_digest("prev")};
  ok = ok && members.complete();
  return stream;
}

Actor read_actor(const json::Value& value, bool& ok) {
  Members members(value);
  Actor actor{.id = members.text("id"),
              .kind = members.named<ActorKind>("kind", actor_kind),
              .method = members.named<ActorMethod>("method", actor_method),
              .key = members.optional_text("key").value_or("")};
  ok = ok && members.complete();
  return actor;
}

std::optional<RequestRef> read_request(const json::Value* value, bool& ok) {
  if (value == nullptr) return std::nullopt;
  Members members(*value);
  RequestRef request{.sha256 = members.digest("sha256"),
                     .version = members.integer("version"),
                     .level = members.named<Level>("level", level)};
  ok = ok && members.complete();
  return request;
}

std::optional<PayloadRef> read_payload(const json::Value* value, bool& ok) {
  if (value == nullptr) return std::nullopt;
  std::optional<PayloadRef> payload = PayloadRef::from_json(*value);
  ok = ok && payload;
  return payload;
}

std::optional<PolicyRef> read_policy(const json::Value* value, bool& ok) {
  if (value == nullptr) return std::nullopt;
  Members members(*value);
  PolicyRef policy{.id = members.text("id"),
                   .version = members.integer("version"),
                   .sha256 = members.digest("sha256")};
  ok = ok && members.complete();
  return policy;
}

std::optional<RuleRef> read_rule(const json::Value* value, bool& ok) {
  if (value == nullptr) return std::nullopt;
  Members members(*value);
  RuleRef rule{
      .sha256 = members.digest("sha256"), .k = members.integer("k"), .n = members.integer("n")};
  ok = ok && members.complete();
  return rule;
}

std::vector<EvidenceRef> read_evidence(const json::Value* value, bool& ok) {
  std::vector<EvidenceRef> entries;
  if (value == nullptr) return entries;
  ok = ok && value->is_array();
  if (!ok) return entries;
  for (const json::Value& item : value->items()) {
    Members members(item);
    entries.push_back({.kind = members.text("kind"), .sha256 = members.digest("sha256")});
    ok = ok && members.complete();
  }
  return entries;
}

std::vector<Digest> read_reviews(Members& predicate, bool& ok) {
  std::vector<Digest> reviews;
  if (!predicate.has("reviews")) return reviews;
  for (const std::string& text : predicate.texts("reviews")) {
    const std::optional<Digest> review = Digest::from_hex(text);
    ok = ok && review;
    reviews.push_back(review.value_or(Digest{}));
  }
  return reviews;
}

std::optional<json::Value> copy_of(const json::Value* value) {
  if (value == nullptr) return std::nullopt;
  return *value;
}

// Everything but `type`, `salt` and `pad`; nothing when a member is malformed.
std::optional<Statement> read_predicate(Members& predicate) {
  bool ok = true;
  Statement s;
  s.origin = predicate.text("origin");
  s.stream = read_stream(predicate.value("stream"), ok);
  s.time = predicate.instant("time");
  s.actor = read_actor(predicate.value("actor"), ok);
  s.request = read_request(predicate.optional_value("request"), ok);
  if (predicate.has("verdict")) s.verdict = predicate.named<Verdict>("verdict", verdict);
  s.payload = read_payload(predicate.optional_value("payload"), ok);
  s.base = read_payload(predicate.optional_value("base"), ok);
  s.policy = read_policy(predicate.optional_value("policy"), ok);
  s.roster_sha256 = predicate.optional_digest("roster_sha256");
  s.rule = read_rule(predicate.optional_value("rule"), ok);
  s.reviews = read_reviews(predicate, ok);
  s.evidence = read_evidence(predicate.optional_value("evidence"), ok);
  s.permit = copy_of(predicate.optional_value("permit"));
  s.grant = copy_of(predicate.optional_value("grant"));
  s.agent_claims = copy_of(predicate.optional_value("agent_claims"));
  s.strength = predicate.optional_text("strength");
  s.reason = predicate.optional_digest("reason");
  s.clock = copy_of(predicate.optional_value("clock"));
  if (predicate.has("marks")) s.marks = predicate.texts("marks");
  if (!ok || !well_formed(s)) return std::nullopt;
  return s;
}

// The digest of the subject as it stands; nothing unless it is one of the two that there are.
std::optional<json::Value> read_subject_digest(const json::Value& root) {
  const json::Value* const subject = root.find("subject");
  if (subject == nullptr || !subject->is_array() || subject->items().empty()) return std::nullopt;
  const json::Value* const digest = subject->items().front().find("digest");
  if (digest == nullptr || !digest->is_object() || digest->members().size() != 1) {
    return std::nullopt;
  }
  const auto& [name, value] = digest->members().front();
  const bool known = (name == "sha256" || name == "lpCommit") && value.is_string() &&
                     Digest::from_hex(value.as_string());
  return known ? std::optional(*digest) : std::nullopt;
}

// The document is whatever the subject names that the rest of the statement does not explain.
std::optional<Digest> read_document(const json::Value& subject_digest, const Statement& s) {
  if (s.payload && (s.payload->env_sha256 || s.payload->commit)) return std::nullopt;
  const auto named = Digest::from_hex(subject_digest.find_string("sha256").value_or(""));
  if (named == crypto::sha256(s.stream.id)) return std::nullopt;
  return named;
}

}  // namespace

PolicyRef default_policy() {
  static const Digest empty_object = crypto::sha256("{}");
  return {.id = "default", .version = 0, .sha256 = empty_object};
}

Digest statement_sha256(std::string_view bytes) {
  return crypto::sha256(bytes);
}

bool is_mark(std::string_view mark) {
  return std::find(known_marks.begin(), known_marks.end(), mark) != known_marks.end();
}

std::string Statement::bytes(std::string_view salt) const {
  LP_ASSERT(salt.size() == salt_bytes);
  LP_ASSERT(well_formed(*this));
  return bytes_of(*this, to_string(type), salt, subject_digest_of(*this));
}

std::expected<Statement, StatementFault> read_statement(std::string_view bytes) {
  auto read = read_statement_loosely(bytes);
  if (!read) return std::unexpected(read.error());
  if (!read->subject_fits) return std::unexpected(StatementFault::malformed);
  return std::move(read->statement);
}

std::expected<LooselyRead, StatementFault> read_statement_loosely(std::string_view bytes) {
  const auto malformed = std::unexpected(StatementFault::malformed);
  const std::optional<json::Value> root = read_json(bytes);
  if (!root || root->find_string("_type") != statement_type) return malformed;
  const std::optional<std::string_view> version = root->find_string("predicateType");
  if (!version) return malformed;
  if (*version != predicate_type) {
    if (json::canonical(*root) != bytes) return malformed;
    return std::unexpected(StatementFault::unknown_type);
  }
  const json::Value* const value = root->find("predicate");
  if (value == nullptr) return malformed;
  Members predicate(*value);
  const std::string type = predicate.text("type");
  const std::string salt = predicate.binary("salt");
  predicate.optional_value("pad");
  std::optional<Statement> statement = read_predicate(predicate);
  if (!statement || !predicate.complete() || salt.size() != salt_bytes) return malformed;
  const auto subject_digest = read_subject_digest(*root);
  if (!subject_digest) return malformed;
  statement->document = read_document(*subject_digest, *statement);
  // Sizes, order, pad and everything else that is derived: written again, byte by byte.
  if (bytes_of(*statement, type, salt, *subject_digest) != bytes) return malformed;
  const std::optional<EventType> known = event_type(type);
  if (!known) return std::unexpected(StatementFault::unknown_type);
  statement->type = *known;
  const bool fits = *subject_digest == subject_digest_of(*statement);
  return LooselyRead{*std::move(statement), fits};
}

}  // namespace lp::evidence
