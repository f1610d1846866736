// The members of a part of a document, each taken once; what nobody took is not known there, and is
// a problem with its line and column.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/node.h"

namespace lp::policy {

class Members {
 public:
  // `what` is the part, as a sentence names it: "a rule". Anything but a mapping is a problem, and
  // has no members.
  Members(const Node& node, std::string_view what, Problems& problems);

  [[nodiscard]] const Node* take(std::string_view name);
  // As take(), and a problem if it is not there.
  [[nodiscard]] const Node* need(std::string_view name);
  // A member that is text and not empty; else a problem, unless it is not there.
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  // `24h`, `10m`, `90s` or `7d`, from one second to `days_max` days, in milliseconds.
  [[nodiscard]] std::optional<std::int64_t> duration_ms(std::string_view name,
                                                        std::int64_t days_max);
  // To be called when all that is known was taken.
  void refuse_others();

 private:
  const Node& node_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> known_;
};

// What a node is that should have been something else: "text", "a list", "nothing".
std::string_view kind_name(const Node& node);

}  // namespace lp::policy
