#include "core/closed_logs.h"

#include <optional>
#include <utility>

#include "base/id.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::core {
namespace {

// No origin has a line feed in it, so that no log is ever called like such a record.
constexpr std::string_view prefix = "closed\n";

json::Value tree_value(const evidence::TreeHead& head) {
  auto value = json::Value::object();
  value.add("size", head.size).add("root", head.root.hex());
  return value;
}

std::string text_of(const ClosedLog& log) {
  auto value = json::Value::object();
  value.add("v", 1)
      .add("origin", log.origin)
      .add("successor", log.successor)
      .add("last_signed", tree_value(log.last_signed))
      .add("restored", tree_value(log.restored))
      .add("reason", log.reason)
      .add("operator", log.operator_name)
      .add("at", to_string(log.at));
  return json::canonical(value);
}

std::optional<evidence::TreeHead> read_tree(const json::Value* value) {
  if (value == nullptr || !value->is_object()) return std::nullopt;
  const auto size = value->find_integer("size");
  const auto root = Digest::from_hex(value->find_string("root").value_or(""));
  if (!size || *size < 0 || !root) return std::nullopt;
  return evidence::TreeHead{.size = static_cast<std::uint64_t>(*size), .root = *root};
}

// Exact round trip only.
std::optional<ClosedLog> read(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->root.is_object()) return std::nullopt;
  const json::Value& root = document->root;
  const auto last_signed = read_tree(root.find("last_signed"));
  const auto restored = read_tree(root.find("restored"));
  const auto at = parse_instant(root.find_string("at").value_or(""));
  const std::string_view successor = root.find_string("successor").value_or("");
  if (!last_signed || !restored || !at ||
      (!is_id("proj", successor) && !is_id("root", successor))) {
    return std::nullopt;
  }
  ClosedLog log{.origin = std::string(root.find_string("origin").value_or("")),
                .successor = std::string(successor),
                .last_signed = *last_signed,
                .restored = *restored,
                .reason = std::string(root.find_string("reason").value_or("")),
                .operator_name = std::string(root.find_string("operator").value_or("")),
                .at = *at};
  if (text_of(log) != text) return std::nullopt;
  return log;
}

std::string entry_of(std::string_view origin) {
  return std::string(prefix).append(origin);
}

}  // namespace

std::string successor_origin(std::string_view log_name, const ClosedLog& closed) {
  return std::string(log_name).append("/p/").append(id_hex(closed.successor));
}

store::Result<void> ClosedLogs::close(const std::vector<ClosedLog>& logs) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const ClosedLog& log : logs) entries.emplace_back(entry_of(log.origin), text_of(log));
  return locks_.put(entries);
}

std::expected<std::vector<ClosedLog>, std::string> ClosedLogs::all() const {
  std::vector<ClosedLog> found;
  const auto& notes = locks_.notes();
  for (auto at = notes.lower_bound(std::string(prefix));
       at != notes.end() && at->first.starts_with(prefix); ++at) {
    auto log = read(at->second);
    if (!log || at->first != entry_of(log->origin)) {
      return std::unexpected(
          "The signer's memory of the logs that were closed is damaged: bring back what stood "
          "there.");
    }
    found.push_back(*std::move(log));
  }
  return found;
}

bool is_closed(const store::LockStore& locks, std::string_view origin) {
  return locks.notes().contains(entry_of(origin));
}

}  // namespace lp::core
