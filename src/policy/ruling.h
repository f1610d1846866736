// What a policy says of one request, and why.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace lp::policy {

// Of a condition or a whole rule. `unknown`: what it asks about is absent, of another kind or
// cannot be read; or only the agent says so. Ordered, so that a conjunction is the least of its
// parts.
enum class Truth : std::uint8_t { no, unknown, yes };

// From the least strict to the strictest.
enum class Effect : std::uint8_t { allow, review, deny };
std::string_view to_string(Effect effect);
std::optional<Effect> effect(std::string_view name);

// The levels of evidence/values.h, which stands above this module; approval/ruling.h holds the two
// together. `none` is the level of what is allowed.
enum class Level : std::uint8_t { none, low, medium, high, critical };
std::string_view to_string(Level level);
std::optional<Level> level(std::string_view name);

// A rule that may apply, up to the first that certainly does.
struct PossibleRule {
  std::size_t rule = 0;           // position in the document
  bool certain = false;           // the last one only
  std::vector<Truth> conditions;  // yes or unknown, of each of its conditions
};

struct Ruling {
  Effect effect = Effect::review;
  Level level = Level::medium;
  // Those that were asked, in their order; what they say is combined to the strictest in each part.
  std::vector<PossibleRule> possible;
  bool by_defaults = false;      // no rule is certain, so the defaults count too
  bool unknown_tool = false;     // the document lists tools, and not this one
  bool raised_to_floor = false;  // by the level of the tool or of unknown tools
  std::vector<std::size_t>
      quorums;  // positions in Document::quorums; all of them must be satisfied
  std::optional<std::int64_t> decide_by_ms;
};

}  // namespace lp::policy
