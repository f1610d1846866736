#include "policy/matcher.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "json/write.h"
#include "policy/members.h"

namespace lp::policy {

namespace {

using Is = Comparison::Operator;

// `*` is any run of characters, `?` any one.
std::string expression_of(const std::vector<std::string>& globs) {
  std::string expression = "(?s:";
  for (const std::string& glob : globs) {
    if (expression.size() > 4) expression += '|';
    for (const char c : glob) {
      if (c == '*') {
        expression += ".*";
      } else if (c == '?') {
        expression += '.';
      } else {
        expression += re2::RE2::QuoteMeta(re2::StringPiece(&c, 1));
      }
    }
  }
  return expression + ')';
}

// Adds a value to a set. Values are read as they are written: 500 is no "500".
bool add_value(Comparison& test, const Node& node, Problems& problems) {
  switch (node.kind) {
    case json::Kind::string:
      test.texts.push_back(node.text);
      return true;
    case json::Kind::number:
      test.numbers.push_back(json::normalise(node.text));
      return true;
    case json::Kind::boolean:
      (node.boolean ? test.has_true : test.has_false) = true;
      return true;
    case json::Kind::null:
    case json::Kind::array:
    case json::Kind::object:
      break;
  }
  problems.push_back({node.at, fmt::format("A value to compare with is text, a number, true or "
                                           "false, not {}.",
                                           kind_name(node))});
  return false;
}

bool read_set(Comparison& test, const Node& node, Problems& problems) {
  if (node.kind != json::Kind::array) return add_value(test, node, problems);
  if (node.items.empty()) {
    problems.push_back({node.at, "This list is empty, so nothing is in it: name the values."});
    return false;
  }
  for (const Node& item : node.items) {
    if (!add_value(test, item, problems)) return false;
  }
  std::sort(test.texts.begin(), test.texts.end());
  std::sort(test.numbers.begin(), test.numbers.end(), less);
  return true;
}

bool read_bound(Comparison& test, const Node& node, Problems& problems) {
  if (node.kind == json::Kind::number) return add_value(test, node, problems);
  problems.push_back(
      {node.at, fmt::format("A bound is a number without quotes, not {}.", kind_name(node))});
  return false;
}

bool compile_pattern(Comparison& test, const Node& node, Problems& problems) {
  const bool glob = test.is == Is::glob;
  const std::string wrong =
      compile(glob ? expression_of(test.texts) : test.texts.front(), test.pattern);
  if (wrong.empty()) return true;
  problems.push_back({node.at, "This pattern cannot be used: " + wrong + "."});
  return false;
}

bool read_networks(Comparison& test, const Node& node, Problems& problems) {
  for (const std::string& text : test.texts) {
    const auto range = IpRange::parse(text);
    if (!range) {
      problems.push_back({node.at, "`" + text + "` is no network such as 10.0.0.0/8."});
      return false;
    }
    test.networks.push_back(*range);
  }
  return true;
}

bool read_texts(Comparison& test, const Node& node, Problems& problems) {
  if (!read_set(test, node, problems)) return false;
  const bool one = test.is == Is::regex;
  std::size_t bytes = 0;
  for (const std::string& text : test.texts) bytes += text.size();
  const bool empty = std::any_of(test.texts.begin(), test.texts.end(),
                                 [](const std::string& text) { return text.empty(); });
  if (!test.numbers.empty() || test.has_true || test.has_false || empty ||
      (one && test.texts.size() != 1)) {
    problems.push_back({node.at, one ? "A regular expression is one text; its `|` is an or."
                                     : "This is text, or a list of texts, none of them empty."});
    return false;
  }
  if (test.is == Is::cidr) return read_networks(test, node, problems);
  if (test.is != Is::glob && !one) return true;
  if (bytes > pattern_bytes_max) {
    problems.push_back(
        {node.at, fmt::format("A pattern may have {} bytes at most.", pattern_bytes_max)});
    return false;
  }
  return compile_pattern(test, node, problems);
}

struct OperatorName {
  std::string_view name;
  Is is;
};
constexpr std::array<OperatorName, 13> operators{{{"eq", Is::one_of},
                                                  {"in", Is::one_of},
                                                  {"ne", Is::none_of},
                                                  {"not_in", Is::none_of},
                                                  {"gt", Is::gt},
                                                  {"gte", Is::gte},
                                                  {"lt", Is::lt},
                                                  {"lte", Is::lte},
                                                  {"prefix", Is::prefix},
                                                  {"suffix", Is::suffix},
                                                  {"glob", Is::glob},
                                                  {"regex", Is::regex},
                                                  {"cidr", Is::cidr}}};

std::optional<Comparison> read_test(const NodeMember& member, Problems& problems) {
  const auto known =
      std::find_if(operators.begin(), operators.end(),
                   [&member](const OperatorName& one) { return one.name == member.name; });
  if (known == operators.end()) {
    std::string names;
    for (const auto& one : operators) names += (names.empty() ? "" : ", ") + std::string(one.name);
    problems.push_back(
        {member.at, fmt::format("`{}` is no comparison: there are {}.", member.name, names)});
    return std::nullopt;
  }
  Comparison test;
  test.is = known->is;
  const bool single = member.name == "eq" || member.name == "ne";
  if (single && member.value.kind == json::Kind::array) {
    problems.push_back(
        {member.value.at, fmt::format("`{}` compares with one value: for a list "
                                      "there is `{}`.",
                                      member.name, member.name == "eq" ? "in" : "not_in")});
    return std::nullopt;
  }
  const bool read = is_set(test.is)     ? read_set(test, member.value, problems)
                    : is_range(test.is) ? read_bound(test, member.value, problems)
                                        : read_texts(test, member.value, problems);
  return read ? std::optional(std::move(test)) : std::nullopt;
}

}  // namespace

std::optional<Matcher> Matcher::read(const Node& operand, Problems& problems) {
  Matcher matcher;
  if (operand.kind != json::Kind::object) {
    Comparison test;
    if (!read_set(test, operand, problems)) return std::nullopt;
    matcher.tests_.push_back(std::move(test));
    return matcher;
  }
  if (operand.members.empty()) {
    problems.push_back({operand.at, "This asks nothing: name a value or a comparison."});
    return std::nullopt;
  }
  for (const NodeMember& member : operand.members) {
    auto test = read_test(member, problems);
    if (!test) return std::nullopt;
    matcher.tests_.push_back(*std::move(test));
  }
  return matcher;
}

Matcher Matcher::one_of(std::vector<std::string> texts) {
  Matcher matcher;
  Comparison& test = matcher.tests_.emplace_back();
  test.texts = std::move(texts);
  std::sort(test.texts.begin(), test.texts.end());
  return matcher;
}

Truth Matcher::holds(const Found& found) const {
  Truth all = Truth::yes;
  for (const Comparison& test : tests_) {
    all = std::min(all, lp::policy::holds(test, found));
    if (all == Truth::no) break;
  }
  return all;
}

bool Matcher::may_meet(const Matcher& other) const {
  std::vector<const Comparison*> tests;
  for (const Comparison& test : tests_) tests.push_back(&test);
  for (const Comparison& test : other.tests_) tests.push_back(&test);
  return may_hold(tests);
}

bool Matcher::satisfiable() const {
  return may_meet({});
}

bool Matcher::covers(const Matcher& narrower) const {
  return std::all_of(tests_.begin(), tests_.end(), [&narrower](const Comparison& wider) {
    return std::any_of(
        narrower.tests_.begin(), narrower.tests_.end(),
        [&wider](const Comparison& test) { return lp::policy::covers(wider, test); });
  });
}

const std::vector<std::string>* Matcher::exact_texts() const {
  if (tests_.size() != 1 || tests_.front().is != Is::one_of) return nullptr;
  const Comparison& test = tests_.front();
  const bool texts_only = test.numbers.empty() && !test.has_true && !test.has_false;
  return texts_only ? &test.texts : nullptr;
}

bool Matcher::matches_all_texts() const {
  return std::all_of(tests_.begin(), tests_.end(), [](const Comparison& test) {
    if (test.is == Is::glob) {
      return std::any_of(test.texts.begin(), test.texts.end(), [](const std::string& glob) {
        return glob.find_first_not_of('*') == std::string::npos;
      });
    }
    return test.is == Is::regex && (test.texts.front() == ".*" || test.texts.front() == ".+");
  });
}

std::string Matcher::to_text() const {
  std::string sentence;
  for (const Comparison& test : tests_) {
    if (!sentence.empty()) sentence += " and ";
    std::vector<std::string> values;
    for (const std::string& text : test.texts) values.push_back(json::quote(text));
    for (const Decimal& number : test.numbers) values.push_back(to_string(number));
    if (test.has_true) values.emplace_back("true");
    if (test.has_false) values.emplace_back("false");
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + value;
    const bool one = values.size() == 1;
    constexpr std::array<std::string_view, 11> one_words{
        "is",          "is not",    ">",       ">=",      "<",    "<=",
        "begins with", "ends with", "is like", "matches", "is in"};
    constexpr std::array<std::string_view, 11> many_words{"is one of",
                                                          "is none of",
                                                          ">",
                                                          ">=",
                                                          "<",
                                                          "<=",
                                                          "begins with one of",
                                                          "ends with one of",
                                                          "is like one of",
                                                          "matches",
                                                          "is in one of"};
    const auto at = static_cast<std::size_t>(test.is);
    sentence += fmt::format("{} {}", one ? one_words[at] : many_words[at], list);
  }
  return sentence;
}

}  // namespace lp::policy
