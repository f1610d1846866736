#include "policy/node.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "json/number.h"
#include "json/parse.h"
#include "policy/yaml.h"

namespace lp::policy {
namespace {

// Lines and columns of a text by byte offset.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }

  [[nodiscard]] Mark at(std::size_t offset) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const auto line = static_cast<std::size_t>(after - starts_.begin());
    const std::string_view before =
        text_.substr(starts_[line - 1], std::min(offset, text_.size()) - starts_[line - 1]);
    const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // not a byte that goes on
    });
    return {line, static_cast<std::size_t>(characters) + 1};
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_{0};
};

// Where the name of the member stands whose value begins at `value`: before it come blanks, a
// colon, blanks and the quoted name.
std::size_t name_begin(std::string_view text, std::size_t value) {
  std::size_t at = text.rfind('"', value - 1);  // the closing quote
  do {
    at = text.rfind('"', at - 1);
    std::size_t escapes = 0;
    while (text[at - escapes - 1] == '\\') ++escapes;
    if (escapes % 2 == 0) return at;
  } while (at > 0);
  return at;
}

Node from_value(const json::Value& value, std::string_view text, const Lines& lines) {
  Node node;
  node.kind = value.kind();
  node.at = lines.at(value.span().first);
  switch (value.kind()) {
    case json::Kind::null:
      break;
    case json::Kind::boolean:
      node.boolean = value.as_boolean();
      break;
    case json::Kind::number:
      node.text = value.literal();
      break;
    case json::Kind::string:
      node.text = value.as_string();
      break;
    case json::Kind::array:
      for (const json::Value& item : value.items()) {
        node.items.push_back(from_value(item, text, lines));
      }
      break;
    case json::Kind::object:
      for (const auto& [name, member] : value.members()) {
        node.members.push_back({name, lines.at(name_begin(text, member.span().first)),
                                from_value(member, text, lines)});
      }
      break;
  }
  return node;
}

std::string sentence_of(const json::ParseError& error) {
  const std::string where = error.pointer.empty() ? "" : " (at " + error.pointer + ")";
  switch (error.fault) {
    case json::Fault::syntax:
      return "This is not JSON" + where + ".";
    case json::Fault::duplicate_key:
      return "The same member stands here twice" + where + ": keep one.";
    case json::Fault::lone_surrogate:
    case json::Fault::invalid_utf8:
      return "This is not UTF-8 text" + where + ".";
    case json::Fault::non_finite_number:
      return "This number is too large" + where + ".";
    case json::Fault::too_deep:
      return fmt::format("Values are nested deeper than {} levels{}.", text_depth_max, where);
    case json::Fault::too_many_members:
      return fmt::format("There are more than {} values.", text_values_max);
  }
  return "This is not JSON.";
}

std::expected<Node, Problem> read_json(std::string_view text) {
  const Lines lines(text);
  const auto document =
      json::parse(std::string(text), {.depth_max = text_depth_max, .members_max = text_values_max});
  if (!document) {
    return std::unexpected(
        Problem{lines.at(document.error().offset), sentence_of(document.error())});
  }
  return from_value(document->root, document->text, lines);
}

// A number whose worth depends on who reads it would make two policies of one hash.
const Node* lossy_number(const Node& node) {
  if (node.kind == json::Kind::number && json::fit_binary64(node.text) != json::Fit::exact) {
    return &node;
  }
  for (const Node& item : node.items) {
    if (const Node* found = lossy_number(item)) return found;
  }
  for (const NodeMember& member : node.members) {
    if (const Node* found = lossy_number(member.value)) return found;
  }
  return nullptr;
}

std::string unescaped(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      name += token[++i] == '1' ? '/' : '~';
    } else {
      name += token[i];
    }
  }
  return name;
}

const Node* step(const Node& node, const std::string& name) {
  if (const Node* member = node.find(name)) return member;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return nullptr;
  return index < node.items.size() ? &node.items[index] : nullptr;
}

}  // namespace

std::string to_string(const Problem& problem) {
  return fmt::format("line {}, column {}: {}", problem.at.line, problem.at.column,
                     problem.sentence);
}

json::Value Node::to_json() const {
  switch (kind) {
    case json::Kind::null:
      return {};
    case json::Kind::boolean:
      return json::Value::boolean(boolean);
    case json::Kind::number:
      return json::Value::number_literal(text);
    case json::Kind::string:
      return json::Value::string(text);
    case json::Kind::array: {
      auto array = json::Value::array();
      for (const Node& item : items) array.items().push_back(item.to_json());
      return array;
    }
    case json::Kind::object: {
      auto object = json::Value::object();
      for (const NodeMember& member : members) object.add(member.name, member.value.to_json());
      return object;
    }
  }
  return {};
}

Mark Node::at_pointer(std::string_view pointer) const {
  const Node* node = this;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    const Node* next = step(*node, unescaped(token));
    if (next == nullptr) break;
    node = next;
  }
  return node->at;
}

const Node* Node::find(std::string_view name) const {
  for (const NodeMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::expected<Node, Problem> read_text(std::string_view text) {
  if (text.size() > text_bytes_max) {
    return std::unexpected(
        Problem{{}, fmt::format("The document is larger than {} bytes.", text_bytes_max)});
  }
  if (!is_utf8(text)) return std::unexpected(Problem{{}, "The document is not UTF-8 text."});
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json_text = first != std::string_view::npos && text[first] == '{';
  auto node = json_text ? read_json(text) : read_yaml(text);
  if (!node) return node;
  if (const Node* number = lossy_number(*node)) {
    return std::unexpected(
        Problem{number->at,
                "This number has more digits than every program keeps: write fewer, or write "
                "it in quotes."});
  }
  return node;
}

}  // namespace lp::policy
