// A policy as it is written: what is in it, checked, with the line and column of all that is wrong.
//
// Reading is strict, and so is what may be written: an `allow` may rest only on what an agent
// cannot make up (`allow_on_unverified_fact`). What compiles here can be ruled by (policy.h).

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "json/value.h"
#include "policy/condition.h"
#include "policy/node.h"
#include "policy/ruling.h"

namespace lp::policy {

inline constexpr std::size_t rules_max = 10'000;
inline constexpr std::size_t tools_max = 10'000;

// Who must say yes: a tree that this module does not read (approval/rule.h does), and how many
// people it takes at least.
struct Quorum {
  json::Value rule;
  std::uint64_t heads = 1;
};
struct QuorumFault {
  std::string pointer;  // RFC 6901, within the tree
  std::string sentence;
};
// The heads that satisfy a tree at least, or what is wrong with it.
using QuorumReader = std::function<std::expected<std::uint64_t, QuorumFault>(const json::Value&)>;

struct Tool {
  std::string service, action;
  std::vector<std::pair<std::string, std::string>> sources;  // of facts: JSON Pointers
  Level floor = Level::none;
  Mark at;

  [[nodiscard]] bool has_source(std::string_view fact) const;
};

struct Escalation {
  std::int64_t after_ms = 0;
  std::string to;
};

struct Rule {
  std::string name;
  Mark at;
  std::vector<Condition> conditions;
  Effect effect = Effect::review;
  Level level = Level::medium;        // of a review
  std::optional<std::size_t> quorum;  // position in Document::quorums; absent: that of the defaults
  std::optional<std::int64_t> decide_by_ms;
  std::vector<Escalation> escalations;
  bool verify_facts = false;  // the executor recomputes the facts before it runs
};

struct Document {
  bool lists_tools = false;
  std::vector<Tool> tools;
  Level default_level = Level::medium;
  std::size_t default_quorum = 0;
  std::optional<std::int64_t> default_decide_by_ms;
  // Of a tool that is not listed, where tools are.
  Level unknown_level = Level::high;
  Effect unknown_effect = Effect::review;
  std::optional<std::size_t> unknown_quorum;
  std::vector<Rule> rules;
  std::vector<Quorum> quorums;
  std::vector<Window> windows;
  json::Value source;
  Digest sha256;  // of the canonical JSON of the document
};

struct Ports {
  QuorumReader quorum;
  ZoneSource zones;
};

// All problems, in the order of the text; never empty.
std::expected<Document, Problems> read_document(std::string_view text, const Ports& ports);

// How far a condition can be believed for the tool that is listed, or not (null).
[[nodiscard]] Ground ground_of(const Subject& subject, const Tool* tool);
[[nodiscard]] Ground ground_of(const Condition& condition, const Document& document,
                               const Tool* tool);

}  // namespace lp::policy
