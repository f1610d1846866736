// What a condition asks of one value: equality, sets, ranges, patterns, networks.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/comparison.h"
#include "policy/node.h"

namespace lp::policy {

class Matcher {
 public:
  // An operand: a value, a list of values, or a mapping of operators. Nothing, and problems, if it
  // cannot be read.
  static std::optional<Matcher> read(const Node& operand, Problems& problems);
  // Holds for each of these texts and for no other.
  static Matcher one_of(std::vector<std::string> texts);

  [[nodiscard]] Truth holds(const Found& found) const;

  // Whether any value could satisfy both: false only when it is certain that none can.
  [[nodiscard]] bool may_meet(const Matcher& other) const;
  [[nodiscard]] bool satisfiable() const;
  // Whether what satisfies `narrower` certainly satisfies this: false when in doubt.
  [[nodiscard]] bool covers(const Matcher& narrower) const;
  // The texts that alone satisfy it, when it is a plain set of texts.
  [[nodiscard]] const std::vector<std::string>* exact_texts() const [[clang::lifetimebound]];
  // Holds for every text.
  [[nodiscard]] bool matches_all_texts() const;

  // As a sentence goes on: "is EUR", "is one of DROP, TRUNCATE", "> 500".
  [[nodiscard]] std::string to_text() const;

  friend bool operator==(const Matcher&, const Matcher&) = default;

 private:
  std::vector<Comparison> tests_;  // all hold
};

}  // namespace lp::policy
