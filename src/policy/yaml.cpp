#include "policy/yaml.h"

#include <fmt/core.h>
#include <yaml.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "json/number.h"

namespace lp::policy {
namespace {

using Result = std::expected<Node, Problem>;

std::unexpected<Problem> refused(Mark at, std::string sentence) {
  return std::unexpected(Problem{at, std::move(sentence)});
}

Mark mark_of(const yaml_mark_t& mark) {
  return {mark.line + 1, mark.column + 1};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// What some readers of YAML take for a truth value, nothing, a merge or a value of its own.
bool is_surprising_word(std::string_view text) {
  constexpr std::array<std::string_view, 15> words{"yes", "no",   "on",    "off",  "y",
                                                   "n",   "true", "false", "null", "~",
                                                   "<<",  "=",    ".inf",  ".nan", ""};
  return std::find(words.begin(), words.end(), lower(text)) != words.end();
}

// Digits with what some readers of YAML see in them: 012, 0x1f, 1_000, 12:30, 2026-03-01, 5., .5,
// +1. A word of letters (24h, 3com) is none of these.
bool looks_like_number(std::string_view text) {
  const std::string_view digits =
      text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty()) return false;
  if (!is_digit(digits.front()) && digits.front() != '.') return false;
  if (digits.starts_with("0x") || digits.starts_with("0o") || digits.starts_with("0b")) return true;
  const bool only = std::all_of(digits.begin(), digits.end(), [](char c) {
    return is_digit(c) || std::string_view("._:+-eETZ ").find(c) != std::string_view::npos;
  });
  // An address or a version has two points or more, and no reader takes it for a number.
  const auto points = std::count(digits.begin(), digits.end(), '.');
  const bool dotted =
      points > 1 && digits.find_first_not_of("0123456789.") == std::string_view::npos;
  return only && !dotted && std::any_of(digits.begin(), digits.end(), is_digit);
}

// A word without quotes: a truth value, a number as JSON writes one, or text that nobody reads as
// anything else.
Result plain_scalar(std::string text, Mark at) {
  Node node{.kind = json::Kind::string, .at = at, .text = {}, .items = {}, .members = {}};
  if (text == "true" || text == "false") {
    node.kind = json::Kind::boolean;
    node.boolean = text == "true";
    return node;
  }
  if (text.empty()) return refused(at, "There is no value here: write one, or leave the name out.");
  if (json::number_length(text) == text.size()) {
    if (json::fit_binary64(text) == json::Fit::overflow) {
      return refused(at, "This number is too large.");
    }
    node.kind = json::Kind::number;
    node.text = std::move(text);
    return node;
  }
  if (is_surprising_word(text) || looks_like_number(text)) {
    return refused(at, fmt::format("Readers of YAML do not agree on what {0} is: write \"{0}\" in "
                                   "quotes if it is text{1}.",
                                   text,
                                   looks_like_number(text) ? ", or a plain decimal number"
                                                           : ", true or false if it is a choice"));
  }
  node.text = std::move(text);
  return node;
}

class Reader {
 public:
  explicit Reader(std::string_view text) {
    if (yaml_parser_initialize(&parser_) != 1) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Reader() {
    drop();
    yaml_parser_delete(&parser_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result document() {
    if (auto problem = expect(YAML_STREAM_START_EVENT)) return std::unexpected(*std::move(problem));
    if (auto problem = next()) return std::unexpected(*std::move(problem));
    if (event_.type != YAML_DOCUMENT_START_EVENT) return refused({}, "The document is empty.");
    const auto& start = event_.data.document_start;
    if (start.version_directive != nullptr ||
        start.tag_directives.start != start.tag_directives.end) {
      return refused(here(), "Directives are not read here: leave this line out.");
    }
    if (auto problem = next()) return std::unexpected(*std::move(problem));
    Result root = value(1);
    if (!root) return root;
    if (auto problem = expect(YAML_DOCUMENT_END_EVENT)) return std::unexpected(*std::move(problem));
    if (auto problem = next()) return std::unexpected(*std::move(problem));
    if (event_.type != YAML_STREAM_END_EVENT) {
      return refused(here(), "A second document begins here: a policy is one document.");
    }
    return root;
  }

 private:
  [[nodiscard]] Mark here() const { return mark_of(event_.start_mark); }

  void drop() {
    if (std::exchange(filled_, false)) yaml_event_delete(&event_);
  }

  std::optional<Problem> next() {
    drop();
    if (yaml_parser_parse(&parser_, &event_) == 1) {
      filled_ = true;
      return std::nullopt;
    }
    if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    const std::string what = parser_.problem != nullptr ? parser_.problem : "it cannot be read";
    return Problem{mark_of(parser_.problem_mark), "This is not YAML: " + what + "."};
  }

  std::optional<Problem> expect(yaml_event_type_t type) {
    if (auto problem = next()) return problem;
    if (event_.type == type) return std::nullopt;
    return Problem{here(), "This is not YAML that is read here."};
  }

  // The value whose first event was read.
  Result value(std::size_t depth) {
    if (depth > text_depth_max) {
      return refused(here(),
                     fmt::format("Values are nested deeper than {} levels.", text_depth_max));
    }
    if (++values_ > text_values_max) {
      return refused(here(), fmt::format("There are more than {} values.", text_values_max));
    }
    if (event_.type == YAML_ALIAS_EVENT) {
      return refused(here(), "Aliases (*name) are not read here: write the value out.");
    }
    if (event_.type == YAML_SCALAR_EVENT) return scalar();
    if (event_.type == YAML_SEQUENCE_START_EVENT) return sequence(depth);
    if (event_.type == YAML_MAPPING_START_EVENT) return mapping(depth);
    return refused(here(), "There is no value here.");
  }

  std::optional<Problem> decorated(const unsigned char* anchor, const unsigned char* tag) const {
    if (anchor != nullptr) {
      return Problem{here(), "Anchors (&name) are not read here: write the value out."};
    }
    if (tag != nullptr) return Problem{here(), "Tags (!type) are not read here: leave it out."};
    return std::nullopt;
  }

  Result scalar() {
    const auto& scalar = event_.data.scalar;
    if (auto problem = decorated(scalar.anchor, scalar.tag)) {
      return std::unexpected(*std::move(problem));
    }
    std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    if (scalar.style == YAML_PLAIN_SCALAR_STYLE) return plain_scalar(std::move(text), here());
    return Node{.kind = json::Kind::string,
                .at = here(),
                .text = std::move(text),
                .items = {},
                .members = {}};
  }

  Result sequence(std::size_t depth) {
    const auto& start = event_.data.sequence_start;
    if (auto problem = decorated(start.anchor, start.tag)) {
      return std::unexpected(*std::move(problem));
    }
    Node node{.kind = json::Kind::array, .at = here(), .text = {}, .items = {}, .members = {}};
    while (true) {
      if (auto problem = next()) return std::unexpected(*std::move(problem));
      if (event_.type == YAML_SEQUENCE_END_EVENT) return node;
      Result item = value(depth + 1);
      if (!item) return item;
      node.items.push_back(*std::move(item));
    }
  }

  Result mapping(std::size_t depth) {
    const auto& start = event_.data.mapping_start;
    if (auto problem = decorated(start.anchor, start.tag)) {
      return std::unexpected(*std::move(problem));
    }
    Node node{.kind = json::Kind::object, .at = here(), .text = {}, .items = {}, .members = {}};
    while (true) {
      if (auto problem = next()) return std::unexpected(*std::move(problem));
      if (event_.type == YAML_MAPPING_END_EVENT) break;
      const Mark at = here();
      if (event_.type != YAML_SCALAR_EVENT) return refused(at, "A name must be plain text.");
      Result name = scalar();
      if (!name) return name;
      if (name->kind != json::Kind::string) {
        return refused(at, "A name must be text: write it in quotes.");
      }
      if (auto problem = next()) return std::unexpected(*std::move(problem));
      Result member = value(depth + 1);
      if (!member) return member;
      node.members.push_back({std::move(name->text), at, *std::move(member)});
    }
    return without_duplicates(std::move(node));
  }

  static Result without_duplicates(Node node) {
    std::vector<const NodeMember*> order;
    for (const NodeMember& member : node.members) order.push_back(&member);
    std::sort(order.begin(), order.end(), [](const NodeMember* a, const NodeMember* b) {
      return std::tie(a->name, a->at) < std::tie(b->name, b->at);
    });
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (order[i - 1]->name != order[i]->name) continue;
      return refused(order[i]->at, fmt::format("`{}` stands here already (line {}): keep one.",
                                               order[i]->name, order[i - 1]->at.line));
    }
    return node;
  }

  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool filled_ = false;  // event_ holds one that is to be given back
  std::size_t values_ = 0;
};

}  // namespace

std::expected<Node, Problem> read_yaml(std::string_view text) {
  return Reader(text).document();
}

}  // namespace lp::policy
