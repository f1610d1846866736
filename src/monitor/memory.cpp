#include "monitor/memory.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "evidence/members.h"
#include "json/write.h"
#include "monitor/contradiction.h"

namespace lp::monitor {
namespace {

constexpr std::uint64_t format_version = 1;

json::Value value_of(const tlog::CompactRange& range) {
  json::Array hashes;
  for (const Digest& hash : range.hashes()) hashes.emplace_back(base64(hash.view()));
  auto value = json::Value::object();
  value.add("size", range.size()).add("hashes", json::Value::array(std::move(hashes)));
  return value;
}

std::optional<tlog::CompactRange> read_range(const json::Value& value) {
  evidence::Members members(value);
  const std::uint64_t size = members.integer("size");
  std::vector<Digest> hashes;
  for (const std::string& text : members.texts("hashes")) {
    const auto bytes = from_base64(text);
    const auto hash = bytes ? Digest::from_bytes(*bytes) : std::nullopt;
    if (!hash) return std::nullopt;
    hashes.push_back(*hash);
  }
  if (!members.complete()) return std::nullopt;
  return tlog::CompactRange::from(size, std::move(hashes));
}

json::Value value_of(const LogMemory& log) {
  auto value = json::Value::object();
  if (!log.note.empty()) value.add("note", log.note);
  if (!log.cosigned.empty()) value.add("cosigned", log.cosigned);
  value.add("verified", value_of(log.verified)).add("read", value_of(log.read));
  return value;
}

bool take_range(evidence::Members& members, std::string_view name, tlog::CompactRange& into) {
  auto range = read_range(members.value(name));
  if (range) into = *std::move(range);
  return range.has_value();
}

// Signed by a key of the trust file, and not behind what is said to have been read under it.
bool stands(const LogMemory& log, const std::vector<tlog::VerifierKey>& keys) {
  if (log.verified.size() > log.read.size()) return false;
  if (log.note.empty()) return log.cosigned.empty() && log.read.size() == 0;
  const auto head = open_signed(log.note, keys);
  if (!head || log.read.size() > head->size) return false;
  if (log.verified.size() == head->size && log.verified.root() != head->root) return false;
  return log.cosigned.empty() || open_signed(log.cosigned, keys).has_value();
}

std::optional<LogMemory> read_log(const json::Value& value,
                                  const std::vector<tlog::VerifierKey>& keys) {
  evidence::Members members(value);
  LogMemory log;
  log.note = members.optional_text("note").value_or("");
  log.cosigned = members.optional_text("cosigned").value_or("");
  const bool ranges =
      take_range(members, "verified", log.verified) && take_range(members, "read", log.read);
  if (!ranges || !members.complete() || !stands(log, keys)) return std::nullopt;
  return log;
}

}  // namespace

std::string Memory::to_text(const evidence::Trust& trust) const {
  auto value = json::Value::object();
  value.add("v", format_version)
      .add("origin", trust.origin)
      .add("project", value_of(project))
      .add("root", value_of(root))
      .add("anchored", value_of(anchored))
      .add("anchored_met", value_of(anchored_met))
      .add("anchors", anchors)
      .add("anchors_met", anchors_met);
  if (unanchored_since) value.add("unanchored_since", to_string(*unanchored_since));
  return json::canonical(value) + "\n";
}

std::expected<Memory, std::string> Memory::parse(std::string_view text,
                                                 const evidence::Trust& trust) {
  const auto value = evidence::read_json(text);
  if (!value) return std::unexpected("it is not what a monitor writes");
  evidence::Members members(*value);
  if (members.integer("v") != format_version) {
    return std::unexpected("it is not what this version of the monitor writes");
  }
  if (members.text("origin") != trust.origin) return std::unexpected("it is of another log");
  const auto keys_of_root = trust.root ? trust.root->log_vkeys : std::vector<tlog::VerifierKey>{};
  auto project = read_log(members.value("project"), trust.log_vkeys);
  auto root = read_log(members.value("root"), keys_of_root);
  if (!project || !root) {
    return std::unexpected("a head in it is not signed by the keys of the trust file");
  }
  Memory memory;
  memory.project = *std::move(project);
  memory.root = *std::move(root);
  const bool ranges = take_range(members, "anchored", memory.anchored) &&
                      take_range(members, "anchored_met", memory.anchored_met);
  memory.anchors = members.integer("anchors");
  memory.anchors_met = members.integer("anchors_met");
  if (members.has("unanchored_since"))
    memory.unanchored_since = members.instant("unanchored_since");
  if (!ranges || !members.complete() || memory.anchored.size() > memory.anchored_met.size() ||
      memory.anchored_met.size() > memory.project.verified.size()) {
    return std::unexpected("it is not what a monitor writes");
  }
  return memory;
}

}  // namespace lp::monitor
