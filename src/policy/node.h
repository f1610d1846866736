// A document as its author wrote it: values that know their line and column.
//
// Policies and their test cases are YAML or JSON (a text that begins with `{` is JSON). Of YAML
// only what reads the same to everybody: no anchors, aliases, tags, directives or second document,
// no duplicate key, and no plain word that another reader of YAML would take for something else
// (NO, 012, 1_000, 12:30, 2026-03-01, ~): such a word is refused with what to write instead.

#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace lp::policy {

inline constexpr std::size_t text_bytes_max = 4 << 20;
inline constexpr std::size_t text_depth_max = 32;
inline constexpr std::size_t text_values_max = 500'000;

// Both from 1; a column is a character.
struct Mark {
  std::size_t line = 1, column = 1;

  friend bool operator==(const Mark&, const Mark&) = default;
  friend auto operator<=>(const Mark&, const Mark&) = default;
};

// What is wrong, where, and what to write instead.
struct Problem {
  Mark at;
  std::string sentence;
};
using Problems = std::vector<Problem>;
// "line 4, column 9: …"
std::string to_string(const Problem& problem);

struct NodeMember;

struct Node {
  json::Kind kind = json::Kind::null;
  Mark at;
  bool boolean = false;
  std::string text;  // of a string; the literal of a number
  std::vector<Node> items;
  std::vector<NodeMember> members;

  [[nodiscard]] json::Value to_json() const;
  // Where the value under this RFC 6901 pointer stands; of this value if there is none.
  [[nodiscard]] Mark at_pointer(std::string_view pointer) const;
  [[nodiscard]] const Node* find(std::string_view name) const [[clang::lifetimebound]];
};

struct NodeMember {
  std::string name;
  Mark at;  // of the name
  Node value;
};

std::expected<Node, Problem> read_text(std::string_view text);

}  // namespace lp::policy
