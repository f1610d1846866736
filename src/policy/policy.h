// A compiled policy: what it says of a request, deterministically, and why.
//
// Rules are compiled to a decision list for each pair of service and action that the document
// names, so that a ruling reads only rules that can apply. The first rule that certainly matches
// ends the walk. A condition that cannot be told makes its rule possible, not false; the ruling is
// then the strictest in each part among all possible rules: the effect, the level, the people, the
// time. What only the agent claims is never certain: it can raise a ruling, and never end the walk
// early.
//
// Lists lie in few arrays, one behind the other, and conditions that ask the same are one, so that
// a ruling among ten thousand rules touches hardly more memory than one among ten.
//
// Immutable and safe from any thread; reads no clock, no disk and no network.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/asked.h"
#include "policy/document.h"
#include "policy/pair_table.h"
#include "policy/ruling.h"

namespace lp::policy {

class Policy {
 public:
  // A problem only for a document whose lists would take more than `entries_max` entries.
  static std::expected<Policy, Problem> compile(Document document);

  // `history` may be null: then what counts over a window is unknown.
  [[nodiscard]] Ruling rule_on(const Asked& asked, const History* history) const;

  // What the windows of this policy count of a request, once it is asked.
  [[nodiscard]] std::vector<WindowEntry> window_entries(const Asked& asked) const;

  // The tree that a ruling asks for: one of the document, or `all` of several.
  [[nodiscard]] json::Value quorum(const Ruling& ruling) const;
  // The name of the rule that a ruling is known by: the certain one, else the first possible one of
  // its effect and level; "defaults" and "unknown_tool" where these made it.
  [[nodiscard]] std::string rule_name(const Ruling& ruling) const;
  // {effect, level, rule, sha256, possible: [{rule, certain, conditions: [{is, truth}]}], …}
  [[nodiscard]] json::Value explain(const Ruling& ruling) const;

  [[nodiscard]] const Document& document() const [[clang::lifetimebound]] { return *document_; }
  [[nodiscard]] std::int64_t longest_window_ms() const;

 private:
  // A condition as a list asks it.
  struct Check {
    static constexpr std::uint32_t always = ~std::uint32_t{0};
    std::uint32_t condition = always;  // position in `conditions_`; it may hold for the whole list
    std::uint32_t subject : 31 = 0;    // which of the list's subjects it asks about
    std::uint32_t claimed : 1 = 0;
  };
  // A rule in a list, and where in `checks_` its own begin: one for each of its conditions.
  struct Entry {
    std::uint32_t rule = 0;
    std::uint32_t first_check = 0, check_count = 0;
  };
  // The rules that can apply to one pair, in their order: a stretch of `entries_`.
  struct List {
    static constexpr std::uint32_t no_tool = ~std::uint32_t{0};
    std::uint32_t tool = no_tool;  // position in the document
    std::uint32_t first_entry = 0, entry_count = 0;
    std::uint32_t subject_count = 0;
  };
  // What a ruling needs of a rule.
  struct Outcome {
    Effect effect = Effect::review;
    Level level = Level::medium;
    std::optional<std::uint32_t> quorum;
    std::optional<std::int64_t> decide_by_ms;
  };
  class Compiler;
  class Walk;

  explicit Policy(std::unique_ptr<const Document> document) : document_(std::move(document)) {}
  [[nodiscard]] const Tool* tool_of(const List& list) const;
  void combine(Ruling& ruling, const Tool* tool) const;
  void combine_quorums(Ruling& ruling) const;

  std::unique_ptr<const Document> document_;
  PairTable<List> lists_;
  List others_;  // of pairs that the document does not name
  std::vector<Entry> entries_;
  std::vector<Check> checks_;
  std::vector<const Condition*> conditions_;  // of those that ask the same, the first
  std::vector<Outcome> outcomes_;  // of each rule
};

inline constexpr std::size_t entries_max = 2'000'000;

}  // namespace lp::policy
