// A statement: the exact bytes that say what happened, off the log and erasable (evidence.md 3).
//
// in-toto Statement v1 with predicateType urn:letsping:event:1, JCS, a salt of 32 random bytes and
// a pad to a multiple of 256 bytes. Built once, stored as built, never re-serialised. The log holds
// only its hash (leaf.h).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "evidence/event.h"
#include "evidence/values.h"
#include "json/value.h"

namespace lp::evidence {

struct Actor {
  std::string id;  // roster pseudonym, key id, agent id, "policy:default", or "system"
  ActorKind kind = ActorKind::system;
  ActorMethod method = ActorMethod::rule;
  std::string key;  // id of the key that proved it; omitted when empty
};

inline constexpr std::string_view project_stream = "project";

struct StreamPosition {
  std::string id;  // request id, handoff delivery id, or "project"
  std::uint64_t seq = 0;
  std::optional<Digest> prev;  // SHA-256 of the stream's previous statement; absent at seq 0
};

struct RequestRef {
  Digest sha256;
  std::uint64_t version = 1;
  Level level = Level::medium;
};

struct PolicyRef {
  std::string id;
  std::uint64_t version = 0;
  Digest sha256;
};
// The policy of a project that has none: id "default", version 0, SHA-256 of JCS `{}`.
PolicyRef default_policy();

struct RuleRef {
  Digest sha256;
  std::uint64_t k = 1;  // heads required
  std::uint64_t n = 1;  // heads that could answer at this time
};

struct EvidenceRef {
  std::string kind;  // "device_key", "passkey", "roster", "trace", …
  Digest sha256;     // of JCS(entry); the entry carries its own salt
};

struct Statement {
  EventType type = EventType::log_opened;
  std::string origin;
  StreamPosition stream;
  Instant time;
  Actor actor;
  std::optional<RequestRef> request;
  std::optional<Verdict> verdict;
  std::optional<PayloadRef> payload;
  std::optional<PayloadRef> base;
  std::optional<PolicyRef> policy;
  std::optional<Digest> roster_sha256;
  std::optional<RuleRef> rule;
  std::vector<Digest> reviews;
  std::vector<EvidenceRef> evidence;
  std::optional<json::Value> permit;
  std::optional<json::Value> grant;
  std::optional<json::Value> agent_claims;
  std::optional<std::string> strength;
  std::optional<Digest> reason;
  std::optional<json::Value> clock;
  std::vector<std::string> marks;  // sorted and distinct on writing
  // The document concerned (a roster head, an export manifest): its hash becomes the subject digest
  // when there is no payload.
  std::optional<Digest> document;

  // Whether it stands in the stream of a request. (A late look at a decided one does not.)
  [[nodiscard]] bool of_request() const { return request && stream.id != project_stream; }

  // `salt` is 32 random bytes. LP_ASSERTs what only a bug could get wrong (ranges, empty ids).
  [[nodiscard]] std::string bytes(std::string_view salt) const;
};

// SHA-256 of statement bytes: what the leaf holds, and `prev` and `reviews` of later statements.
Digest statement_sha256(std::string_view bytes);

enum class StatementFault : std::uint8_t {
  malformed,     // not JSON, not JCS, wrong types, unknown member, bad pad or salt: INVALID
  unknown_type,  // predicateType or type of a later version: INDETERMINATE
};

// Reads exact statement bytes back; refuses whatever bytes() could not have written.
std::expected<Statement, StatementFault> read_statement(std::string_view bytes);

// As read_statement, but the subject may have another digest than belongs there: who verifies says
// so apart from a statement that cannot be read.
struct LooselyRead {
  Statement statement;
  bool subject_fits = true;
};
std::expected<LooselyRead, StatementFault> read_statement_loosely(std::string_view bytes);

// The marks a statement or roster head may carry, sorted.
[[nodiscard]] bool is_mark(std::string_view mark);

}  // namespace lp::evidence
