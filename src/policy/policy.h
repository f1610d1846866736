// A compiled policy: what it says of a request, deterministically, and why.
//
// Rules are compiled to a decision list for each pair of service and action that the document
// names, so that a ruling reads only rules that can apply. The first rule that certainly matches
// ends the walk. A condition that cannot be told makes its rule possible, not false; the ruling is
// then the strictest in each part among all possible rules: the effect, the level, the people, the
// time. What only the agent claims is never certain: it can raise a ruling, and never end the walk
// early.
//
// Immutable and safe from any thread; reads no clock, no disk and no network.

#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/asked.h"
#include "policy/document.h"
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
  // A condition as a list asks it: where in the list's subjects it looks.
  struct Check {
    const Condition* condition = nullptr;  // null: it holds for every request of the list
    std::size_t subject = 0;
    bool claimed = false;
  };
  struct Entry {
    std::size_t rule = 0;
    std::vector<Check> checks;
  };
  // The rules that can apply to one pair, in their order.
  struct List {
    const Tool* tool = nullptr;
    std::vector<const Subject*> subjects;
    std::vector<Entry> entries;
  };
  class Compiler;
  class Walk;

  explicit Policy(std::unique_ptr<const Document> document) : document_(std::move(document)) {}
  [[nodiscard]] const List& list_of(const Asked& asked) const;
  void combine(Ruling& ruling, const Tool* tool) const;
  void combine_quorums(Ruling& ruling) const;

  std::unique_ptr<const Document> document_;
  std::unordered_map<std::string, List> lists_;  // by service, NUL, action
  List others_;                                  // of pairs that the document does not name
};

inline constexpr std::size_t entries_max = 2'000'000;

}  // namespace lp::policy
