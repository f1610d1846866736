// Value types that statements, decision cores and the approval domain share (evidence.md 2, 3, 8).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "json/value.h"

namespace lp::evidence {

// The largest integer that every JSON reader keeps: 2^53 - 1. Counters and sizes stay within it.
inline constexpr std::uint64_t integer_max = (std::uint64_t{1} << 53) - 1;

// Whether `value` is a string, a boolean, an integer in 0..integer_max, or an array or object of
// such: what the open members of a statement (permit, grant, agent_claims, clock) may hold.
[[nodiscard]] bool is_plain(const json::Value& value);

// `none` only where a policy allows; requests that people see are low to critical.
enum class Level : std::uint8_t { none, low, medium, high, critical };
std::string_view to_string(Level level);
std::optional<Level> level(std::string_view name);

enum class Verdict : std::uint8_t { approve, reject, request_changes };
std::string_view to_string(Verdict verdict);
std::optional<Verdict> verdict(std::string_view name);

// What is known of a payload without its content. `commit` is absent while unbound: a v1 or v2
// payload before its first review, and a reject without the content key.
struct PayloadRef {
  std::string kind;                  // "v1" | "v2" | "plain"
  std::optional<Digest> env_sha256;  // absent for plain
  std::optional<Digest> commit;
  std::optional<std::string> kid;  // 16 hex characters

  // v1: env_sha256; v2: env_sha256 and kid; plain: neither. The commit may be absent in each.
  [[nodiscard]] bool well_formed() const;
  [[nodiscard]] json::Value to_json() const;  // LP_ASSERTs well_formed()
  // Strict: unknown members, wrong types or an inadmissible combination give nothing.
  static std::optional<PayloadRef> from_json(const json::Value& value);
  friend bool operator==(const PayloadRef&, const PayloadRef&) = default;
};

// The request descriptor: who asks for what. request.sha256 = SHA-256 of its bytes.
struct Descriptor {
  std::string salt;  // 32 bytes
  std::string origin;
  std::string service;
  std::string action;
  std::string agent_id;
  std::string agent_owner;
  std::optional<std::string> client_nonce;
  json::Value facts = json::Value::object();
  std::optional<Digest> schema_sha256;
  std::optional<std::string> environment;

  [[nodiscard]] std::string bytes() const;  // JCS
  [[nodiscard]] Digest sha256() const;
};

}  // namespace lp::evidence
