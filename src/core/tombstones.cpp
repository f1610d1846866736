#include "core/tombstones.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "json/parse.h"
#include "json/write.h"

namespace lp::core {
namespace {

// No origin has a line feed in it, so that no log is ever called like a tombstone.
constexpr std::string_view prefix = "erased\n";
constexpr std::string_view person_prefix = "erased person\n";

constexpr std::string_view damaged =
    "The signer's memory of what was erased is damaged: bring back what stood there.";

std::string text_of(const Tombstone& tombstone) {
  auto indices = json::Value::array();
  for (const std::uint64_t index : tombstone.indices) indices.items().emplace_back(index);
  auto value = json::Value::object();
  value.add("v", 1)
      .add("request", tombstone.erasure.request)
      .add("project", tombstone.erasure.project)
      .add("leaf_index", tombstone.erasure.leaf_index)
      .add("at", to_string(tombstone.erasure.at))
      .add("indices", std::move(indices))
      .add("record", tombstone.record);
  return json::canonical(value);
}

std::optional<std::uint64_t> count(const json::Value* value) {
  const auto number = value == nullptr ? std::nullopt : value->as_integer();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

// Exact round trip only.
std::optional<Tombstone> read(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->root.is_object()) return std::nullopt;
  const json::Value& root = document->root;
  Tombstone tombstone;
  tombstone.erasure.request = root.find_string("request").value_or("");
  tombstone.erasure.project = root.find_string("project").value_or("");
  const auto leaf_index = count(root.find("leaf_index"));
  const auto at = parse_instant(root.find_string("at").value_or(""));
  const json::Value* const indices = root.find("indices");
  if (!leaf_index || !at || indices == nullptr || !indices->is_array()) return std::nullopt;
  tombstone.erasure.leaf_index = *leaf_index;
  tombstone.erasure.at = *at;
  for (const json::Value& item : indices->items()) {
    const auto index = count(&item);
    if (!index) return std::nullopt;
    tombstone.indices.push_back(*index);
  }
  tombstone.record = root.find_string("record").value_or("");
  if (text_of(tombstone) != text) return std::nullopt;
  return tombstone;
}

std::string text_of(const PersonTombstone& tombstone) {
  auto erasures = json::Value::array();
  for (const store::MemberErasure& erasure : tombstone.erasures) {
    erasures.items().push_back(json::Value::object()
                                   .add("project", erasure.project)
                                   .add("leaf_index", erasure.leaf_index)
                                   .add("at", to_string(erasure.at)));
  }
  auto value = json::Value::object();
  value.add("v", 1)
      .add("member", tombstone.member)
      .add("at", to_string(tombstone.at))
      .add("erasures", std::move(erasures));
  return json::canonical(value);
}

// Exact round trip only.
std::optional<PersonTombstone> read_person(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->root.is_object()) return std::nullopt;
  const json::Value& root = document->root;
  PersonTombstone tombstone;
  tombstone.member = root.find_string("member").value_or("");
  const auto at = parse_instant(root.find_string("at").value_or(""));
  const json::Value* const erasures = root.find("erasures");
  if (!at || erasures == nullptr || !erasures->is_array()) return std::nullopt;
  tombstone.at = *at;
  for (const json::Value& item : erasures->items()) {
    const auto leaf_index = count(item.find("leaf_index"));
    const auto said = parse_instant(item.find_string("at").value_or(""));
    if (!leaf_index || !said) return std::nullopt;
    tombstone.erasures.push_back({.member = tombstone.member,
                                  .project = std::string(item.find_string("project").value_or("")),
                                  .leaf_index = *leaf_index,
                                  .at = *said});
  }
  if (text_of(tombstone) != text) return std::nullopt;
  return tombstone;
}

}  // namespace

store::Result<void> Tombstones::keep(const std::vector<Tombstone>& tombstones,
                                     const std::vector<PersonTombstone>& people) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const Tombstone& tombstone : tombstones) {
    entries.emplace_back(std::string(prefix) + tombstone.erasure.request, text_of(tombstone));
  }
  for (const PersonTombstone& tombstone : people) {
    entries.emplace_back(std::string(person_prefix) + tombstone.member, text_of(tombstone));
  }
  return locks_.put(entries);
}

std::expected<std::vector<Tombstone>, std::string> Tombstones::all() const {
  std::vector<Tombstone> found;
  const auto& notes = locks_.notes();
  for (auto at = notes.lower_bound(std::string(prefix));
       at != notes.end() && at->first.starts_with(prefix); ++at) {
    auto tombstone = read(at->second);
    if (!tombstone || at->first.substr(prefix.size()) != tombstone->erasure.request) {
      return std::unexpected(std::string(damaged));
    }
    found.push_back(*std::move(tombstone));
  }
  return found;
}

std::expected<std::vector<PersonTombstone>, std::string> Tombstones::people() const {
  std::vector<PersonTombstone> found;
  const auto& notes = locks_.notes();
  for (auto at = notes.lower_bound(std::string(person_prefix));
       at != notes.end() && at->first.starts_with(person_prefix); ++at) {
    auto tombstone = read_person(at->second);
    if (!tombstone || at->first.substr(person_prefix.size()) != tombstone->member) {
      return std::unexpected(std::string(damaged));
    }
    found.push_back(*std::move(tombstone));
  }
  return found;
}

}  // namespace lp::core
